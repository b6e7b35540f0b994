"""What somebody without the key does: nothing that is changed fits the signed manifest."""

import json
from random import Random

from tests.tampering.editing import (
    COMPLETENESS,
    INTEGRITY,
    MANIFEST,
    Tampered,
    World,
    any_of,
    by_insider,
    by_outsider,
    unsigned,
)


def flip(random: Random, world: World) -> Tampered:
    """One bit of any file."""
    name = any_of(random, [name for name, content in world.pack.items() if content])
    content = bytearray(world.pack[name])
    position, bit = random.randrange(len(content)), random.randrange(8)
    content[position] ^= 1 << bit
    return by_outsider(world, f"{name}, byte {position}, bit {bit}", INTEGRITY, {name: bytes(content)})


def truncate(random: Random, world: World) -> Tampered:
    """The end of any file."""
    name = any_of(random, [name for name, content in world.pack.items() if content])
    size = random.randrange(len(world.pack[name]))
    return by_outsider(world, f"{name} at {size}", INTEGRITY, {name: world.pack[name][:size]})


def delete_file(random: Random, world: World) -> Tampered:
    name = any_of(random, list(world.pack))
    files = {one: content for one, content in world.pack.items() if one != name}
    return Tampered(files=files, what=name, fails=COMPLETENESS)


def insert_file(random: Random, world: World) -> Tampered:
    beside = any_of(random, list(world.pack)).rpartition("/")[0]
    name = f"{beside}/{random.randrange(1000)}.csv".lstrip("/")
    return by_outsider(world, name, COMPLETENESS, {name: random.randbytes(random.randrange(9))})


def insert_folder(random: Random, world: World) -> Tampered:
    name = f"{any_of(random, ['01_ipe', 'ledger', '02_population'])}/{random.randrange(1000)}"
    return Tampered(files=world.pack, what=name, fails=COMPLETENESS, folders=(name,))


def swap_files(random: Random, world: World) -> Tampered:
    """Each under the name of the other, as a dossier may be put in the place of another one."""
    first, second = random.sample(sorted(name for name in world.pack if world.pack[name]), 2)
    changed = {first: world.pack[second], second: world.pack[first]}
    return by_outsider(world, f"{first} and {second}", INTEGRITY, changed)


def replace_document(random: Random, world: World) -> Tampered:
    """One that no listing is derived from, with a manifest that fits it: the signature does not."""
    name = any_of(random, [one for one in world.pack if one.startswith(("00", "03", "04", "10", "11", "12"))])
    tampered = by_insider(world, f"{name}, listed anew", INTEGRITY, {name: random.randbytes(200)})
    return unsigned(world, tampered)


def edit_the_manifest(random: Random, world: World) -> Tampered:
    manifest = json.loads(world.pack[MANIFEST])
    row = any_of(random, manifest["files"])
    row["size"] += 1
    content = json.dumps(manifest).encode()
    return by_outsider(world, f"size of {row['path']}", INTEGRITY, {MANIFEST: content})
