"""Cuts secrets out of what clouds and states tell, before any of it is stored, shown or sent.

A secret is known by the name of its field or by its own looks; redact.toml lists both.
Names, ids and ARNs are no secrets, and neither are numbers, truth values and nulls.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import msgspec

from drift.model.path import path_text
from drift.model.resource import Json

MASK = "(redacted)"
"""What stands where a secret stood."""

_DEEPEST = 64
"""Levels that are looked into. What lies deeper is cut out unseen: nobody can vouch for it."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SEGMENT = re.compile(r"""[.\[\]"'/]+""")

_MAY_ASSIGN = re.compile(r"""=|:\s|:\\*["']|--\w""")
# A name starts once a run of letters and takes all of it, so that no text makes the search slow.
_ASSIGNMENT = re.compile(
    r"""(?<![\w.-])(?P<flag>--)?(?P<name>[\w.-]++)(?:\\*["'])?(?:\s{0,4}(?P<sign>[=:])\s{0,4}|[ ]{1,4})"""
)
_QUOTED = re.compile(r"""(?P<quote>\\*["'])(?P<value>(?:(?!(?P=quote))(?:\\.|.))*)""", re.DOTALL)
_BARE = re.compile(r"(?P<value>[^;&\n]{1,256}(?=;)|(?:[^\s;&]|&(?![\w.-]{1,64}=))+)")
_LINE = re.compile(r"(?P<value>(?:\S{1,32}[ \t]{1,4})?\S++)[ \t]*+(?=\n|\r|\Z)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """A value without its secrets."""

    value: Json
    """The very same object where there was no secret in it."""
    paths: tuple[str, ...]
    """Where something was cut out; a path goes on into a JSON document within a string."""


def redact(value: Json) -> Redacted:
    """Return `value` with a mark in place of every secret, and where they were."""
    walk = _Walk()
    clean = walk.clean(value, _Role.PLAIN)
    return Redacted(value=clean, paths=tuple(path_text(steps) for steps in walk.found))


class _Role(StrEnum):
    """What the name of a field says of its value."""

    PLAIN = "plain"
    SECRET = "secret"  # noqa: S105 - the name of a role
    WHOLE = "whole"
    """Secret with everything in it."""
    ABOUT = "about"
    """No secret even where everything around it is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Name:
    role: _Role
    names_pair: bool
    is_pair_value: bool


class _Walk:
    """One pass over a value, which remembers where it is and where it cut."""

    def __init__(self) -> None:
        self.found: list[tuple[str | int, ...]] = []
        self._here: list[str | int] = []

    def clean(self, value: Json, role: _Role) -> Json:
        if isinstance(value, str):
            return self._clean_text(value, role)
        if not isinstance(value, dict | list) or not value:
            return value
        if len(self._here) >= _DEEPEST:
            return self._cut()
        return self._clean_object(value, role) if isinstance(value, dict) else self._clean_list(value, role)

    def _clean_object(self, value: dict[str, Json], role: _Role) -> dict[str, Json]:
        names = [_name(key) for key in value]
        paired = _role_of_pair(value, names)
        roles = [_inherit(role, paired if name.is_pair_value else name.role, name.role) for name in names]
        clean = {
            key: self._under(key, item, own) for (key, item), own in zip(value.items(), roles, strict=True)
        }
        return value if all(clean[key] is value[key] for key in value) else clean

    def _clean_list(self, value: list[Json], role: _Role) -> list[Json]:
        clean = []
        before: Json = None
        for index, item in enumerate(value):
            own = _role_after_flag(before, item) if role is _Role.PLAIN else role
            clean.append(self._under(index, item, own))
            before = item
        return value if all(new is old for new, old in zip(clean, value, strict=True)) else clean

    def _under(self, step: str | int, value: Json, role: _Role) -> Json:
        self._here.append(step)
        clean = self.clean(value, role)
        self._here.pop()
        return clean

    def _clean_text(self, text: str, role: _Role) -> str:
        if role in (_Role.SECRET, _Role.WHOLE):
            return text if _is_harmless(text) else self._cut()
        if text.lstrip()[:1] in ("{", "["):
            try:
                document = json.loads(text, object_pairs_hook=_unique)
            except RecursionError:
                return self._cut()
            except ValueError:
                document = None
            if document is not None:
                clean = self.clean(document, _Role.PLAIN)
                return text if clean is document else json.dumps(clean, ensure_ascii=False)
        return self._clean_prose(text)

    def _clean_prose(self, text: str) -> str:
        clean = _mask_text(text)
        if clean == text:
            return text
        self._cut()
        # A cut can bring a secret nearer to what gives it away.
        for _ in range(4):
            before, clean = clean, _mask_text(clean)
            if clean == before:
                break
        return clean

    def _cut(self) -> str:
        self.found.append(tuple(self._here))
        return MASK


def _role_of_pair(value: dict[str, Json], names: list[_Name]) -> _Role:
    """Tell what the entry {"name": ..., "value": ...} says of its value."""
    if any(name.is_pair_value for name in names):
        for key, name in zip(value, names, strict=True):
            title = value[key]
            if name.names_pair and isinstance(title, str):
                role = _name(title).role
                if role in (_Role.SECRET, _Role.WHOLE):
                    return role
    return _Role.PLAIN


def _inherit(outer: _Role, own: _Role, named: _Role) -> _Role:
    if outer is _Role.WHOLE or own in (_Role.SECRET, _Role.WHOLE):
        return outer if outer is _Role.WHOLE else own
    return _Role.PLAIN if named is _Role.ABOUT else outer


def _role_after_flag(before: Json, item: Json) -> _Role:
    """Tell what the item of a command line `["--password", "hunter2"]` is."""
    if not isinstance(before, str) or not before.startswith("--") or "=" in before:
        return _Role.PLAIN
    if isinstance(item, str) and item.startswith("--"):
        return _Role.PLAIN
    return _name(before).role


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a name that stands twice, because the first value would go unseen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _is_harmless(text: str) -> bool:
    rules = _rules()
    return not text.strip() or text in rules.plain or rules.reference.fullmatch(text) is not None


def _mask_text(text: str) -> str:
    clean = _rules().shapes.sub(_mask_shape, text)
    return _mask_assignments(clean) if _MAY_ASSIGN.search(clean) else clean


def _mask_shape(match: re.Match[str]) -> str:
    return match.string[match.start() : match.start(match.lastindex or 0)] + MASK


def _mask_assignments(text: str) -> str:
    """Mask the value in `password=x`, `"password": "x"`, `--password x` and a line `password: x`."""
    parts: list[str] = []
    done = 0
    at = 0
    while found := _ASSIGNMENT.search(text, at):
        at = found.end()
        if (value := _assigned(text, found)) is None:
            continue
        start, at = value.span("value")
        if not text.startswith(MASK, start) and not _is_harmless(value["value"]):
            parts += text[done:start], MASK
            done = at
    return "".join([*parts, text[done:]])


def _assigned(text: str, found: re.Match[str]) -> re.Match[str] | None:
    sign = found["sign"]
    if not (sign or found["flag"]) or _name(found["name"]).role not in (_Role.SECRET, _Role.WHOLE):
        return None
    at = found.end()
    if quoted := _QUOTED.match(text, at):
        return quoted
    if sign != ":":
        return _BARE.match(text, at)
    # Prose has colons too ("invalid token: it has expired"), so only a line of its own counts.
    line = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
    return None if line.strip(" \t-") else _LINE.match(text, at)


def _name(text: str) -> _Name:
    return _read_name(text[-128:])


@lru_cache(maxsize=8192)
def _read_name(text: str) -> _Name:
    """Read a field's name or the path to it: the last name counts, not what is around it."""
    rules = _rules()
    words: tuple[str, ...] = ()
    for segment in reversed(_SEGMENT.split(text)):
        every = tuple(word.lower() for word in _WORD.findall(segment))
        words = every
        while words and (words[-1].isdigit() or words[-1] in rules.trailing):
            words = words[:-1]
        if words:
            break
    role = _Role.PLAIN
    for count in range(min(rules.longest, len(words)), 0, -1):
        if (known := rules.endings.get(words[-count:])) is not None:
            role = known
            break
    whole = " ".join(word.lower() for word in _WORD.findall(text))
    return _Name(role=role, names_pair=whole in rules.pair_name, is_pair_value=whole in rules.pair_value)


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    secret: str
    before: str = ""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    secret: tuple[str, ...] = ()
    not_secret: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    trailing: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    pair_name: tuple[str, ...] = ()
    pair_value: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    shape: tuple[_Shape, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rules:
    endings: dict[tuple[str, ...], _Role]
    longest: int
    trailing: frozenset[str]
    pair_name: frozenset[str]
    pair_value: frozenset[str]
    plain: frozenset[str]
    reference: re.Pattern[str]
    shapes: re.Pattern[str]


def use(own: str) -> None:
    """Add rows to those of redact.toml, for the whole process: no part of it may be left out.

    Raises:
        ValueError: `own` is no TOML, or not of that file's form.
    """
    global _own
    if own:
        _compiled(own)
    _own = own
    _read_name.cache_clear()


_own = ""


def _rules() -> _Rules:
    return _compiled(_own)


@lru_cache(maxsize=2)
def _compiled(own: str) -> _Rules:
    shipped = Path(__file__).with_name("redact.toml").read_text(encoding="utf-8")
    documents = [msgspec.convert(tomllib.loads(text), _Document) for text in (shipped, own)]
    endings: dict[tuple[str, ...], _Role] = {}
    for document in documents:
        endings |= _endings(document)
    return _Rules(
        endings=endings,
        longest=max(map(len, endings)),
        trailing=_joined(one.trailing for one in documents),
        pair_name=_joined(one.pair_name for one in documents),
        pair_value=_joined(one.pair_value for one in documents),
        plain=_joined(one.plain for one in documents),
        reference=_pattern("reference", [text for one in documents for text in one.reference]),
        shapes=_pattern(
            "shape", [f"{shape.before}({shape.secret})" for one in documents for shape in one.shape]
        ),
    )


def _endings(document: _Document) -> dict[tuple[str, ...], _Role]:
    found: dict[tuple[str, ...], _Role] = {}
    for role, names in (
        (_Role.ABOUT, document.about),
        (_Role.SECRET, document.secret),
        (_Role.ABOUT, document.not_secret),
        (_Role.WHOLE, document.whole),
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
    return re.compile("|".join(texts))
