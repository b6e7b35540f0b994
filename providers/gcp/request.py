"""Finding things in the parameters of a call, which every service shapes in its own way.

The same name is written `updateMask` by one service and `update_mask` by the next, so keys
are compared without case and underscores.
"""

from collections.abc import Iterator

from drift.model.resource import Json
from providers.gcp.reading import folded


def get(parameters: Json, key: str) -> Json:
    """Return the value of `key`, whatever its spelling, or `None`."""
    if not isinstance(parameters, dict):
        return None
    if key in parameters:
        return parameters[key]
    wanted = folded(key)
    return next((value for name, value in parameters.items() if folded(name) == wanted), None)


def values_at(root: Json, path: str) -> Iterator[Json]:
    """Yield what stands at `path`, such as `policyDelta.bindingDeltas.role`; every step enters lists."""
    found = [root]
    for step in path.split("."):
        found = [get(one, step) for one in _elements(found)]
    yield from (one for one in _elements(found) if one is not None)


def texts_at(root: Json, path: str) -> Iterator[str]:
    """Yield the texts at `path`: numbers too, but nothing empty."""
    for value in values_at(root, path):
        if isinstance(value, int) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, str) and value:
            yield value


def text_at(root: Json, *paths: str) -> str | None:
    """Return the first text at the first of `paths` that holds one."""
    return next((text for path in paths for text in texts_at(root, path)), None)


def masked(request: Json) -> frozenset[str]:
    """Return the fields that an update is about, as its mask names them; none where it has no mask."""
    paths: set[str] = set()
    for key in ("updateMask", "mask", "fieldMask"):
        value = get(request, key)
        given = get(value, "paths") if isinstance(value, dict) else value
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, str):
                paths.update(folded(part.strip()) for part in one.split(","))
    return frozenset(paths - {"", "*"})


def _elements(values: list[Json]) -> Iterator[Json]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value
