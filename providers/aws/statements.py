"""Texts in which somebody may have named a ticket: all places where AWS lets people write."""

import re
from collections.abc import Iterator
from itertools import islice

from drift.model.event import Effect, Statement
from drift.model.resource import Json
from providers.aws.names import Names
from providers.aws.record import TrailRecord
from providers.aws.request import HIDDEN, get, nodes, texts_at
from providers.aws.signals import Signals
from providers.aws.user_agent import UserAgent

MAX_STATEMENTS = 200
MAX_LENGTH = 1000
"""AWS allows neither so many tags nor so long a description; a forged record may hold megabytes."""

_RULE_STEPS = frozenset({"ippermissions", "securitygrouprule", "securitygroupruledescriptions"})
_TAG_MAPS = frozenset({"tags", "tagmap", "principaltags"})
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def statements_of(
    record: TrailRecord, agent: UserAgent, names: Names, request: Json, effect: Effect, signals: Signals
) -> tuple[Statement, ...]:
    """Return the texts, each once: the session's first, then the user agent's, then the request's."""
    found = [
        *_about_the_session(record, names, request, effect),
        *_in_the_agent(agent, signals),
        *islice(_in_the_request(request, effect, signals), MAX_STATEMENTS),
    ]
    texts = ((place, text.strip()[:MAX_LENGTH]) for place, text in found if text and text != HIDDEN)
    return tuple(Statement(place=place, text=text) for place, text in dict.fromkeys(texts) if text)


def _about_the_session(
    record: TrailRecord, names: Names, request: Json, effect: Effect
) -> Iterator[tuple[str, str | None]]:
    yield "session name", names.session
    yield "source identity", record.session.source_identity
    if effect is Effect.AUTH:
        yield "session name", next(texts_at(request, "roleSessionName"), None)
        yield "source identity", next(texts_at(request, "sourceIdentity"), None)


def _in_the_agent(agent: UserAgent, signals: Signals) -> Iterator[tuple[str, str]]:
    """What is a host or AWS's own name was typed by nobody."""
    if not signals.service_host.search(agent.text) and not signals.internal_name.match(agent.text):
        yield "user agent", agent.app_id
        yield "user agent", agent.added(signals)


def _in_the_request(request: Json, effect: Effect, signals: Signals) -> Iterator[tuple[str, str]]:
    free_text = {key.lower() for key in signals.free_text}
    for path, value in nodes(request):
        if isinstance(value, dict):
            yield from _tag(path, value, effect)
        elif isinstance(value, str) and path and path[-1].lower() in free_text:
            yield _place(path), value


def _tag(path: tuple[str, ...], value: dict[str, Json], effect: Effect) -> Iterator[tuple[str, str]]:
    """Yield a tag, written as `{"key": ..., "value": ...}`, or the tags in `"tags": {"team": "web"}`."""
    steps = [step.lower() for step in path]
    key, text = get(value, "key"), get(value, "value")
    if isinstance(key, str) and any("tag" in step for step in steps):
        pairs = [(key, text)]
    else:
        pairs = [*value.items()] if steps and steps[-1] in _TAG_MAPS else []
    for name, said in pairs:
        if isinstance(said, str):
            yield ("session tag" if effect is Effect.AUTH else f"tag {name[:128]}"), said


def _place(path: tuple[str, ...]) -> str:
    """Return the place in the reader's words: `change set name`, `rule description`."""
    words = _HUMP.sub(" ", path[-1]).lower()
    return f"rule {words}" if any(step.lower() in _RULE_STEPS for step in path) else words
