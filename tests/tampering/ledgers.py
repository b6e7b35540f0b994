"""What somebody does who makes another ledger, in which every hash, listing and total fits."""

import base64
import csv
import json
from collections.abc import Mapping
from random import Random
from typing import Any

from drift.ledger.entry import decode_leaf
from drift.ledger.merkle import Frontier
from drift.ledger.note import SigningKey
from tests.ledger.building import KEY, OTHER_KEY
from tests.tampering.editing import (
    CHECKPOINTS,
    COMPLETENESS,
    ENTRIES,
    INTEGRITY,
    KEYS,
    LISTINGS,
    ORIGIN,
    POPULATIONS,
    SUMMARY,
    Files,
    Tampered,
    World,
    an_entry_line,
    any_of,
    changes_of,
    json_line,
    lines_of,
    sign,
    spans_of,
    split,
    unsigned,
)
from tests.tampering.listings import csv_line, first_row


def hash_everything_again(random: Random, world: World) -> Tampered:
    """Every hash fits what somebody without a key made of a change; the signatures cannot."""
    number = any_of(random, changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}})
    return unsigned(world, Tampered(files=forged, what=f"entry {number}", fails=INTEGRITY))


def sign_with_another_key(random: Random, world: World) -> Tampered:
    """All fits, and the pack brings the key that signed it: only the key that the reader trusts tells."""
    number = any_of(random, changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}}, key=OTHER_KEY)
    return Tampered(files=forged, what=f"entry {number}", fails=ORIGIN)


def rewrite_with_the_key(random: Random, world: World) -> Tampered:
    """All fits and is signed by the genuine key; only a checkpoint that left the house before tells."""
    number = any_of(random, changes_of(world.pack[ENTRIES]))
    forged = _another_ledger(world, {number: {"disposition": "authorised"}})
    covering = [note for note in world.notes if int(note.splitlines()[1]) > number]
    return Tampered(files=forged, what=f"entry {number}", fails=INTEGRITY, kept=(any_of(random, covering),))


def drop_a_coverage_interval(random: Random, world: World) -> Tampered:
    """Out of a ledger that is made anew with the genuine key: the spans do not follow one another."""
    spans = spans_of(world.pack[ENTRIES])[:-1]  # without the last one, the watch just ended earlier
    number = any_of(random, spans)
    return Tampered(files=_another_ledger(world, {}, drop=number), what=f"entry {number}", fails=COMPLETENESS)


def roll_back(random: Random, world: World) -> Tampered:
    """To an older pack, genuine in itself, while the reader holds a newer checkpoint."""
    number = random.randrange(len(world.older))
    return Tampered(
        files=world.older[number],
        what=f"to the pack {number}",
        fails=COMPLETENESS,
        kept=(any_of(random, list(world.notes[number + 1 :])),),
    )


def _another_ledger(
    world: World,
    altered: Mapping[int, Mapping[str, object]],
    *,
    drop: int | None = None,
    key: SigningKey = KEY,
) -> Files:
    """Return the pack of a ledger with other entries, in which every hash, listing and total fits."""
    kept = [line for seq, line in enumerate(lines_of(world, ENTRIES)) if seq != drop]
    rows, frontier, notes = [], Frontier(), {}
    sizes = {int(name[-17:-5]) for name in world.pack if name.startswith(CHECKPOINTS)}
    for seq, line in enumerate(kept):
        row = json.loads(line)
        was = row["seq"]
        if seq in altered or was != seq:
            body = json.loads(row["body"]) | altered.get(seq, {})
            row = json.loads(an_entry_line(seq, body, decode_leaf(row["leaf"].encode())))
        rows.append((was, row))
        frontier.add(bytes.fromhex(row["leaf_hash"]))
        if frontier.size in sizes or frontier.size == len(kept):
            root = base64.b64encode(frontier.root()).decode()
            note = key.sign(f"{key.name}\n{frontier.size}\n{root}\n")
            notes[f"{CHECKPOINTS}{frontier.size:012d}.note"] = note.encode()
    files = {name: content for name, content in world.pack.items() if not name.startswith(CHECKPOINTS)}
    files |= notes | _listings(world, dict(rows))
    files[ENTRIES] = b"".join(json_line(row) for _, row in rows)
    files[KEYS] = json.dumps({"v": 1, "keys": [{"verifier_key": key.verifier_key}]}).encode()
    files[SUMMARY] = _summary(world, files, drop)
    return sign(files, key)


def _listings(world: World, entries: Mapping[int, Mapping[str, Any]]) -> dict[str, bytes]:
    """Return every listing with the rows of other entries, by the numbers that they had."""
    files = {}
    for name in LISTINGS:
        lines = lines_of(world, name)
        header = next(csv.reader([lines[0].decode()])) if name.endswith("csv") else []
        shown = [lines[0]] if header else []
        for line in lines[first_row(name) :]:
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
            shown.append(csv_line([row[one] for one in header]) if header else json_line(row))
        files[name] = b"".join(shown)
    return files


def _summary(world: World, files: Files, drop: int | None) -> bytes:
    summary = json.loads(world.pack[SUMMARY])
    counts = summary["counts"]
    dispositions: dict[str, int] = {}
    for line in split(files[f"{POPULATIONS[0]}.jsonl"]):
        name = json.loads(line)["disposition"]
        dispositions[name] = dispositions.get(name, 0) + 1
    counts["changes_by_disposition"] = dispositions
    if drop is not None:
        dropped = json.loads(json.loads(lines_of(world, ENTRIES)[drop])["body"])
        counts["entries"] -= 1
        counts["entries_by_kind"]["coverage"] -= 1
        counts["records_read"] -= dropped["records"]
    newest = files[max(name for name in files if name.startswith(CHECKPOINTS))].decode().splitlines()
    summary["checkpoint"] |= {"size": int(newest[1]), "root": newest[2]}
    return json.dumps(summary).encode()
