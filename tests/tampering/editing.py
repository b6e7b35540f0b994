"""A pack as its files, and how they are changed and signed anew."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any, TypeAlias

from drift.ledger.entry import Leaf, commit, encode_leaf
from drift.ledger.merkle import hash_leaf
from drift.ledger.note import SigningKey
from drift.reports.pack.cells import canonical
from tests.ledger.building import KEY

Files: TypeAlias = Mapping[str, bytes]
"""The files of a pack, by their paths."""

INTEGRITY, COMPLETENESS, ORIGIN = "integrity", "completeness", "origin"

MANIFEST, NOTE = "MANIFEST.json", "MANIFEST.json.note"
ENTRIES, SUMMARY, KEYS = "ledger/entries.jsonl", "01_ipe/summary.json", "ledger/keys.json"
CHECKPOINTS = "ledger/checkpoints/"
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


def any_of(random: Random, choices: list[Any]) -> Any:
    return random.choice(sorted(choices) if isinstance(choices[0], str | int) else choices)


def two_of(random: Random, count: int) -> tuple[int, int]:
    first, second = sorted(random.sample(range(count), 2))
    return first, second


def lines_of(world: World, name: str) -> list[bytes]:
    return list(split(world.pack[name]))


@cache
def split(content: bytes) -> tuple[bytes, ...]:
    return tuple(content.splitlines(keepends=True))


def without(lines: list[bytes], number: int) -> bytes:
    return b"".join(lines[:number] + lines[number + 1 :])


def json_line(row: Mapping[str, Any]) -> bytes:
    return canonical(row).encode() + b"\n"


@cache
def changes_of(entries: bytes) -> list[int]:
    return [json.loads(line)["seq"] for line in split(entries) if b'\\"kind\\":\\"disposition\\"' in line]


@cache
def spans_of(entries: bytes) -> list[int]:
    return [json.loads(line)["seq"] for line in split(entries) if b'\\"kind\\":\\"coverage\\"' in line]


def by_outsider(world: World, what: str, fails: str, changed: Files) -> Tampered:
    return Tampered(files={**world.pack, **changed}, what=what, fails=fails)


def by_insider(world: World, what: str, fails: str, changed: Files) -> Tampered:
    return Tampered(files=sign({**world.pack, **changed}, KEY), what=what, fails=fails)


def unsigned(world: World, tampered: Tampered) -> Tampered:
    """Keep what was tampered with, under the signatures of before."""
    notes = {name: content for name, content in world.pack.items() if name.endswith(".note")}
    files = {**tampered.files, **notes}
    return Tampered(files=files, what=tampered.what, fails=tampered.fails)


def sign(files: Files, key: SigningKey) -> Files:
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


def an_entry_line(seq: int, body: object, facts: Leaf, shift: int = 0) -> bytes:
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
    return json_line(
        {
            "seq": seq,
            "leaf": leaf.decode(),
            "leaf_hash": hash_leaf(leaf).hex(),
            "salt": "00" * 32,
            "body": text,
        }
    )
