"""What somebody with the key does to what people read, and signs the manifest again."""

import csv
import io
import json
from random import Random

from drift.reports.pack.cells import canonical
from tests.tampering.editing import (
    COMPLETENESS,
    INTEGRITY,
    LISTINGS,
    POPULATIONS,
    SUMMARY,
    Tampered,
    World,
    any_of,
    by_insider,
    lines_of,
    without,
)


def delete_a_row(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world)
    number = random.randrange(first_row(name), len(rows))
    return by_insider(world, f"{name}, row {number}", COMPLETENESS, {name: without(rows, number)})


def repeat_a_row(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world)
    number = random.randrange(first_row(name), len(rows))
    changed = {name: b"".join([*rows, rows[number]])}
    return by_insider(world, f"{name}, row {number}", COMPLETENESS, changed)


def insert_a_row(random: Random, world: World) -> Tampered:
    """One that no entry calls for."""
    name, rows = _listing(random, world)
    number = random.randrange(first_row(name), len(rows))
    seq = (
        str(json.loads(rows[number])["ledger_seq"])
        if name.endswith("jsonl")
        else _cell(rows, number, "ledger_seq")
    )
    forged = rows[number].replace(seq.encode(), b"99999999")
    return by_insider(world, f"{name}, after {number}", COMPLETENESS, {name: b"".join([*rows, forged])})


def reorder_rows(random: Random, world: World) -> Tampered:
    name, rows = _listing(random, world, at_least=2)
    first, second = sorted(random.sample(range(first_row(name), len(rows)), 2))
    rows[first], rows[second] = rows[second], rows[first]
    return by_insider(world, f"{name}, rows {first} and {second}", INTEGRITY, {name: b"".join(rows)})


def alter_a_row(random: Random, world: World) -> Tampered:
    """A value of a line, or a cell."""
    name, rows = _listing(random, world)
    number = random.randrange(first_row(name), len(rows))
    if name.endswith("jsonl"):
        row = json.loads(rows[number])
        column = any_of(random, sorted(set(row) - {"ledger_seq"}))
        row[column] = "altered"
        rows[number] = canonical(row).encode() + b"\n"
    else:
        header, cells = (next(csv.reader([rows[at].decode()])) for at in (0, number))
        column = any_of(random, sorted(set(header) - {"ledger_seq"}))
        cells[header.index(column)] = "altered"
        rows[number] = csv_line(cells)
    return by_insider(world, f"{name}, row {number}, {column}", INTEGRITY, {name: b"".join(rows)})


def spell_a_row_otherwise(random: Random, world: World) -> Tampered:
    """The same values, or the last of two of a name: no other reader need take the same."""
    name = f"{any_of(random, list(POPULATIONS))}.jsonl"
    rows = lines_of(world, name)
    number = random.randrange(len(rows))
    rows[number] = rows[number].replace(b"{", any_of(random, [b"{ ", b'{"disposition":"x",']), 1)
    return by_insider(world, f"{name}, row {number}", INTEGRITY, {name: b"".join(rows)})


def change_a_total(random: Random, world: World) -> Tampered:
    summary = json.loads(world.pack[SUMMARY])
    counts = summary["counts"]
    name = any_of(random, sorted(counts))
    within = any_of(random, sorted(counts[name])) if isinstance(counts[name], dict) else None
    if within is None:
        counts[name] += random.choice([-1, 1, 10])
    else:
        counts[name][within] += random.choice([-1, 1, 10])
    content = json.dumps(summary).encode()
    return by_insider(world, f"{name} {within or ''}", INTEGRITY, {SUMMARY: content})


def narrow_the_period(random: Random, world: World) -> Tampered:
    """So that it does not hold all that is listed any more."""
    summary = json.loads(world.pack[SUMMARY])
    begin = json.loads(lines_of(world, f"{POPULATIONS[0]}.jsonl")[random.randrange(1, 500)])["began_at"]
    summary["parameters"]["since"] = begin
    return by_insider(world, f"since {begin}", COMPLETENESS, {SUMMARY: json.dumps(summary).encode()})


def _listing(random: Random, world: World, at_least: int = 1) -> tuple[str, list[bytes]]:
    """Return a listing with that many rows."""
    names = [one for one in LISTINGS if len(lines_of(world, one)) >= at_least + first_row(one)]
    name = any_of(random, names)
    return name, lines_of(world, name)


def first_row(name: str) -> int:
    """Return where the rows of a listing begin: those of a table after its header."""
    return 1 if name.endswith("csv") else 0


def _cell(rows: list[bytes], number: int, column: str) -> str:
    header, cells = (next(csv.reader([rows[at].decode()])) for at in (0, number))
    return cells[header.index(column)]


def csv_line(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
