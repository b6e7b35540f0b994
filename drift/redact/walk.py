"""Goes through a value, and through the JSON documents within its strings."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drift.model.path import path_text
from drift.model.resource import Json
from drift.redact.names import Name, Role
from drift.redact.rules import Rules, rules
from drift.redact.texts import MASK, without_secrets

_DEEPEST = 64
"""Levels that are looked into. What lies deeper is cut out unseen: nobody can vouch for it."""

_MOST_KEYS = 8192
_MAX_KEY = 128
"""Keys and texts repeat; so many of this length are remembered to have no secret in them."""

_SECRET = (Role.SECRET, Role.WHOLE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """A value without its secrets."""

    value: Json
    """The very same object where there was no secret in it."""
    paths: tuple[str, ...]
    """Where something was cut out; a path goes on into a JSON document within a string."""


def redact(value: Json, *, name: str | None = None) -> Redacted:
    """Return `value` with a mark in place of every secret, and where they were.

    Where `name` is given, it is judged as the value of a field that is called so.
    """
    in_force = rules()
    if value is None or (name is None and isinstance(value, str) and value in in_force.clean_texts):
        return Redacted(value=value, paths=())
    walk = _Walk(in_force)
    clean = walk.clean(value, Role.PLAIN if name is None else walk.rules.names.read(name).role)
    return Redacted(value=clean, paths=tuple(path_text(steps) for steps in walk.found))


class _Walk:
    """One pass over a value, which remembers where it is and where it cut."""

    def __init__(self, in_force: Rules) -> None:
        self.rules = in_force
        self.found: list[tuple[str | int, ...]] = []
        self._here: list[str | int] = []

    def clean(self, value: Json, role: Role) -> Json:
        if isinstance(value, str):
            return self._clean_text(value, role)
        if not isinstance(value, dict | list) or not value:
            return value
        if len(self._here) >= _DEEPEST:
            return self._cut()
        return self._clean_object(value, role) if isinstance(value, dict) else self._clean_list(value, role)

    def _clean_object(self, value: dict[str, Json], role: Role) -> dict[str, Json]:
        names = [self.rules.names.read(key) for key in value]
        paired = self._role_of_pair(value, names)
        beside = self._besides(value.values())
        clean: dict[str, Json] = {}
        is_same = True
        for (key, item), name in zip(value.items(), names, strict=True):
            own = _inherit(role, paired if name.is_pair_value else name.role, name.role)
            if beside and isinstance(item, str) and any(secret.fullmatch(item) for secret in beside):
                own = Role.SECRET
            shown = self._shown(key, clean)
            kept = self._under(shown, item, own)
            clean[shown] = kept
            is_same = is_same and kept is item and shown is key
        return value if is_same else clean

    def _shown(self, key: str, taken: dict[str, Json]) -> str:
        """Return a key without its secrets, and unlike those that stand there: no entry may be lost."""
        clean = self._clean_key(key)
        if clean is key and key not in taken:
            return key
        shown, count = clean, 1
        while shown in taken:
            count += 1
            shown = f"{clean} {count}"
        self.found.append((*self._here, shown))
        return shown

    def _clean_key(self, key: str) -> str:
        clean_keys = self.rules.clean_keys
        if key in clean_keys:
            return key
        clean = without_secrets(key, self.rules)
        if clean is key and len(key) <= _MAX_KEY:
            _remember(key, clean_keys)
        return clean

    def _clean_list(self, value: list[Json], role: Role) -> list[Json]:
        clean = []
        before: Json = None
        beside = self._besides(value)
        is_same = True
        for index, item in enumerate(value):
            own = self._role_after_flag(before, item) if role is Role.PLAIN else role
            if beside and isinstance(item, str) and any(secret.fullmatch(item) for secret in beside):
                own = Role.SECRET
            kept = self._under(index, item, own)
            clean.append(kept)
            is_same = is_same and kept is item
            before = item
        return value if is_same else clean

    def _under(self, step: str | int, value: Json, role: Role) -> Json:
        if value is None or isinstance(value, int | float):
            return value
        self._here.append(step)
        clean = self.clean(value, role)
        self._here.pop()
        return clean

    def _clean_text(self, text: str, role: Role) -> str:
        if role is Role.PLAIN and text in self.rules.clean_texts:
            return text
        if role in _SECRET:
            return text if self.rules.is_harmless(text) else self._cut()
        if role is Role.PERHAPS and self.rules.random.fullmatch(text) and not self.rules.is_harmless(text):
            return self._cut()
        if text[:1] in _MAY_OPEN and text.lstrip()[:1] in ("{", "["):
            try:
                document = json.loads(text, object_pairs_hook=_unique)
            except RecursionError:
                return self._cut()
            except ValueError:
                document = None
            if document is not None:
                clean = self.clean(document, Role.PLAIN)
                return text if clean is document else json.dumps(clean, ensure_ascii=False)
        clean = without_secrets(text, self.rules)
        if clean is not text:
            self._cut()
        elif len(text) <= _MAX_KEY:
            _remember(text, self.rules.clean_texts)
        return clean

    def _cut(self) -> str:
        self.found.append(tuple(self._here))
        return MASK

    def _role_of_pair(self, value: dict[str, Json], names: Sequence[Name]) -> Role:
        """Tell what {"name": ..., "value": ...} or {"type": "SecureString", ...} says of its value."""
        if not any(name.is_pair_value for name in names):
            return Role.PLAIN
        for title, name in zip(value.values(), names, strict=True):
            if not isinstance(title, str):
                continue
            if name.tells_type and title.lower() in self.rules.secret_types:
                return Role.SECRET
            if name.names_pair and (role := self.rules.names.read(title).role) in (*_SECRET, Role.PERHAPS):
                return role
        return Role.PLAIN

    def _besides(self, values: Iterable[Json]) -> Sequence[re.Pattern[str]]:
        """Return what the secrets look like that go with the ids among `values`."""
        begins = self.rules.beside_begins
        return [
            row.secret
            for item in values
            if isinstance(item, str) and item.startswith(begins)
            for row in self.rules.besides
            if row.id.fullmatch(item)
        ]

    def _role_after_flag(self, before: Json, item: Json) -> Role:
        """Tell what the item of a command line `["--password", "hunter2"]` is."""
        if not isinstance(before, str) or not before.startswith("--") or "=" in before:
            return Role.PLAIN
        if isinstance(item, str) and item.startswith("--"):
            return Role.PLAIN
        return self.rules.names.read(before).role


def _remember(text: str, clean: set[str]) -> None:
    if len(clean) >= _MOST_KEYS:
        clean.clear()
    clean.add(text)


_MAY_OPEN = frozenset("{[ \t\r\n")
"""How a JSON document begins."""


def _inherit(outer: Role, own: Role, named: Role) -> Role:
    if outer is Role.PLAIN:
        return Role.PLAIN if own is Role.ABOUT else own
    if outer is Role.WHOLE or own in _SECRET:
        return outer if outer is Role.WHOLE else own
    return Role.PLAIN if named is Role.ABOUT else outer


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a name that stands twice, because the first value would go unseen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
