"""Finding things in the parameters of a call, which every service shapes in its own way.

Keys differ in case between services and between old and new calls of one service;
newer EC2 calls wrap the whole request as `CreateNatGatewayRequest`; what is one
object in one record is a list in the next.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from drift.model.resource import Json

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

MAX_DEPTH = 32
"""No call of AWS nests deeper; what a forged record holds below is not searched."""

_WRAPPER = re.compile(r"^[A-Z]\w*(Request|Response)$")


def unwrapped(parameters: Json) -> Json:
    """Return the parameters without the wrapper that newer EC2 calls put around them."""
    if isinstance(parameters, dict) and len(parameters) == 1:
        key, inner = next(iter(parameters.items()))
        if _WRAPPER.match(key) and isinstance(inner, dict):
            return inner
    return parameters


def values_at(root: Json, path: str) -> Iterator[Json]:
    """Yield what stands at `path` below an unwrapped root, such as `items[].groupId`.

    Every step enters each element of a list, whether the path says `[]` or not; keys
    are compared without case; `*` in a step stands for any text.
    """
    found = [root]
    for step in path.split("."):
        if not _WRAPPER.match(step):
            found = [value for one in _elements(found) for value in _entered(one, step.removesuffix("[]"))]
    yield from _elements(found)


def texts_at(root: Json, path: str) -> Iterator[str]:
    """Yield the texts at `path`: numbers too, but nothing empty and nothing that AWS hides."""
    for value in values_at(root, path):
        plain = value.get("content") if isinstance(value, dict) else value
        if isinstance(plain, int) and not isinstance(plain, bool):
            yield str(plain)
        elif isinstance(plain, str) and plain and plain != HIDDEN:
            yield plain


def nodes(root: Json) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Yield every value below `root`, itself included, with the keys that lead to it, in reading order."""
    waiting: list[tuple[tuple[str, ...], Json]] = [((), root)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if len(path) >= MAX_DEPTH:
            continue
        if isinstance(value, dict):
            waiting.extend(((*path, key), inner) for key, inner in reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend((path, inner) for inner in reversed(value) if not isinstance(inner, list))


def get(parameters: Json, key: str) -> Json:
    """Return the value of `key`, whatever its case, or `None`."""
    return next(_entered(parameters, key), None)


def _elements(values: list[Json]) -> Iterator[Json]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _entered(value: Json, step: str) -> Iterator[Json]:
    if not isinstance(value, dict):
        return
    wanted = step.lower()
    for key, inner in value.items():
        folded = key.lower()
        if folded == wanted or ("*" in wanted and fnmatchcase(folded, wanted)):
            yield inner
