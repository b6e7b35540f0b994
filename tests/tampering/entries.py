"""What somebody with the key does to the ledger, and signs the manifest again: only the ledger can tell."""

import base64
import json
from random import Random

from drift.ledger.entry import Leaf, decode_leaf
from tests.ledger.building import KEY, OTHER_KEY
from tests.tampering.editing import (
    CHECKPOINTS,
    COMPLETENESS,
    ENTRIES,
    INTEGRITY,
    Tampered,
    World,
    an_entry_line,
    any_of,
    by_insider,
    changes_of,
    json_line,
    lines_of,
    sign,
    two_of,
    without,
)


def delete_an_entry(random: Random, world: World) -> Tampered:
    lines = lines_of(world, ENTRIES)
    number = random.randrange(len(lines))
    return by_insider(world, f"entry {number}", COMPLETENESS, {ENTRIES: without(lines, number)})


def delete_the_last_entries(random: Random, world: World) -> Tampered:
    lines = lines_of(world, ENTRIES)
    number = random.randrange(1, 200)
    return by_insider(world, f"the last {number}", COMPLETENESS, {ENTRIES: b"".join(lines[:-number])})


def repeat_an_entry(random: Random, world: World) -> Tampered:
    lines = lines_of(world, ENTRIES)
    number = random.randrange(len(lines))
    lines.insert(random.randrange(number, len(lines)) + 1, lines[number])
    return by_insider(world, f"entry {number}", COMPLETENESS, {ENTRIES: b"".join(lines)})


def insert_an_entry(random: Random, world: World) -> Tampered:
    """Beyond those that were sealed."""
    lines = lines_of(world, ENTRIES)
    facts = Leaf(body_commit="", kind="disposition", links=(), ref=f"chg-{random.random()}", seq=0, ts="")
    lines.append(an_entry_line(len(lines), {"change_id": facts.ref}, facts))
    return by_insider(world, facts.ref, COMPLETENESS, {ENTRIES: b"".join(lines)})


def reorder_entries(random: Random, world: World) -> Tampered:
    lines = lines_of(world, ENTRIES)
    first, second = two_of(random, len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return by_insider(world, f"entries {first} and {second}", INTEGRITY, {ENTRIES: b"".join(lines)})


def swap_bodies(random: Random, world: World) -> Tampered:
    """With their salts, so that each still is a genuine body."""
    lines = lines_of(world, ENTRIES)
    first, second = two_of(random, len(lines))
    one, other = json.loads(lines[first]), json.loads(lines[second])
    for name in ("salt", "body"):
        one[name], other[name] = other[name], one[name]
    lines[first], lines[second] = json_line(one), json_line(other)
    return by_insider(world, f"of entries {first} and {second}", INTEGRITY, {ENTRIES: b"".join(lines)})


def alter_an_entry(random: Random, world: World) -> Tampered:
    """Any of what stands on its line."""
    lines = lines_of(world, ENTRIES)
    number = random.randrange(len(lines))
    row = json.loads(lines[number])
    name = any_of(random, ["body", "leaf", "leaf_hash", "salt"])
    place = random.randrange(len(row[name]))
    row[name] = f"{row[name][:place]}{'0' if row[name][place] != '0' else '1'}{row[name][place + 1 :]}"
    lines[number] = json_line(row)
    return by_insider(world, f"{name} of entry {number}, at {place}", INTEGRITY, {ENTRIES: b"".join(lines)})


def forge_an_entry(random: Random, world: World) -> Tampered:
    """With hashes that fit; only the checkpoint does not."""
    lines = lines_of(world, ENTRIES)
    number = any_of(random, changes_of(world.pack[ENTRIES]))
    row = json.loads(lines[number])
    body = json.loads(row["body"]) | {"disposition": "authorised", "approver": "bob@example.com"}
    lines[number] = an_entry_line(number, body, decode_leaf(row["leaf"].encode()))
    return by_insider(world, f"entry {number}", INTEGRITY, {ENTRIES: b"".join(lines)})


def delete_a_checkpoint(random: Random, world: World) -> Tampered:
    """The newest, so that the entries after the one before it are sealed by nobody."""
    newest = max(name for name in world.pack if name.startswith(CHECKPOINTS))
    files = {name: content for name, content in world.pack.items() if name != newest}
    return Tampered(files=sign(files, KEY), what=newest, fails=COMPLETENESS)


def forge_a_checkpoint(random: Random, world: World) -> Tampered:
    """Signed by nobody whom the pack knows."""
    name = any_of(random, [name for name in world.pack if name.startswith(CHECKPOINTS)])
    size = random.randrange(1, 9999)
    note = OTHER_KEY.sign(f"{KEY.name}\n{size}\n{base64.b64encode(random.randbytes(32)).decode()}\n")
    return by_insider(world, f"{name}, of {size}", INTEGRITY, {name: note.encode()})
