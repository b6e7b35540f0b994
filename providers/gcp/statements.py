"""Texts in which somebody may have named a ticket: all places where Google Cloud lets people write."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from drift.model.resource import Json
from drift.model.verdict import Statement, Trust
from providers.gcp.identity import Caller
from providers.gcp.reading import folded
from providers.gcp.request import get
from providers.gcp.signals import Signals
from providers.gcp.tools import Hints, is_console_reason
from providers.raw_json import nodes

MAX_STATEMENTS = 200
MAX_LENGTH = 1000
"""Google allows neither so many labels nor so long a description; a forged entry may hold megabytes."""

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def statements_of_caller(
    hints: Hints, delegators: tuple[Caller, ...], signals: Signals
) -> tuple[Statement, ...]:
    """Return what the caller says beside the request: the stated reason, the token's subject, the agent.

    The console writes marks of its own where a reason stands: they are nobody's words.
    """
    callers = (*delegators, *((hints.caller,) if hints.caller else ()))
    issued = [one.principal.issuer for one in callers if one.principal.issuer]
    reason = None if is_console_reason(hints.reason, signals) else hints.reason
    found = [
        ("request reason", reason, Trust.NAME),
        *(("token subject", one.subject, Trust.NAME) for one in issued),
        ("user agent", hints.agent.added(signals), Trust.TEXT),
    ]
    return _statements((place, text, trust) for place, text, trust in found if text)


def statements_of_request(request: Json, signals: Signals) -> tuple[Statement, ...]:
    """Return the free texts and labels of a request, each once."""
    if request is None:
        return ()
    return _statements(islice(_in_the_request(request, signals), MAX_STATEMENTS))


def _statements(found: Iterator[tuple[str, str, Trust]]) -> tuple[Statement, ...]:
    texts = dict.fromkeys((place, text.strip()[:MAX_LENGTH], trust) for place, text, trust in found)
    return tuple(Statement(place=place, text=text, trust=trust) for place, text, trust in texts if text)


def _in_the_request(request: Json, signals: Signals) -> Iterator[tuple[str, str, Trust]]:
    free_text, label_maps = _folded(signals.free_text.words), _folded(signals.label_maps.words)
    for path, value in nodes(request):
        key = folded(path[-1]) if path else ""
        if key in label_maps and isinstance(value, dict):
            yield from _labels(value, signals)
        elif isinstance(value, str) and key in free_text:
            yield _HUMP.sub(" ", path[-1]).lower(), value, Trust.TEXT


@lru_cache(maxsize=8)
def _folded(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(map(folded, keys))


def _labels(value: dict[str, Json], signals: Signals) -> Iterator[tuple[str, str, Trust]]:
    """Yield the labels of a map, or the one that is written `{"key": ..., "value": ...}`.

    Google allows lower case only, so keys of tickets are written `ops-123`.
    """
    key, text = get(value, "key"), get(value, "value")
    pairs = [(key, text)] if isinstance(key, str) and len(value) <= 2 else list(value.items())
    for name, said in pairs:
        if isinstance(said, str) and not signals.own_labels.search(name):
            yield f"label {name[:128]}", said.upper(), Trust.TAG
