"""Ways to tamper with a pack: what each does to its files, and which question must fail for it.

An outsider has no key, so nothing that is changed fits the signed manifest. An insider signs the manifest
again: then only the ledger, its checkpoints and what they rest on can tell. A usurper makes another ledger.
"""

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any, TypeAlias

from drift.ledger.entry import Leaf, commit, decode_leaf, encode_leaf
from drift.ledger.merkle import Frontier, hash_leaf
from drift.ledger.note import SigningKey
from drift.reports.pack.cells import canonical
from tests.ledger.building import KEY, OTHER_KEY

Files: TypeAlias = Mapping[str, bytes]
"""The files of a pack, by their paths."""

INTEGRITY, COMPLETENESS, ORIGIN = "integrity", "completeness", "origin"

MANIFEST, NOTE = "MANIFEST.json", "MANIFEST.json.note"
ENTRIES, SUMMARY, KEYS = "ledger/entries.jsonl", "01_ipe/summary.json", "ledger/keys.json"
POPULATIONS = ("02_population/changes", "02_population/drift")
TABLES = (*(f"{one}.csv" for one in POPULATIONS), "01_ipe/coverage.csv", "01_ipe/gaps.csv")
LISTINGS = (*(f"{one}.jsonl" for one in POPULATIONS), *TABLES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tampered:
    """A pack with which somebody tampered."""

    files: Files
    what: str
    """Which file, which line, which byte."""
    fails: str
    """The question that must fail; others may too."""
    folders: tuple[str, ...] = ()
    """That stand in it beside those that the files lie in."""
    kept: tuple[str, ...] = ()
    """Notes that the reader holds from elsewhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A pack, with older ones of the same ledger, and every checkpoint that left the house."""

    pack: Files
    older: tuple[Files, ...] = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)


Tampering: TypeAlias = Callable[[Random, World], Tampered]


def flip(random: Random, world: World) -> Tampered:
    """One bit of any file."""
    name = _any(random, [name for name, content in world.pack.items() if content])
    content = bytearray(world.pack[name])
    position, bit = random.randrange(len(content)), random.randrange(8)
    content[position] ^= 1 << bit
    return _outsider(world, f"{name}, byte {position}, bit {bit}", INTEGRITY, {name: bytes(content)})


def truncate(random: Random, world: World) -> Tampered:
    """The end of any file."""
    name = _any(random, [name for name, content in world.pack.items() if content])
    size = random.randrange(len(world.pack[name]))
    return _outsider(world, f"{name} at {size}", INTEGRITY, {name: world.pack[name][:size]})


def delete_file(random: Random, world: World) -> Tampered:
    name = _any(random, list(world.pack))
    files = {one: content for one, content in world.pack.items() if one != name}
    return Tampered(files=files, what=name, fails=COMPLETENESS)


def insert_file(random: Random, world: World) -> Tampered:
    beside = _any(random, list(world.pack)).rpartition("/")[0]
    name = f"{beside}/{random.randrange(1000)}.csv".lstrip("/")
    return _outsider(world, name, COMPLETENESS, {name: random.randbytes(random.randrange(9))})


def insert_folder(random: Random, world: World) -> Tampered:
    name = f"{_any(random, ['01_ipe', 'ledger', '02_population'])}/{random.randrange(1000)}"
    return Tampered(files=world.pack, what=name, fails=COMPLETENESS, folders=(name,))


def swap_files(random: Random, world: World) -> Tampered:
    """Each under the name of the other, as a dossier may be put in the place of another one."""
    first, second = random.sample(sorted(name for name in world.pack if world.pack[name]), 2)
    changed = {first: world.pack[second], second: world.pack[first]}
    return _outsider(world, f"{first} and {second}", INTEGRITY, changed)


def replace_document(random: Random, world: World) -> Tampered:
    """One that no listing is derived from, with a manifest that fits it: the signature does not."""
    name = _any(random, [one for one in world.pack if one.startswith(("00", "03", "04", "10", "11", "12"))])
    tampered = _signed(world, f"{name}, listed anew", INTEGRITY, {name: random.randbytes(200)})
    return _unsigned(world, tampered)


def edit_the_manifest(random: Random, world: World) -> Tampered:
    manifest = json.loads(world.pack[MANIFEST])
    row = _any(random, manifest["files"])
    row["size"] += 1
    content = json.dumps(manifest).encode()
    return _outsider(world, f"size of {row['path']}", INTEGRITY, {MANIFEST: content})


def delete_an_entry(random: Random, world: World) -> Tampered:
    lines = _lines(world, ENTRIES)
    number = random.randrange(len(lines))
    return _signed(world, f"entry {number}", COMPLETENESS, {ENTRIES: _without(lines, number)})


def delete_the_last_entries(random: Random, world: World) -> Tampered:
    lines = _lines(world, ENTRIES)
    number = random.randrange(1, 200)
    return _signed(world, f"the last {number}", COMPLETENESS, {ENTRIES: b"".join(lines[:-number])})


def repeat_an_entry(random: Random, world: World) -> Tampered:
    lines = _lines(world, ENTRIES)
    number = random.randrange(len(lines))
    lines.insert(random.randrange(number, len(lines)) + 1, lines[number])
    return _signed(world, f"entry {number}", COMPLETENESS, {ENTRIES: b"".join(lines)})


def insert_an_entry(random: Random, world: World) -> Tampered:
    """Beyond those that were sealed."""
    lines = _lines(world, ENTRIES)
    forged = _entry(
        len(lines), {"change_id": "chg-x"}, Leaf(body_commit="", kind="x", links=(), ref="x", seq=0, ts="")
    )
    return _signed(world, f"after {random.randrange(1)}", COMPLETENESS, {ENTRIES: b"".join([*lines, forged])})


def reorder_entries(random: Random, world: World) -> Tampered:
    lines = _lines(world, ENTRIES)
    first, second = _two(random, len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return _signed(world, f"entries {first} and {second}", INTEGRITY, {ENTRIES: b"".join(lines)})


def swap_bodies(random: Random, world: World) -> Tampered:
    """With their salts, so that each still is a genuine body."""
    lines = _lines(world, ENTRIES)
    first, second = _two(random, len(lines))
    one, other = json.loads(lines[first]), json.loads(lines[second])
    for name in ("salt", "body"):
        one[name], other[name] = other[name], one[name]
    lines[first], lines[second] = _line(one), _line(other)
    return _signed(world, f"of entries {first} and {second}", INTEGRITY, {ENTRIES: b"".join(lines)})


def alter_an_entry(random: Random, world: World) -> Tampered:
    """Any of what stands on its line."""
    lines = _lines(world, ENTRIES)
    number = random.randrange(len(lines))
    row = json.loads(lines[number])
    name = _any(random, ["body", "leaf", "leaf_hash", "salt"])
    place = random.randrange(len(row[name]))
    row[name] = f"{row[name][:place]}{'0' if row[name][place] != '0' else '1'}{row[name][place + 1 :]}"
    lines[number] = _line(row)
    return _signed(world, f"{name} of entry {number}, at {place}", INTEGRITY, {ENTRIES: b"".join(lines)})


def forge_an_entry(random: Random, world: World) -> Tampered:
    """With hashes that fit; only the checkpoint does not."""
    lines = _lines(world, ENTRIES)
    number = _any(random, _changes_of(world.pack[ENTRIES]))
    row = json.loads(lines[number])
    body = json.loads(row["body"]) | {"disposition": "authorised", "approver": "bob@example.com"}
    lines[number] = _entry(number, body, decode_leaf(row["leaf"].encode()))
    return _signed(world, f"entry {number}", INTEGRITY, {ENTRIES: b"".join(lines)})


def delete_a_checkpoint(random: Random, world: World) -> Tampered:
    """The newest, so that the entries after the one before it are sealed by nobody."""
    newest = max(name for name in world.pack if name.startswith("ledger/checkpoints/"))
    files = {name: content for name, content in world.pack.items() if name != newest}
    return Tampered(files=_sign(files, KEY), what=newest, fails=COMPLETENESS)


def forge_a_checkpoint(random: Random, world: World) -> Tampered:
    """Signed by nobody whom the pack knows."""
    name = _any(random, [name for name in world.pack if name.startswith("ledger/checkpoints/")])
    size = random.randrange(1, 9999)
    note = OTHER_KEY.sign(f"{KEY.name}\n{size}\n{base64.b64encode(random.randbytes(32)).decode()}\n")
    return _signed(world, f"{name}, of {size}", INTEGRITY, {name: note.encode()})


def delete_a_row(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world)
    number = random.randrange(_first(name), len(rows))
    return _signed(world, f"{name}, row {number}", COMPLETENESS, {name: _without(rows, number)})


def repeat_a_row(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world)
    number = random.randrange(_first(name), len(rows))
    changed = {name: b"".join([*rows, rows[number]])}
    return _signed(world, f"{name}, row {number}", COMPLETENESS, changed)


def insert_a_row(random: Random, world: World) -> Tampered:
    """One that no entry calls for."""
    name, rows = _listing(random, world)
    number = random.randrange(_first(name), len(rows))
    seq = (
        str(json.loads(rows[number])["ledger_seq"])
        if name.endswith("jsonl")
        else _cell(rows, number, "ledger_seq")
    )
    forged = rows[number].replace(seq.encode(), b"99999999")
    return _signed(world, f"{name}, after {number}", COMPLETENESS, {name: b"".join([*rows, forged])})


def reorder_rows(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world, at_least=2)
    first, second = sorted(random.sample(range(_first(name), len(rows)), 2))
    rows[first], rows[second] = rows[second], rows[first]
    return _signed(world, f"{name}, rows {first} and {second}", INTEGRITY, {name: b"".join(rows)})


def alter_a_row(random: Random, world: World) -> Tampered:
    """A value of a line, or a cell."""
    name, rows = _listing(random, world)
    number = random.randrange(_first(name), len(rows))
    if name.endswith("jsonl"):
        row = json.loads(rows[number])
        column = _any(random, sorted(set(row) - {"ledger_seq"}))
        row[column] = "altered"
        rows[number] = canonical(row).encode() + b"\n"
    else:
        header, cells = (next(csv.reader([rows[at].decode()])) for at in (0, number))
        column = _any(random, sorted(set(header) - {"ledger_seq"}))
        cells[header.index(column)] = "altered"
        rows[number] = _csv_line(cells)
    return _signed(world, f"{name}, row {number}, {column}", INTEGRITY, {name: b"".join(rows)})


def spell_a_row_otherwise(random: Random, world: World) -> Tampered:
    """The same values, or the last of two of a name: no other reader need take the same."""
    name = f"{_any(random, list(POPULATIONS))}.jsonl"
    rows = _lines(world, name)
    number = random.randrange(len(rows))
    rows[number] = rows[number].replace(b"{", _any(random, [b"{ ", b'{"disposition":"x",']), 1)
    return _signed(world, f"{name}, row {number}", INTEGRITY, {name: b"".join(rows)})


def change_a_total(random: Random, world: World) -> Tampered:
    summary = json.loads(world.pack[SUMMARY])
    counts = summary["counts"]
    name = _any(random, sorted(counts))
    within = _any(random, sorted(counts[name])) if isinstance(counts[name], dict) else None
    if within is None:
        counts[name] += random.choice([-1, 1, 10])
    else:
        counts[name][within] += random.choice([-1, 1, 10])
    content = json.dumps(summary).encode()
    return _signed(world, f"{name} {within or ''}", INTEGRITY, {SUMMARY: content})


def narrow_the_period(random: Random, world: World) -> Tampered:
    """So that it does not hold all that is listed any more."""
    summary = json.loads(world.pack[SUMMARY])
    begin = json.loads(_lines(world, f"{POPULATIONS[0]}.jsonl")[random.randrange(1, 500)])["began_at"]
    summary["parameters"]["since"] = begin
    return _signed(world, f"since {begin}", COMPLETENESS, {SUMMARY: json.dumps(summary).encode()})


def hash_everything_again(random: Random, world: World) -> Tampered:
    """Every hash fits what somebody without a key made of a change; the signatures cannot."""
    number = _any(random, _changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}})
    return _unsigned(world, Tampered(files=forged, what=f"entry {number}", fails=INTEGRITY))


def sign_with_another_key(random: Random, world: World) -> Tampered:
    """All fits, and the pack brings the key that signed it: only the key that the reader trusts tells."""
    number = _any(random, _changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}}, key=OTHER_KEY)
    return Tampered(files=forged, what=f"entry {number}", fails=ORIGIN)


def rewrite_with_the_key(random: Random, world: World) -> Tampered:
    """All fits and is signed by the genuine key; only a checkpoint that left the house before tells."""
    number = _any(random, _changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}})
    covering = [note for note in world.notes if int(note.splitlines()[1]) > number]
    return Tampered(files=forged, what=f"entry {number}", fails=INTEGRITY, kept=(_any(random, covering),))


def drop_a_coverage_interval(random: Random, world: World) -> Tampered:
    """Out of a ledger that is made anew with the genuine key: the spans do not follow one another."""
    spans = _spans_of(world.pack[ENTRIES])[:-1]  # without the last one, the watch just ended earlier
    number = _any(random, spans)
    return Tampered(files=_another_ledger(world, {}, drop=number), what=f"entry {number}", fails=COMPLETENESS)


def roll_back(random: Random, world: World) -> Tampered:
    """To an older pack, genuine in itself, while the reader holds a newer checkpoint."""
    number = random.randrange(len(world.older))
    return Tampered(
        files=world.older[number],
        what=f"to the pack {number}",
        fails=COMPLETENESS,
        kept=(_any(random, list(world.notes[number + 1 :])),),
    )


KINDS: Mapping[Tampering, int] = {
    flip: 60,
    truncate: 25,
    delete_file: 15,
    insert_file: 15,
    insert_folder: 5,
    swap_files: 20,
    replace_document: 20,
    edit_the_manifest: 10,
    delete_an_entry: 25,
    delete_the_last_entries: 10,
    repeat_an_entry: 15,
    insert_an_entry: 2,
    reorder_entries: 25,
    swap_bodies: 30,
    alter_an_entry: 40,
    forge_an_entry: 25,
    delete_a_checkpoint: 1,
    forge_a_checkpoint: 10,
    delete_a_row: 25,
    repeat_a_row: 15,
    insert_a_row: 15,
    reorder_rows: 20,
    alter_a_row: 40,
    spell_a_row_otherwise: 10,
    change_a_total: 25,
    narrow_the_period: 5,
    hash_everything_again: 5,
    sign_with_another_key: 5,
    rewrite_with_the_key: 5,
    drop_a_coverage_interval: 5,
    roll_back: 10,
}
"""Each way, and how often it is tried."""


def _any(random: Random, choices: list[Any]) -> Any:
    return random.choice(sorted(choices) if isinstance(choices[0], str | int) else choices)


def _two(random: Random, count: int) -> tuple[int, int]:
    first, second = sorted(random.sample(range(count), 2))
    return first, second


def _lines(world: World, name: str) -> list[bytes]:
    return list(_split(world.pack[name]))


@cache
def _split(content: bytes) -> tuple[bytes, ...]:
    return tuple(content.splitlines(keepends=True))


def _without(lines: list[bytes], number: int) -> bytes:
    return b"".join(lines[:number] + lines[number + 1 :])


def _listing(random: Random, world: World, at_least: int = 1) -> tuple[str, list[bytes]]:
    """Return a listing with that many rows."""
    names = [one for one in LISTINGS if len(_lines(world, one)) >= at_least + _first(one)]
    name = _any(random, names)
    return name, _lines(world, name)


def _first(name: str) -> int:
    """Return where the rows of a listing begin: those of a table after its header."""
    return 1 if name.endswith("csv") else 0


def _cell(rows: list[bytes], number: int, column: str) -> str:
    header, cells = (next(csv.reader([rows[at].decode()])) for at in (0, number))
    return cells[header.index(column)]


def _csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _line(row: Mapping[str, Any]) -> bytes:
    return canonical(row).encode() + b"\n"


@cache
def _changes_of(entries: bytes) -> list[int]:
    return [json.loads(line)["seq"] for line in _split(entries) if b'\\"kind\\":\\"disposition\\"' in line]


@cache
def _spans_of(entries: bytes) -> list[int]:
    return [json.loads(line)["seq"] for line in _split(entries) if b'\\"kind\\":\\"coverage\\"' in line]


def _outsider(world: World, what: str, fails: str, changed: Files) -> Tampered:
    return Tampered(files={**world.pack, **changed}, what=what, fails=fails)


def _signed(world: World, what: str, fails: str, changed: Files) -> Tampered:
    return Tampered(files=_sign({**world.pack, **changed}, KEY), what=what, fails=fails)


def _unsigned(world: World, tampered: Tampered) -> Tampered:
    """Keep what was tampered with, under the signatures of before."""
    notes = {name: content for name, content in world.pack.items() if name.endswith(".note")}
    files = {**tampered.files, **notes}
    return Tampered(files=files, what=tampered.what, fails=tampered.fails)


def _sign(files: Files, key: SigningKey) -> Files:
    """Make a manifest for files, and sign it, as `write_manifest` does in a folder."""
    rows = [
        {"path": name, "size": len(files[name]), "sha256": _sha256(files[name])}
        for name in sorted(files)
        if name not in (MANIFEST, NOTE)
    ]
    manifest = json.dumps({"v": 1, "origin": key.name, "files": rows}).encode()
    note = key.sign(f"driftledger pack manifest v1\n{key.name}\n{sha256(manifest).hexdigest()}\n")
    return {**files, MANIFEST: manifest, NOTE: note.encode()}


@cache
def _sha256(content: bytes) -> str:
    return sha256(content).hexdigest()


def _entry(seq: int, body: object, facts: Leaf, shift: int = 0) -> bytes:
    """Return the line of an entry whose hashes fit."""
    text = canonical(body)
    leaf = encode_leaf(
        Leaf(
            body_commit=commit(bytes(32), text.encode()),
            kind=facts.kind,
            links=(),
            ref=facts.ref,
            seq=seq,
            ts=facts.ts,
        )
    )
    return _line(
        {
            "seq": seq,
            "leaf": leaf.decode(),
            "leaf_hash": hash_leaf(leaf).hex(),
            "salt": "00" * 32,
            "body": text,
        }
    )


def _another_ledger(
    world: World,
    altered: Mapping[int, Mapping[str, object]],
    *,
    drop: int | None = None,
    key: SigningKey = KEY,
) -> Files:
    """Return the pack of a ledger with other entries, in which every hash, listing and total fits."""
    kept = [line for seq, line in enumerate(_lines(world, ENTRIES)) if seq != drop]
    rows, frontier, notes = [], Frontier(), {}
    sizes = {int(name[-17:-5]) for name in world.pack if name.startswith("ledger/checkpoints/")}
    for seq, line in enumerate(kept):
        row = json.loads(line)
        was = row["seq"]
        if seq in altered or was != seq:
            body = json.loads(row["body"]) | altered.get(seq, {})
            row = json.loads(_entry(seq, body, decode_leaf(row["leaf"].encode())))
        rows.append((was, row))
        frontier.add(bytes.fromhex(row["leaf_hash"]))
        if frontier.size in sizes or frontier.size == len(kept):
            root = base64.b64encode(frontier.root()).decode()
            note = key.sign(f"{key.name}\n{frontier.size}\n{root}\n")
            notes[f"ledger/checkpoints/{frontier.size:012d}.note"] = note.encode()
    files = {
        name: content for name, content in world.pack.items() if not name.startswith("ledger/checkpoints/")
    }
    files |= notes | _listings(world, dict(rows))
    files[ENTRIES] = b"".join(_line(row) for _, row in rows)
    files[KEYS] = json.dumps({"v": 1, "keys": [{"verifier_key": key.verifier_key}]}).encode()
    files[SUMMARY] = _summary(world, files, drop)
    return _sign(files, key)


def _listings(world: World, entries: Mapping[int, Mapping[str, Any]]) -> dict[str, bytes]:
    """Return every listing with the rows of other entries, by the numbers that they had."""
    files = {}
    for name in LISTINGS:
        lines = _lines(world, name)
        header = next(csv.reader([lines[0].decode()])) if name.endswith("csv") else []
        shown = [lines[0]] if header else []
        for line in lines[_first(name) :]:
            row = (
                dict(zip(header, next(csv.reader([line.decode()])), strict=True))
                if header
                else json.loads(line)
            )
            entry = entries.get(int(row["ledger_seq"]))
            if entry is None:
                continue
            body = json.loads(entry["body"])
            said = {name: body[name] for name in ("disposition",) if name in body}
            said |= {"ledger_seq": entry["seq"], "leaf_hash": entry["leaf_hash"]}
            row |= {name: str(value) for name, value in said.items()} if header else said
            shown.append(_csv_line([row[one] for one in header]) if header else _line(row))
        files[name] = b"".join(shown)
    return files


def _summary(world: World, files: Files, drop: int | None) -> bytes:
    summary = json.loads(world.pack[SUMMARY])
    counts = summary["counts"]
    dispositions: dict[str, int] = {}
    for line in _split(files[f"{POPULATIONS[0]}.jsonl"]):
        name = json.loads(line)["disposition"]
        dispositions[name] = dispositions.get(name, 0) + 1
    counts["changes_by_disposition"] = dispositions
    if drop is not None:
        dropped = json.loads(json.loads(_lines(world, ENTRIES)[drop])["body"])
        counts["entries"] -= 1
        counts["entries_by_kind"]["coverage"] -= 1
        counts["records_read"] -= dropped["records"]
    newest = (
        files[max(name for name in files if name.startswith("ledger/checkpoints/"))].decode().splitlines()
    )
    summary["checkpoint"] |= {"size": int(newest[1]), "root": newest[2]}
    return json.dumps(summary).encode()
