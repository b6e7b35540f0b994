"""Which keys do the blocks of an attribute have, and which of them did the state know?"""

from collections import defaultdict
from collections.abc import Mapping

from drift.model.resource import Json

NOTHING: tuple[Json, ...] = (None, "", [], {})


def element_keys(value: Json, path: str) -> Mapping[str, set[str]]:
    """Return, per path, the keys of the dicts that stand in a list there."""
    found: dict[str, set[str]] = defaultdict(set)
    _collect(value, path, found, only_set=False)
    return found


def known_keys(declared: Json, stored: Json, path: str) -> Mapping[str, set[str]]:
    """Return the same without keys that a newer provider added, empty, to what was `stored`."""
    if declared is stored:
        return element_keys(declared, path)
    every, older = element_keys(declared, path), element_keys(stored, path)
    said: dict[str, set[str]] = defaultdict(set)
    _collect(declared, path, said, only_set=True)
    return {path: said[path] | (keys & older.get(path, set())) for path, keys in every.items()}


def _collect(value: Json, path: str, found: dict[str, set[str]], *, only_set: bool) -> None:
    if isinstance(value, dict):
        if path.endswith("[]"):
            found[path].update(key for key, inner in value.items() if not only_set or inner not in NOTHING)
        for key, inner in value.items():
            _collect(inner, f"{path}.{key}", found, only_set=only_set)
    elif isinstance(value, list):
        for element in value:
            _collect(element, f"{path}[]", found, only_set=only_set)
