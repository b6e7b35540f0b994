"""A second verifier, written after docs/ledger-format.md alone: it shares no line with the first one.

It says only which questions fail. Where the first one streams and explains, this one takes the
shortest way from a sentence of the document to a question that fails.
"""

import base64
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.tampering.second.drawing import draw, sample_rows
from tests.tampering.second.entry import (
    Entry,
    cells_of,
    count_by,
    excluded_at,
    line_of,
    read_entry,
    seq_of_line,
)
from tests.tampering.second.reading import (
    Row,
    are_same,
    cell,
    hash_of,
    is_within,
    read_json,
    read_table,
    spell,
    split_lines,
    time_of,
)
from tests.tampering.second.signing import (
    checkpoint_in,
    halves_of,
    is_signed_by,
    name_of,
    public_half,
    signature_in,
    tree,
)

INTEGRITY, COMPLETENESS, ORIGIN = "integrity", "completeness", "origin"

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
    entries: dict[int, Entry] = field(default_factory=dict)
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
        found = read_json(content)
        self.must(isinstance(found, dict) and are_same(found.get("v"), 1), INTEGRITY)
        return found if isinstance(found, dict) else {}

    def keys(self) -> Iterator[str]:
        listed = self.document("ledger/keys.json").get("keys")
        for item in listed if isinstance(listed, list) else []:
            key = item.get("verifier_key") if isinstance(item, dict) else None
            if self.must(isinstance(key, str) and public_half(key), INTEGRITY):
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
        wanted = {f"driftledger pack manifest v1\n{name}\n{hash_of(content or b'')}\n" for name in signers}
        self.must(text in wanted, INTEGRITY)
        for name, size, digest in self.listed():
            there = self.files.get(name)
            self.must(there is None or (len(there), hash_of(there)) == (size, digest), INTEGRITY)

    def signed(self, note: bytes) -> tuple[str, set[str]]:
        """Return the text of a note and the names of those who signed it."""
        signers = {name_of(key) for key in self.signers(note)}
        self.must(signers, INTEGRITY)
        return halves_of(note)[0], signers

    def signers(self, note: bytes) -> set[str]:
        text, tail = halves_of(note)
        lines = tail.removesuffix("\n").split("\n")
        self.must(tail.endswith("\n") and all(signature_in(line) for line in lines), INTEGRITY)
        self.must(len(lines) <= 100, INTEGRITY)
        found = set()
        for line in lines if tail.endswith("\n") else []:
            name, signature = signature_in(line) or ("", b"")
            for key in self.known:
                is_of = (name, signature[:4]) == (name_of(key), bytes.fromhex(key.split("+")[1]))
                if is_of and self.must(is_signed_by(key, text, signature[4:]), INTEGRITY):
                    found.add(key)
        return found

    # 3, 4

    def read_entries(self) -> None:
        content = self.files.get("ledger/entries.jsonl", b"")
        self.must(content.endswith(b"\n") or not content, COMPLETENESS)
        highest = -1
        for line in split_lines(content):
            entry = read_entry(line)
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
                found = checkpoint_in(text)
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
        return base64.b64encode(tree(leaves)).decode()

    def kept(self, kept: Collection[tuple[int, str]]) -> None:
        for size, root in kept:
            comparable = size <= len(self.entries) and not self.is_altered and self.has_first(size)
            if self.must(comparable, COMPLETENESS):
                self.must(root == self.root(size), INTEGRITY)

    # 5

    def coverage(self) -> None:
        gaps = {(one.row.get("source"), time_of(one.row.get("to_at"))) for one in self.of_kind("gap")}
        places: dict[str, list[tuple[Any, ...]]] = {}
        for one in self.of_kind("coverage"):
            times = [time_of(one.row.get(name)) for name in ("contiguous_since", "from_at", "to_at")]
            if None not in times:
                place = spell([one.row.get(name) for name in ("source", "account", "region")])
                places.setdefault(place, []).append((one.row.get("source"), *times))
        for spans in places.values():
            self.must(all(begin <= end for _, _, begin, end in spans), COMPLETENESS)
            self.must(spans[0][1] == spans[0][2], COMPLETENESS)
            for (_, since, _, ended), (source, also_since, begin, _) in pairwise(spans):
                goes_on = begin == ended and also_since == since
                anew = also_since == begin and (begin == ended or (source, begin) in gaps)
                self.must(goes_on or anew, COMPLETENESS)

    def of_kind(self, *kinds: str) -> list[Entry]:
        return [one for _, one in sorted(self.entries.items()) if one.is_sound and one.kind in kinds]

    # 6, 7

    def populations(self) -> None:
        summary = self.document("01_ipe/summary.json")
        parameters = summary.get("parameters")
        period = parameters if isinstance(parameters, dict) else {}
        since, until = (time_of(period.get(name)) for name in ("since", "until"))

        latest: dict[str, dict[str, Entry]] = {"disposition": {}, "finding": {}}
        found_at: dict[str, Any] = {}
        for one in self.of_kind("disposition", "finding"):
            latest[one.kind][one.ref] = one
            if one.kind == "finding":
                found_at.setdefault(one.ref, time_of(one.ts))
        changes = [
            one
            for one in latest["disposition"].values()
            if is_within(time_of(one.row.get("began_at")), since, until)
        ]
        changes.sort(key=lambda one: (time_of(one.row.get("began_at")) or ("", ""), one.ref))
        findings = [
            one
            for ref, one in sorted(latest["finding"].items())
            if is_within(found_at[ref], None, until)
            and not (one.row.get("status") == "resolved" and not is_within(time_of(one.ts), since, None))
        ]
        spans = [
            one
            for one in self.of_kind("coverage")
            if is_within(time_of(one.row.get("to_at")), since, None)
            and is_within(time_of(one.row.get("from_at")), None, until)
        ]
        gaps = [one for one in self.of_kind("gap") if is_within(time_of(one.ts), since, None)]

        self.lines("02_population/changes.jsonl", changes)
        self.lines("02_population/drift.jsonl", findings)
        self.table("02_population/changes.csv", changes)
        self.table("02_population/drift.csv", findings)
        self.table("01_ipe/coverage.csv", spans)
        self.table("01_ipe/gaps.csv", gaps)
        if summary:
            self.summary(summary, self.counts(changes, findings, spans, gaps, (since, until)))
        self.samples(period, changes, until)

    def lines(self, name: str, entries: list[Entry]) -> None:
        content = self.files.get(name, b"")
        self.must(content.endswith(b"\n") or not content, COMPLETENESS)
        self.rows(split_lines(content), [line_of(one) for one in entries], entries, seq_of_line)

    def table(self, name: str, entries: list[Entry]) -> None:
        if name not in self.files:
            return
        found = read_table(self.files[name])
        if not self.must(found is not None, INTEGRITY):
            self.failed.add(COMPLETENESS)
            return
        header, *rows = found or [()]
        self.must(len(set(header)) == len(header), INTEGRITY)
        self.must(self.files[name].endswith(b"\n") or not self.files[name], COMPLETENESS)
        wanted = [cells_of(one, header) for one in entries]
        self.rows(
            rows, wanted, entries, lambda cells: dict(zip(header, cells, strict=False)).get("ledger_seq", "")
        )

    def rows(self, found: Sequence[Any], wanted: list[Any], entries: list[Entry], seq_of: Any) -> None:
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
        changes: list[Entry],
        findings: list[Entry],
        spans: list[Entry],
        gaps: list[Entry],
        period: tuple[Any, Any],
    ) -> Row:
        statuses = Counter(one.row.get("status") for one in gaps)
        closed, accepted = statuses["closed"], statuses["accepted"]
        excluded: dict[str, Any] = {}
        for one in self.of_kind("observation", "amendment"):
            excluded.pop(one.ref, None)
            at = excluded_at(one.body)
            if at is not False:
                excluded[one.ref] = at
        return {
            "entries": len(self.entries),
            "entries_by_kind": Counter(one.kind for one in self.entries.values() if one.is_sound),
            "changes": len(changes),
            **{f"changes_by_{one}": count_by(changes, one) for one in ("disposition", "channel", "severity")},
            "findings": len(findings),
            **{f"findings_by_{one}": count_by(findings, one) for one in ("kind", "status")},
            "records_read": sum(one.row.get("records", 0) for one in spans),
            "records_unreadable": sum(one.row.get("unreadable", 0) for one in spans),
            "gaps": len(gaps) - closed - accepted,
            "gaps_closed": closed,
            **({"gaps_accepted": accepted} if accepted else {}),
            "writes_excluded": sum(is_within(at, *period) for at in excluded.values()),
        }

    def summary(self, summary: Row, counts: Row) -> None:
        self.must(are_same(summary.get("counts"), counts), INTEGRITY)
        said = summary.get("checkpoint")
        at = (said.get("size"), said.get("root")) if isinstance(said, dict) else None
        self.must(not self.sealed or (at == self.sealed[-1]), INTEGRITY)

    # 8

    def samples(self, period: Row, changes: list[Entry], until: Any) -> None:
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
            if until and one[0] - 1 in self.entries and time_of(self.entries[one[0] - 1].ts) >= until
        )
        size, root = next(reaching, self.sealed[-1])
        self.must(are_same(said.get("checkpoint"), {"size": size, "root": root}), INTEGRITY)
        self.must(all(said.get(one) == period.get(one) for one in ("since", "until")), INTEGRITY)
        table = []
        for one in stated:
            drawn, runs, seed = draw(one, said, changes, root)
            self.must(all(are_same(one.get(name), drawn[name]) for name in drawn), INTEGRITY)
            table += sample_rows(one["of"], drawn["chosen"], runs, seed, changes)
        self.sample_table(table)

    def sample_table(self, wanted: list[Row]) -> None:
        found = read_table(self.files.get("03_sample/selection.csv", b"")) or [()]
        header, *rows = found
        self.must(len(rows) == len(wanted), COMPLETENESS)
        cells = [tuple(cell(row.get(name)) for name in header) for row in wanted]
        self.must(all(one == other for one, other in zip(rows, cells, strict=False)), INTEGRITY)

    # 9

    def origin(self) -> None:
        if self.trusted:
            notes = [name for name in self.files if name.startswith(CHECKPOINTS)]
            for name in ("MANIFEST.json.note", *notes):
                self.must(self.signers(self.files.get(name, b"")) & self.trusted, ORIGIN)
