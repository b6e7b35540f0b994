"""The rules in force: those of redact.toml, and the user's own."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from drift.redact.names import Names, Role

SHIPPED = Path(__file__).with_name("redact.toml")

_NOTHING = re.compile(r"(?!)")


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    secret: str
    before: str = ""


class _Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    secret: str


class _Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    begins: tuple[str, ...]
    id: str
    secret: str


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    secret: tuple[str, ...] = ()
    not_secret: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    trailing: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    pair_name: tuple[str, ...] = ()
    pair_value: tuple[str, ...] = ()
    pair_type: tuple[str, ...] = ()
    secret_type: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    random: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    shape: tuple[_Shape, ...] = ()
    value: tuple[_Value, ...] = ()
    beside: tuple[_Beside, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """A secret that is known by the id beside it."""

    id: re.Pattern[str]
    secret: re.Pattern[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What counts as a secret."""

    names: Names
    secret_types: frozenset[str]
    """In lower case."""
    plain: frozenset[str]
    reference: re.Pattern[str]
    random: re.Pattern[str]
    """What keys look like that were drawn at random, of the whole value."""
    shapes: re.Pattern[str]
    """Secrets within a text; the last group is what is cut out, or all of it where there is none."""
    values: re.Pattern[str]
    """Secrets that are all of a text."""
    besides: tuple[Beside, ...]
    beside_begins: tuple[str, ...]
    """How the ids begin."""
    clean_keys: set[str] = field(default_factory=set)
    """Names of fields that were seen to have no secret in them."""
    clean_texts: set[str] = field(default_factory=set)
    """Texts that were: the same regions, types and names stand in most requests."""

    def is_harmless(self, text: str) -> bool:
        """Tell whether a text is no secret under any name."""
        return not text.strip() or text in self.plain or self.reference.fullmatch(text) is not None


def rules() -> Rules:
    """Return the rules in force."""
    global _in_force
    if _in_force is None:
        _in_force = _compiled("")
    return _in_force


def use(own: str) -> None:
    """Add rows to those of redact.toml, for the whole process: no part of it may be left out.

    Raises:
        ValueError: `own` is no TOML, or not of that file's form.
    """
    global _in_force
    _in_force = _compiled(own) if own else None


_in_force: Rules | None = None


def _compiled(own: str) -> Rules:
    shipped = SHIPPED.read_text(encoding="utf-8")
    every = [msgspec.convert(tomllib.loads(text), _Document) for text in (shipped, own)]
    endings: dict[tuple[str, ...], Role] = {}
    for one in every:
        endings |= _endings(one)
    besides = [row for one in every for row in one.beside]
    return Rules(
        names=Names(
            endings=endings,
            trailing=_joined(one.trailing for one in every),
            pair_name=_joined(one.pair_name for one in every),
            pair_value=_joined(one.pair_value for one in every),
            pair_type=_joined(one.pair_type for one in every),
        ),
        secret_types=_joined(one.secret_type for one in every),
        plain=_joined(one.plain for one in every),
        reference=_pattern("reference", [text for one in every for text in one.reference]),
        random=_pattern("random", [text for one in every for text in one.random]),
        shapes=_pattern("shape", [_of_shape(shape) for one in every for shape in one.shape]),
        values=_pattern("value", [row.secret for one in every for row in one.value]),
        besides=tuple(
            Beside(id=_pattern("beside", [row.id]), secret=_pattern("beside", [row.secret]))
            for row in besides
        ),
        beside_begins=tuple(text for row in besides for text in row.begins),
    )


def _of_shape(shape: _Shape) -> str:
    """Return the shape, with a group only where it needs one: others pass over most of a text at once."""
    return f"(?:{shape.before})({shape.secret})" if shape.before else shape.secret


def _endings(document: _Document) -> Mapping[tuple[str, ...], Role]:
    found: dict[tuple[str, ...], Role] = {}
    for role, names in (
        (Role.ABOUT, document.about),
        (Role.PERHAPS, document.perhaps),
        (Role.SECRET, document.secret),
        (Role.ABOUT, document.not_secret),
        (Role.WHOLE, document.whole),
    ):
        found |= {tuple(name.lower().split()): role for name in names}
        found |= {(name.lower().replace(" ", ""),): role for name in names}
    return found


def _joined(rows: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(text for texts in rows for text in texts)


def _pattern(table: str, texts: list[str]) -> re.Pattern[str]:
    for text in texts:
        try:
            matches_nothing = re.compile(text).match("")
        except re.error as error:
            raise ValueError(f"a row of {table} is no regular expression: {error}") from error
        if matches_nothing:
            raise ValueError(f"a row of {table} fits where nothing is written: {text}")
    return re.compile("|".join(texts)) if texts else _NOTHING
