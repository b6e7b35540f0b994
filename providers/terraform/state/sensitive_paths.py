"""Which attributes of an instance must never be shown, as its state marks them.

A mark that is not understood must not pass for harmless: it then covers everything around it.
"""

from collections.abc import Iterable, Iterator

from drift.model.path import path_text
from drift.model.resource import Json


def sensitive_paths(marks: Json, attributes: Iterable[str]) -> frozenset[str]:
    """Return the paths that `marks`, the state's `sensitive_attributes`, name among `attributes`."""
    if not marks and isinstance(marks, list | None):
        return frozenset()
    paths = frozenset(path_text(_steps(mark)) for mark in marks) if isinstance(marks, list) else {""}
    if "" in paths:
        return frozenset(path_text([name]) for name in attributes)
    return frozenset(paths)


def _steps(mark: Json) -> Iterator[str | int]:
    """Yield the steps of a mark, up to the first that is not understood."""
    for step in mark if isinstance(mark, list) else [mark]:
        value = step.get("value") if isinstance(step, dict) else None
        if isinstance(value, dict):  # an index says its type too: {"value": 0, "type": "number"}
            value = value.get("value")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, str | int) or isinstance(value, bool):
            return
        yield value
