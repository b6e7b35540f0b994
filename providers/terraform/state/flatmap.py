"""The attributes of Terraform 0.11 and older: texts under flat keys, put back into their shape.

`ingress.#` counts the elements of a list or set, `tags.%` those of a map. The limits of it:

- Every value stays a text, for only the provider's schema knows numbers and booleans.
- The elements of a set are sorted by their hash; that they have no order, only the schema knows.
- A map has texts under its keys, dots and all: flat keys do not tell a dot from a deeper level.
- What is null was never written, so it is missing.
- Where a key has a value and others lie below it, only those are seen.

So a reader with the schema at hand must start from the flat form itself.
"""

from collections.abc import Iterable, Mapping

from drift.model.resource import Json

UNKNOWN = "74D93920-ED26-11E3-AC10-0800200C9A66"
"""What Terraform wrote for a value that it did not know yet."""

DEPTH_LIMIT = 30
"""Levels that are told apart; schemas have far fewer, and a forged key could have any number."""

_LIST, _MAP = "#", "%"


def flat_texts(attributes: Json) -> dict[str, str]:
    """Return flat attributes as what they must be.

    Raises:
        ValueError: They are not texts under keys.
    """
    if isinstance(attributes, dict) and all(isinstance(value, str) for value in attributes.values()):
        return attributes
    raise ValueError("its flat attributes are not all texts")


def unflatten(flat: Mapping[str, str]) -> dict[str, Json]:
    """Return the attributes in the shape that their keys tell."""
    lists = {key.removesuffix(f".{_LIST}") for key in flat if key.endswith(f".{_LIST}")}
    maps = {key.removesuffix(f".{_MAP}") for key in flat if key.endswith(f".{_MAP}")}
    root = _Node()
    for key, value in flat.items():
        *steps, last = _steps(key, maps)
        if last not in (_LIST, _MAP) or not steps:
            root.put([*steps, last], value)
        elif value != UNKNOWN:  # the count itself is not needed, but of nothing there is nothing else
            root.put(steps, None)
    return {step: node.shaped(step, lists) for step, node in root.below.items()}


def _steps(key: str, maps: set[str]) -> list[str]:
    """Split a key into its steps; what lies below a map is one step."""
    steps: list[str] = []
    path, rest = "", key
    while path not in maps and len(steps) < DEPTH_LIMIT:
        step, dot, rest = rest.partition(".")
        steps.append(step)
        if not dot:
            return steps
        path = f"{path}.{step}" if path else step
    return [*steps, rest]


class _Node:
    """A level: a value of its own, or what lies below."""

    def __init__(self) -> None:
        self.value: str | None = None
        self.below: dict[str, _Node] = {}

    def put(self, steps: Iterable[str], value: str | None) -> None:
        node = self
        for step in steps:
            node = node.below.setdefault(step, _Node())
        node.value = value

    def shaped(self, path: str, lists: set[str]) -> Json:
        if not self.below and self.value is not None:
            return None if self.value == UNKNOWN else self.value
        members = {step: node.shaped(f"{path}.{step}", lists) for step, node in self.below.items()}
        return [members[step] for step in sorted(members, key=_order)] if path in lists else members


def _order(step: str) -> tuple[int, str]:
    """Sort by index, or by hash; `~` marks the hash of something that was not known yet."""
    digits = step.removeprefix("~").removeprefix("-")
    return (int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else 0, step)
