"""Texts in which somebody may have named a ticket: all places where AWS lets people write."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from drift.model.event import Effect
from drift.model.resource import Json
from drift.model.verdict import Statement, Trust
from providers.aws.names import Names
from providers.aws.origin import Origin
from providers.aws.request import HIDDEN, get, texts_at
from providers.aws.signals import Signals
from providers.raw_json import MAX_DEPTH

MAX_STATEMENTS = 200
MAX_LENGTH = 1000
"""AWS allows neither so many tags nor so long a description; a forged record may hold megabytes."""

MAX_KEYS = 4096
"""Services have no more keys than this that matter; a forged record may make up others without end."""

TAG, SESSION_TAG = "tag {}", "session tag"

_RULE_STEPS = frozenset({"ippermissions", "securitygrouprule", "securitygroupruledescriptions"})
_TAG_MAPS = frozenset({"tags", "tagmap", "principaltags"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

Said: TypeAlias = tuple[str, str | None, Trust]


class _Key(Struct, frozen=True, kw_only=True):
    """What a key in a request means for the texts at it and below."""

    words: str
    """The key in the reader's words: `change set name`."""
    is_free_text: bool
    is_of_tags: bool
    is_tag_map: bool
    is_of_rules: bool


class Keys(dict[str, _Key]):
    """What the keys in requests mean, each looked at once."""

    def __init__(self, signals: Signals) -> None:
        super().__init__()
        self._free_text = {key.lower() for key in signals.free_text.words}

    def __missing__(self, key: str) -> _Key:
        folded = key.lower()
        found = _Key(
            words=_HUMP.sub(" ", key).lower(),
            is_free_text=folded in self._free_text,
            is_of_tags="tag" in folded,
            is_tag_map=folded in _TAG_MAPS,
            is_of_rules=folded in _RULE_STEPS,
        )
        if len(self) < MAX_KEYS and len(key) < MAX_LENGTH:
            self[key] = found
        return found


def said_by_caller(origin: Origin, names: Names, signals: Signals) -> tuple[Statement, ...]:
    """Return what the identity and the user agent say, each once."""
    return _statements([*_in_the_identity(origin, names), *_in_the_agent(origin, signals)])


def said_in_request(request: Json, effect: Effect, keys: Keys) -> tuple[Statement, ...]:
    """Return the texts of a request, each once: the names of a session that it opens first."""
    if not isinstance(request, dict):
        return ()
    is_sign_in = effect is Effect.AUTH
    reader = _Reader(keys, SESSION_TAG, Trust.SESSION) if is_sign_in else _Reader(keys, TAG, Trust.TAG)
    reader.read(request, in_tags=False, in_rules=False, depth=0)
    found = reader.found[:MAX_STATEMENTS]
    if is_sign_in:
        found = [*_about_the_session(request), *found]
    return _statements(found) if found else ()


def _statements(found: list[Said]) -> tuple[Statement, ...]:
    texts = (
        (place, text.strip()[:MAX_LENGTH], trust) for place, text, trust in found if text and text != HIDDEN
    )
    return tuple(
        Statement(place=place, text=text, trust=trust) for place, text, trust in dict.fromkeys(texts) if text
    )


def _in_the_identity(origin: Origin, names: Names) -> Iterator[Said]:
    """AWS keeps a source identity through every role; a session's name is only the caller's choice."""
    yield "session name", names.session, Trust.NAME
    yield "source identity", origin.session.source_identity, Trust.SESSION


def _about_the_session(request: Json) -> Iterator[Said]:
    for text in texts_at(request, "roleSessionName")[:1]:
        yield "session name", text, Trust.NAME
    for text in texts_at(request, "sourceIdentity")[:1]:
        yield "source identity", text, Trust.SESSION


def _in_the_agent(origin: Origin, signals: Signals) -> Iterator[Said]:
    """What is a host or AWS's own name was typed by nobody."""
    agent = origin.agent
    if not signals.service_host.search(agent.text) and not signals.internal_name.match(agent.text):
        yield "user agent", agent.app_id, Trust.TEXT
        yield "user agent", agent.added(signals), Trust.TEXT


class _Reader:
    """Reads a request from its first key to its last, knowing whether tags or rules are around."""

    __slots__ = ("_keys", "_tag_place", "_tag_trust", "found")

    def __init__(self, keys: Keys, tag_place: str, tag_trust: Trust) -> None:
        self.found: list[Said] = []
        self._keys = keys
        self._tag_place = tag_place
        self._tag_trust = tag_trust

    def read(self, value: dict[str, Json], in_tags: bool, in_rules: bool, depth: int) -> None:
        """Take in the free texts of an object and of all below."""
        keys = self._keys
        for name, below in value.items():
            kind = type(below)
            if kind is str:
                if keys[name].is_free_text:
                    self.found.append((_place(keys[name], in_rules), below, Trust.TEXT))
            elif below and (kind is dict or kind is list):
                self._read_below(below, keys[name], in_tags, in_rules, depth + 1)

    def _read_below(
        self, below: dict[str, Json] | list[Json], key: _Key, in_tags: bool, in_rules: bool, depth: int
    ) -> None:
        if depth > MAX_DEPTH or len(self.found) >= MAX_STATEMENTS:
            return
        in_tags, in_rules = in_tags or key.is_of_tags, in_rules or key.is_of_rules
        elements: list[Json] = below if isinstance(below, list) else [below]
        for one in elements:
            if isinstance(one, dict):
                if in_tags:
                    self._read_tags(one, key)
                self.read(one, in_tags, in_rules, depth)
            elif isinstance(one, str) and key.is_free_text:
                self.found.append((_place(key, in_rules), one, Trust.TEXT))

    def _read_tags(self, value: dict[str, Json], key: _Key) -> None:
        """Take in one tag, `{"key": ..., "value": ...}`, or several, `"tags": {"team": "web"}`."""
        pairs = [*value.items()] if key.is_tag_map else []
        if isinstance(key_of_tag := get(value, "key"), str):
            pairs = [(key_of_tag, get(value, "value"))]
        for name, said in pairs:
            if isinstance(said, str):
                self.found.append((self._tag_place.format(name[:128]), said, self._tag_trust))


def _place(key: _Key, in_rules: bool) -> str:
    """Return the place in the reader's words: `change set name`, `rule description`."""
    return f"rule {key.words}" if in_rules else key.words
