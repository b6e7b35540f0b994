"""A second verifier, written after docs/ledger-format.md alone: it shares no line with the first one.

It says only whether each question fails. Where the first one streams and explains, this one takes the
shortest way from the sentence in the document to a set of failed questions: trees by the recursive
definition of RFC 6962, section 2.1, signatures by another library, rows by building the whole file.
"""

import base64
import csv
import io
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import ceil, comb
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

INTEGRITY, COMPLETENESS, ORIGIN = "integrity", "completeness", "origin"

Json = Any
Row = dict[str, Any]

NEEDED = (
    "ledger/keys.json",
    "MANIFEST.json",
    "MANIFEST.json.note",
    "ledger/entries.jsonl",
    "01_ipe/summary.json",
    "02_population/changes.jsonl",
    "02_population/changes.csv",
    "02_population/drift.jsonl",
    "02_population/drift.csv",
    "01_ipe/coverage.csv",
    "01_ipe/gaps.csv",
    "03_sample/selection.json",
    "03_sample/selection.csv",
)
CHECKPOINTS = "ledger/checkpoints/"


def judge(
    files: Mapping[str, bytes],
    folders: Collection[str] = (),
    trusted: Collection[str] = (),
    kept: Collection[tuple[int, str]] = (),
) -> set[str]:
    """Return the questions that fail for a pack."""
    return _Judge(files=files, trusted=frozenset(trusted)).judge(folders, kept)


@dataclass(kw_only=True)
class _Judge:
    files: Mapping[str, bytes]
    trusted: frozenset[str]
    failed: set[str] = field(default_factory=set)
    known: list[str] = field(default_factory=list)
    is_altered: bool = False
    entries: dict[int, "_Entry"] = field(default_factory=dict)
    sealed: list[tuple[int, str]] = field(default_factory=list)

    def judge(self, folders: Collection[str], kept: Collection[tuple[int, str]]) -> set[str]:
        self.known = [*self.trusted, *self.keys()]
        self.folder(folders)
        self.manifest()
        self.read_entries()
        self.checkpoints()
        self.kept(kept)
        self.coverage()
        self.populations()
        self.origin()
        return self.failed

    def must(self, holds: object, question: str) -> bool:
        if not holds:
            self.failed.add(question)
        return bool(holds)

    def document(self, name: str) -> Row:
        """Return the object in a file; an empty one where there is none."""
        content = self.files.get(name)
        if content is None:
            return {}
        found = _read(content)
        self.must(isinstance(found, dict) and _same(found.get("v"), 1), INTEGRITY)
        return found if isinstance(found, dict) else {}

    def keys(self) -> Iterator[str]:
        listed = self.document("ledger/keys.json").get("keys")
        for item in listed if isinstance(listed, list) else []:
            key = item.get("verifier_key") if isinstance(item, dict) else None
            if self.must(isinstance(key, str) and _public(key), INTEGRITY):
                yield str(key)

    # 1, 2

    def folder(self, folders: Collection[str]) -> None:
        listed = {name for name, _, _ in self.listed()}
        own = {"MANIFEST.json", "MANIFEST.json.note"}
        self.must(listed and set(self.files) - own == listed - own, COMPLETENESS)
        self.must(all(name in self.files for name in NEEDED), COMPLETENESS)
        parents = {name.rsplit("/", up)[0] for name in listed for up in range(1, name.count("/") + 1)}
        self.must(set(folders) <= parents or "MANIFEST.json" not in self.files, COMPLETENESS)

    def listed(self) -> list[tuple[str, int, str]]:
        rows = self.document("MANIFEST.json").get("files")
        listed: dict[str, tuple[str, int, str]] = {}
        for row in rows if isinstance(rows, list) else []:
            path, size, digest = map((row if isinstance(row, dict) else {}).get, ("path", "size", "sha256"))
            if isinstance(path, str) and type(size) is int and isinstance(digest, str):
                self.must(path not in listed, INTEGRITY)
                listed.setdefault(path, (path, size, digest))
            else:
                self.failed.add(INTEGRITY)
        return list(listed.values())

    def manifest(self) -> None:
        content, note = (self.files.get(name) for name in ("MANIFEST.json", "MANIFEST.json.note"))
        if not self.must(content is not None and note is not None, INTEGRITY):
            return
        text, signers = self.signed(note or b"")
        wanted = {f"driftledger pack manifest v1\n{name}\n{_hash(content or b'')}\n" for name in signers}
        self.must(text in wanted, INTEGRITY)
        for name, size, digest in self.listed():
            there = self.files.get(name)
            self.must(there is None or (len(there), _hash(there)) == (size, digest), INTEGRITY)

    def signed(self, note: bytes) -> tuple[str, set[str]]:
        """Return the text of a note and the names of those who signed it."""
        signers = {_name(key) for key in self.signers(note)}
        self.must(signers, INTEGRITY)
        return _halves(note)[0], signers

    def signers(self, note: bytes) -> set[str]:
        text, tail = _halves(note)
        lines = tail.removesuffix("\n").split("\n")
        self.must(tail.endswith("\n") and all(_signature(line) for line in lines), INTEGRITY)
        found = set()
        for line in lines if tail.endswith("\n") else []:
            name, signature = _signature(line) or ("", b"")
            for key in self.known:
                is_of = (name, signature[:4]) == (_name(key), bytes.fromhex(key.split("+")[1]))
                if is_of and self.must(_is_by(key, text, signature[4:]), INTEGRITY):
                    found.add(key)
        return found

    # 3, 4

    def read_entries(self) -> None:
        content = self.files.get("ledger/entries.jsonl", b"")
        self.must(content.endswith(b"\n") or not content, COMPLETENESS)
        highest = -1
        for line in _lines(content):
            entry = _entry(line)
            if entry is None:
                self.failed.add(INTEGRITY)
                self.is_altered = True
            elif self.must(entry.seq not in self.entries, COMPLETENESS):
                self.must(entry.seq > highest, INTEGRITY)
                highest = max(highest, entry.seq)
                self.entries[entry.seq] = entry
                self.is_altered |= not self.must(entry.is_sound, INTEGRITY)

    def checkpoints(self) -> None:
        for name in sorted(self.files):
            if name.startswith(CHECKPOINTS):
                text, signers = self.signed(self.files[name])
                found = _checkpoint(text)
                is_one = bool(signers) and found is not None and found[0] in signers
                if self.must(is_one, INTEGRITY) and found is not None:
                    self.sealed.append((found[1], found[2]))
        self.sealed.sort()
        if self.must(self.sealed, COMPLETENESS):
            self.must(set(self.entries) == set(range(self.sealed[-1][0])), COMPLETENESS)
        for size, root in self.sealed:
            if not self.is_altered and self.has_first(size):
                self.must(root == self.root(size), INTEGRITY)

    def has_first(self, size: int) -> bool:
        return 0 < size <= len(self.entries) and all(seq in self.entries for seq in range(size))

    def root(self, size: int) -> str:
        leaves = b"".join(self.entries[seq].leaf_hash for seq in range(size))
        return base64.b64encode(_tree(leaves)).decode()

    def kept(self, kept: Collection[tuple[int, str]]) -> None:
        for size, root in kept:
            comparable = size <= len(self.entries) and not self.is_altered and self.has_first(size)
            if self.must(comparable, COMPLETENESS):
                self.must(root == self.root(size), INTEGRITY)

    # 5

    def coverage(self) -> None:
        gaps = {(one.row.get("source"), _time(one.row.get("to_at"))) for one in self.of_kind("gap")}
        places: dict[str, list[tuple[Any, ...]]] = {}
        for one in self.of_kind("coverage"):
            times = [_time(one.row.get(name)) for name in ("contiguous_since", "from_at", "to_at")]
            if None not in times:
                place = _spell([one.row.get(name) for name in ("source", "account", "region")])
                places.setdefault(place, []).append((one.row.get("source"), *times))
        for spans in places.values():
            self.must(all(begin <= end for _, _, begin, end in spans), COMPLETENESS)
            self.must(spans[0][1] == spans[0][2], COMPLETENESS)
            for (_, since, _, ended), (source, also_since, begin, _) in pairwise(spans):
                goes_on = begin == ended and also_since == since
                anew = also_since == begin and (begin == ended or (source, begin) in gaps)
                self.must(goes_on or anew, COMPLETENESS)

    def of_kind(self, *kinds: str) -> list["_Entry"]:
        return [one for _, one in sorted(self.entries.items()) if one.is_sound and one.kind in kinds]

    # 6, 7

    def populations(self) -> None:
        summary = self.document("01_ipe/summary.json")
        parameters = summary.get("parameters")
        period = parameters if isinstance(parameters, dict) else {}
        since, until = (_time(period.get(name)) for name in ("since", "until"))

        latest: dict[str, dict[str, _Entry]] = {"disposition": {}, "finding": {}}
        found_at: dict[str, Any] = {}
        for one in self.of_kind("disposition", "finding"):
            latest[one.kind][one.ref] = one
            if one.kind == "finding":
                found_at.setdefault(one.ref, _time(one.ts))
        changes = [
            one
            for one in latest["disposition"].values()
            if _within(_time(one.row.get("began_at")), since, until)
        ]
        changes.sort(key=lambda one: (_time(one.row.get("began_at")) or ("", ""), one.ref))
        findings = [
            one
            for ref, one in sorted(latest["finding"].items())
            if _within(found_at[ref], None, until)
            and not (one.row.get("status") == "resolved" and not _within(_time(one.ts), since, None))
        ]
        spans = [
            one
            for one in self.of_kind("coverage")
            if _within(_time(one.row.get("to_at")), since, None)
            and _within(_time(one.row.get("from_at")), None, until)
        ]
        gaps = [one for one in self.of_kind("gap") if _within(_time(one.ts), since, None)]

        self.lines("02_population/changes.jsonl", changes)
        self.lines("02_population/drift.jsonl", findings)
        self.table("02_population/changes.csv", changes)
        self.table("02_population/drift.csv", findings)
        self.table("01_ipe/coverage.csv", spans)
        self.table("01_ipe/gaps.csv", gaps)
        if summary:
            self.summary(summary, self.counts(changes, findings, spans, gaps, (since, until)))
        self.samples(period, changes, until)

    def lines(self, name: str, entries: list["_Entry"]) -> None:
        content = self.files.get(name, b"")
        self.must(content.endswith(b"\n") or not content, COMPLETENESS)
        self.rows(_lines(content), [_line(one) for one in entries], entries, _seq_of_line)

    def table(self, name: str, entries: list["_Entry"]) -> None:
        if name not in self.files:
            return
        found = _table(self.files[name])
        if not self.must(found is not None, INTEGRITY):
            self.failed.add(COMPLETENESS)
            return
        header, *rows = found or [()]
        self.must(len(set(header)) == len(header), INTEGRITY)
        self.must(self.files[name].endswith(b"\n") or not self.files[name], COMPLETENESS)
        wanted = [_cells(one, header) for one in entries]
        self.rows(
            rows, wanted, entries, lambda cells: dict(zip(header, cells, strict=False)).get("ledger_seq", "")
        )

    def rows(self, found: Sequence[Any], wanted: list[Any], entries: list["_Entry"], seq_of: Any) -> None:
        """Compare rows in every respect: which are there, what they say, and their order."""
        if list(found) == wanted:
            return
        place = {str(one.seq): at for at, one in enumerate(entries)}
        seqs = [seq_of(one) for one in found]
        self.must(None not in seqs, INTEGRITY)
        readable = [
            (place.get(seq, -1), one) for seq, one in zip(seqs, found, strict=True) if seq is not None
        ]
        self.must(sorted(at for at, _ in readable) == list(range(len(entries))), COMPLETENESS)
        once: dict[int, Any] = {}
        for at, one in readable:
            once.setdefault(at, one)
        once.pop(-1, None)
        self.must(all(one == wanted[at] for at, one in once.items()), INTEGRITY)
        self.must(all(before < after for before, after in pairwise(once)), INTEGRITY)

    def counts(
        self,
        changes: list["_Entry"],
        findings: list["_Entry"],
        spans: list["_Entry"],
        gaps: list["_Entry"],
        period: tuple[Any, Any],
    ) -> Row:
        statuses = Counter(one.row.get("status") for one in gaps)
        closed, accepted = statuses["closed"], statuses["accepted"]
        excluded: dict[str, Any] = {}
        for one in self.of_kind("observation", "amendment"):
            excluded.pop(one.ref, None)
            at = _excluded_at(one.body)
            if at is not False:
                excluded[one.ref] = at
        return {
            "entries": len(self.entries),
            "entries_by_kind": Counter(one.kind for one in self.entries.values() if one.is_sound),
            "changes": len(changes),
            **{f"changes_by_{one}": _by(changes, one) for one in ("disposition", "channel", "severity")},
            "findings": len(findings),
            **{f"findings_by_{one}": _by(findings, one) for one in ("kind", "status")},
            "records_read": sum(one.row.get("records", 0) for one in spans),
            "records_unreadable": sum(one.row.get("unreadable", 0) for one in spans),
            "gaps": len(gaps) - closed - accepted,
            "gaps_closed": closed,
            **({"gaps_accepted": accepted} if accepted else {}),
            "writes_excluded": sum(_within(at, *period) for at in excluded.values()),
        }

    def summary(self, summary: Row, counts: Row) -> None:
        self.must(_same(summary.get("counts"), counts), INTEGRITY)
        said = summary.get("checkpoint")
        at = (said.get("size"), said.get("root")) if isinstance(said, dict) else None
        self.must(not self.sealed or (at == self.sealed[-1]), INTEGRITY)

    # 8

    def samples(self, period: Row, changes: list["_Entry"], until: Any) -> None:
        said = self.document("03_sample/selection.json")
        samples = said.get("samples")
        stated = (
            [one if isinstance(one, dict) else {} for one in samples] if isinstance(samples, list) else []
        )
        if not self.must([one.get("of") for one in stated] == ["changes", "emergencies"], COMPLETENESS):
            return
        if not self.sealed:
            return
        reaching = (
            one
            for one in self.sealed
            if until and one[0] - 1 in self.entries and _time(self.entries[one[0] - 1].ts) >= until
        )
        size, root = next(reaching, self.sealed[-1])
        self.must(_same(said.get("checkpoint"), {"size": size, "root": root}), INTEGRITY)
        self.must(all(said.get(one) == period.get(one) for one in ("since", "until")), INTEGRITY)
        table = []
        for one in stated:
            drawn, runs, seed = _draw(one, said, changes, root)
            self.must(all(_same(one.get(name), drawn[name]) for name in drawn), INTEGRITY)
            table += _sample_rows(one["of"], drawn["chosen"], runs, seed, changes)
        self.sample_table(table)

    def sample_table(self, wanted: list[Row]) -> None:
        found = _table(self.files.get("03_sample/selection.csv", b"")) or [()]
        header, *rows = found
        self.must(len(rows) == len(wanted), COMPLETENESS)
        cells = [tuple(_cell(row.get(name)) for name in header) for row in wanted]
        self.must(all(one == other for one, other in zip(rows, cells, strict=False)), INTEGRITY)

    # 9

    def origin(self) -> None:
        if self.trusted:
            notes = [name for name in self.files if name.startswith(CHECKPOINTS)]
            for name in ("MANIFEST.json.note", *notes):
                self.must(self.signers(self.files.get(name, b"")) & self.trusted, ORIGIN)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Entry:
    seq: int
    leaf_hash: bytes
    is_sound: bool
    kind: str = ""
    ref: str = ""
    ts: str = ""
    body: str = ""
    row: Row = field(default_factory=dict)


@cache
def _entry(line: bytes) -> _Entry | None:
    """Read a line of the entries; `None` where it has no number or no leaf."""
    said = _read(line)
    if (
        not isinstance(said, dict)
        or type(said.get("seq")) is not int
        or not isinstance(said.get("leaf"), str)
    ):
        return None
    seq, leaf = said["seq"], said["leaf"].encode("utf-8", "surrogatepass")
    if not 0 <= seq < 1 << 63:
        return None
    leaf_hash = sha256(b"\0" + leaf).digest()
    facts = _read(leaf)
    broken = _Entry(seq=seq, leaf_hash=leaf_hash, is_sound=False)
    if said.get("leaf_hash") != leaf_hash.hex() or not isinstance(facts, dict):
        return broken
    texts = [facts.get(name) for name in ("kind", "ref", "ts")]
    links = facts.get("links")
    has_links = isinstance(links, list) and all(type(one) is int and 0 <= one < seq for one in links)
    if facts.get("v") != 1 or facts.get("seq") != seq or not has_links:
        return broken
    if not all(isinstance(one, str) for one in (*texts, said.get("salt"), said.get("body"))):
        return broken
    kind, ref, ts = map(str, texts)
    try:
        commitment = sha256(bytes.fromhex(said["salt"]) + said["body"].encode()).hexdigest()
    except ValueError:
        return broken
    body = _read(said["body"].encode())
    is_object = kind not in ("disposition", "finding", "coverage", "gap") or isinstance(body, dict)
    if commitment != facts.get("body_commit") or not is_object:
        return broken
    place = {"recorded_at": ts, "ledger_seq": seq, "leaf_hash": leaf_hash.hex()}
    row = dict(body) if isinstance(body, dict) else {}
    finding = row.pop("finding", None)
    row = {**(finding if isinstance(finding, dict) else {}), **row, **place}
    return _Entry(
        seq=seq, leaf_hash=leaf_hash, is_sound=True, kind=kind, ref=ref, ts=ts, body=said["body"], row=row
    )


def _excluded_at(body: str) -> Any:
    """Return when a write happened that the policy leaves out; `False` of another one."""
    said = _read(body.encode())
    write = said.get("write", said) if isinstance(said, dict) else {}
    verdict = write.get("classification") if isinstance(write, dict) else None
    if not isinstance(verdict, dict) or not isinstance(verdict.get("exclusion"), str):
        return False
    event = write.get("event")
    return _time(event.get("occurred_at")) if isinstance(event, dict) else None


def _by(entries: list[_Entry], name: str) -> Row:
    return dict(Counter(str(one.row.get(name)) for one in entries))


def _draw(
    said: Row, selection: Row, changes: list[_Entry], root: str
) -> tuple[Row, dict[str, Any], str | None]:
    """Draw a sample again, by the steps of the document."""
    nobodys = ("explained", "before-enrolment")
    somebodys = [one for one in changes if one.row.get("disposition") not in nobodys]
    is_whole = said["of"] == "emergencies"
    if is_whole:
        somebodys = [
            one for one in somebodys if "emergency" in (one.row.get("disposition"), one.row.get("lane"))
        ]
    ids = [one.ref for one in somebodys]
    left = [str(one.row["disposition"]) for one in changes if one.row.get("disposition") in nobodys]
    drawn: Row = {
        "population": len(ids),
        "population_sha256": _hash("".join(one + "\n" for one in ids).encode()),
        "left_out": {} if is_whole else dict(Counter(left)),
    }
    if said.get("seed") is None and not is_whole:
        chosen = [one for one in said.get("chosen", []) if one in ids]
        return {**drawn, "runs": [], "chosen": chosen}, {}, None
    stated = said["seed"] if isinstance(said.get("seed"), dict) else {}
    origin = "auditor" if stated.get("origin") == "auditor" else "checkpoint"
    text = stated.get("text") if origin == "auditor" else root
    names = [selection.get(name) or "" for name in ("engagement", "since", "until")]
    lines = ("driftledger/sample/v1", said["of"], *names, origin, text)
    seed = _hash("".join(f"{line}\n" for line in lines).encode())
    n = len(ids) if is_whole else _size(selection.get("profile"), len(ids))
    ends = [(i * len(ids) // n, (i + 1) * len(ids) // n) for i in range(n)]
    chosen = [min(ids[begin:end], key=lambda one: _hash(f"{seed}/{one}".encode())) for begin, end in ends]
    runs = dict(zip(chosen, ends, strict=True))
    drawn |= {
        "seed": {"origin": origin, "text": text, "sha256": seed},
        "runs": [{"begin": begin, "end": end, "chosen": one} for one, (begin, end) in runs.items()],
        "chosen": chosen,
        "not_found": [],
    }
    return drawn, runs, seed


def _size(profile: Any, population: int) -> int:
    for band in profile["bands"]:
        if band["up_to"] is None or population <= band["up_to"]:
            if band["percent"] is not None:
                return ceil(Fraction(population * band["percent"], 100))
            return population if band["take"] is None else min(population, int(band["take"]))
    sound = population - ceil(Fraction(population * profile["tolerable_percent"], 100))
    chance = 100 - profile["confidence_percent"]
    sizes = (n for n in range(population) if comb(sound, n) * 100 <= chance * comb(population, n))
    return next(sizes, population)


def _sample_rows(
    of: str, chosen: list[str], runs: Mapping[str, Any], seed: str | None, changes: list[_Entry]
) -> list[Row]:
    by_id = {one.ref: one.row for one in changes}
    rows = []
    for number, one in enumerate(chosen, 1):
        begin, end = runs.get(one, (None, None))
        rank = _hash(f"{seed}/{one}".encode()) if seed else None
        place = {"run_begin": begin, "run_end": end, "rank_sha256": rank}
        rows.append({**by_id[one], "change_id": one, "sample_of": of, "number": number, **place})
    return rows


@cache
def _line(entry: _Entry) -> bytes:
    return _spell(entry.row).encode("utf-8", "surrogatepass") + b"\n"


@cache
def _lines(content: bytes) -> tuple[bytes, ...]:
    """Return the lines of a file, each with its newline."""
    found = [line + b"\n" for line in content.split(b"\n")]
    return (*found[:-1], *([found[-1][:-1]] if found[-1] != b"\n" else []))


@cache
def _seq_of_line(line: bytes) -> str | None:
    row = _read(line)
    if not isinstance(row, dict) or not row:
        return None
    return _spell(row["ledger_seq"]) if "ledger_seq" in row else ""


@cache
def _table(content: bytes) -> list[tuple[str, ...]] | None:
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(content.decode(), newline=""), strict=True)]
    except (ValueError, csv.Error):
        return None


@cache
def _cells(entry: _Entry, header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_cell(entry.row.get(name)) for name in header)


def _cell(value: Json) -> str:
    """Spell a value for a table, by the three rules of the document."""
    if value is None:
        return ""
    is_texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
    text = value if isinstance(value, str) else "; ".join(value) if is_texts else _spell(value)
    text = "".join(f"\\u{ord(one):04x}" if _is_unseen(ord(one)) else one for one in text)
    return f"'{text}" if text[:1] and text[0] in "=+-@\uff1d\uff0b\uff0d\uff20" else text


def _is_unseen(point: int) -> bool:
    ranges = ((0, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200B, 0x200F), (0x2028, 0x202E))
    more = ((0x2060, 0x2069), (0xD800, 0xDFFF), (0xFEFF, 0xFEFF))
    return any(low <= point <= high for low, high in (*ranges, *more))


def _read(content: bytes) -> Json:
    """Read JSON strictly; `None` where it is none."""

    def once(pairs: list[tuple[str, Json]]) -> Row:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def refuse(name: str) -> None:
        raise ValueError(name)

    try:
        return json.loads(content.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


def _spell(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _same(one: Json, other: Json) -> bool:
    return _spell(one) == _spell(other)


def _time(value: Json) -> Any:
    """Return a time as something that sorts as it does, or `None`."""
    if not isinstance(value, str) or not value.endswith("Z") or len(value) < 20 or value[10] != "T":
        return None
    whole, _, fraction = value[:-1].partition(".")
    return (whole, fraction.ljust(9, "0"))


def _within(time: Any, since: Any, until: Any) -> bool:
    return time is None or ((since is None or time >= since) and (until is None or time < until))


@cache
def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


@cache
def _tree(leaves: bytes) -> bytes:
    """RFC 6962, section 2.1: MTH of the leaf hashes, 32 bytes each."""
    n = len(leaves) // 32
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return leaves
    k = 1
    while k * 2 < n:
        k *= 2
    return sha256(b"\x01" + _tree(leaves[: 32 * k]) + _tree(leaves[32 * k :])).digest()


def _halves(note: bytes) -> tuple[str, str]:
    try:
        text, _, tail = note.decode().rpartition("\n\n")
    except ValueError:
        return "", ""
    return text + "\n", tail


def _checkpoint(text: str) -> tuple[str, int, str] | None:
    parts = text.split("\n")
    if (
        len(parts) != 4
        or not parts[1].isascii()
        or not parts[1].isdigit()
        or len(_bytes(parts[2]) or b"") != 32
    ):
        return None
    is_plain = str(int(parts[1])) == parts[1]
    return (parts[0], int(parts[1]), parts[2]) if is_plain else None


def _signature(line: str) -> tuple[str, bytes] | None:
    parts = line.split(" ")
    signature = _bytes(parts[2]) if len(parts) == 3 and parts[0] == "\u2014" else None
    return (parts[1], signature) if signature and len(signature) > 4 else None


def _name(key: str) -> str:
    return key.split("+", 1)[0]


def _public(key: str) -> bytes | None:
    """Return the public half of a verifier key, or `None` where it is none."""
    name, *rest = key.split("+", 2)
    decoded = _bytes(rest[1]) if len(rest) == 2 else None
    if not name or decoded is None or len(decoded) != 33 or decoded[0] != 1:
        return None
    key_id = sha256(name.encode("utf-8", "replace") + b"\n" + decoded).hexdigest()[:8]
    return decoded[1:] if key_id == rest[0] else None


def _bytes(text: str) -> bytes | None:
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


@cache
def _is_by(key: str, text: str, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(_public(key) or b"").verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
