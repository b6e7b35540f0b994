"""Which attributes of an instance must never be shown, as its state marks them.

A mark that is not understood must not pass for harmless: it then covers everything around it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from drift.model.path import path_text
from drift.model.resource import Json

Steps: TypeAlias = Sequence[str | int]

_WRAPPER = {"value", "type"}


def sensitive_paths(marks: Json, attributes: Mapping[str, Json]) -> frozenset[str]:
    """Return the paths that `marks`, the state's `sensitive_attributes`, name among `attributes`."""
    if not marks and isinstance(marks, list | None):
        return frozenset()
    paths = {path_text(steps) for steps in _all_steps(marks, attributes)}
    return frozenset(path_text([name]) for name in attributes) if "" in paths else frozenset(paths)


def _all_steps(marks: Json, attributes: Mapping[str, Json]) -> Iterator[Steps]:
    """Yield where each mark leads: for Terraform, and in the attributes as they are stored."""
    for mark in marks if isinstance(marks, list) else [None]:
        steps = tuple(_steps(mark))
        yield steps
        yield _stored(steps, attributes)


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


def _stored(steps: Steps, attributes: Mapping[str, Json]) -> Steps:
    """Return the steps as the state stores the attributes.

    What may be of any type, as `input` of `terraform_data` or a manifest of Kubernetes, is stored
    as `{"value": ..., "type": ...}`, and no mark says so.
    """
    taken: list[str | int] = []
    here: Json = attributes
    for step in steps:
        if taken and isinstance(here, dict) and here.keys() == _WRAPPER:
            taken.append("value")
            here = here["value"]
        taken.append(step)
        here = _inside(here, step)
    return taken


def _inside(value: Json, step: str | int) -> Json:
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None
