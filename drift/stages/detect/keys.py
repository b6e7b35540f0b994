"""Which keys do the blocks of an attribute have, and which of them did the state know?"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from drift.model.path import pattern_under
from drift.model.resource import Json

NOTHING: tuple[Json, ...] = (None, "", [], {})


def element_keys(value: Json, path: str, maps: Collection[str]) -> Mapping[str, set[str]]:
    """Return, per path, the keys of the blocks that stand in a list there; those of `maps` are no blocks."""
    found: dict[str, set[str]] = defaultdict(set)
    _collect(value, path, found, maps, only_set=False)
    return found


def known_keys(declared: Json, stored: Json, path: str, maps: Collection[str]) -> Mapping[str, set[str]]:
    """Return the same without keys that a newer provider added, empty, to what was `stored`."""
    if declared is stored:
        return element_keys(declared, path, maps)
    every, older = element_keys(declared, path, maps), element_keys(stored, path, maps)
    said: dict[str, set[str]] = defaultdict(set)
    _collect(declared, path, said, maps, only_set=True)
    return {path: said[path] | (keys & older.get(path, set())) for path, keys in every.items()}


def _collect(
    value: Json, path: str, found: dict[str, set[str]], maps: Collection[str], *, only_set: bool
) -> None:
    if isinstance(value, dict):
        if path.endswith("[]") and path not in maps:
            found[path].update(key for key, inner in value.items() if not only_set or inner not in NOTHING)
        for key, inner in value.items():
            _collect(inner, pattern_under(path, key, maps), found, maps, only_set=only_set)
    elif isinstance(value, list):
        for element in value:
            _collect(element, f"{path}[]", found, maps, only_set=only_set)
