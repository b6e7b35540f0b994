"""The parts of a form by which a list is sifted: what stands in it is what stands in the address."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from drift.web.ask import Ask

PLACE: Final = "place"
"""The key under which the place in a list stands."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Several values, any of which may be ticked."""

    name: str
    values: tuple[tuple[str, bool], ...]
    """Each with whether it is ticked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextField:
    """A text that is looked for."""

    name: str
    label: str
    value: str


def pairs_of(ask: Ask) -> list[tuple[str, str]]:
    """Return the keys and values that were asked for, the empty ones too."""
    return parse_qsl(ask.target.partition("?")[2], keep_blank_values=True)
