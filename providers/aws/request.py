"""Finding things in the parameters of a call, which every service shapes in its own way.

Keys differ in case between services and between old and new calls of one service;
newer EC2 calls wrap the whole request as `CreateNatGatewayRequest`; what is one
object in one record is a list in the next.
"""

import re
from functools import lru_cache

from msgspec import Struct

from drift.model.resource import Json

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

NONE: frozenset[str] = frozenset()

_WRAPPER = re.compile(r"^[A-Z]\w*(Request|Response)$")


class Step(Struct, frozen=True):
    """One key of a path, or with a `*` before it the end of one."""

    key: str
    folded: str
    is_end: bool
    without: frozenset[str]
    """Keys that have this end and are not meant."""

    def enter(self, value: Json) -> list[Json]:
        """Return what stands under the key, or else under another spelling of it."""
        if not isinstance(value, dict):
            return []
        if self.key in value:
            return [value[self.key]]
        return [inner for key, inner in value.items() if self._fits(key.lower())]

    def _fits(self, folded: str) -> bool:
        if self.is_end:
            return folded.endswith(self.folded) and folded not in self.without
        return folded == self.folded


@lru_cache(maxsize=4096)
def steps_of(path: str, without: frozenset[str] = NONE) -> tuple[Step, ...]:
    """Return the steps of a path such as `items[].groupId`.

    Keys are compared without case; `*Arn` stands for every key that ends so, but for those of `without`.
    """
    steps = [step.removesuffix("[]") for step in path.split(".") if not _WRAPPER.match(step)]
    return tuple(_step(step, without) for step in steps)


def unwrapped(parameters: Json) -> Json:
    """Return the parameters without the wrapper that newer EC2 calls put around them."""
    if isinstance(parameters, dict) and len(parameters) == 1:
        key, inner = next(iter(parameters.items()))
        if isinstance(inner, dict) and _WRAPPER.match(key):
            return inner
    return parameters


def texts_at(root: Json, path: str) -> list[str]:
    """Return the texts at `path` below an unwrapped root."""
    return texts_below(root, steps_of(path))


def texts_below(root: Json, steps: tuple[Step, ...]) -> list[str]:
    """Return the texts at the end of `steps`: numbers too, but nothing empty and nothing that AWS hides.

    Every step enters each element of a list, whether the path says `[]` or not.
    """
    value = root
    for step in steps:
        if not (isinstance(value, dict) and step.key in value):
            return _texts(_entered([root], steps))
        value = value[step.key]
    return [value] if isinstance(value, str) and value and value != HIDDEN else _texts([value])


def _entered(values: list[Json], steps: tuple[Step, ...]) -> list[Json]:
    for step in steps:
        values = [inner for value in values for one in _elements(value) for inner in step.enter(one)]
    return values


def _texts(values: list[Json]) -> list[str]:
    return [text for value in values for one in _elements(value) if (text := _text(one))]


def get(parameters: Json, key: str) -> Json:
    """Return the value of `key`, whatever its case, or `None`."""
    found = _step(key, NONE).enter(parameters)
    return found[0] if found else None


def _elements(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _text(value: Json) -> str | None:
    """Return the text that a value is. XML of older services leaves its text under `content`."""
    plain = value.get("content") if isinstance(value, dict) else value
    if isinstance(plain, str):
        return plain if plain != HIDDEN else None
    return str(plain) if isinstance(plain, int) and not isinstance(plain, bool) else None


@lru_cache(maxsize=4096)
def _step(key: str, without: frozenset[str]) -> Step:
    return Step(key, key.removeprefix("*").lower(), key.startswith("*"), without)
