"""Which resource types the estate holds, and which cannot be tried and why."""

import gzip
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from tests.estate.versions import FOLDER, stored_state


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A type that moto breaks."""

    type: str
    versions: tuple[str, ...]
    symptom: str


def built(version: str) -> frozenset[str]:
    """Return the types that an apply of `version` built."""
    state = json.loads(gzip.decompress(stored_state(version).read_bytes()))
    return frozenset(one["type"] for one in state["resources"] if one["mode"] == "managed")


def broken(version: str) -> Sequence[Broken]:
    """Return the types that cannot be tried with `version`, sorted."""
    rows = tomllib.loads((FOLDER / "broken.toml").read_text(encoding="utf-8"))["broken"]
    every = [Broken(**{**row, "versions": tuple(row["versions"])}) for row in rows]
    return sorted((one for one in every if version in one.versions), key=lambda one: one.type)
