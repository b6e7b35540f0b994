"""Texts in which somebody may have named a ticket: all places where Azure lets people write."""

import re
from collections.abc import Iterator
from itertools import islice

from drift.model.resource import Json
from drift.model.verdict import Statement, Trust
from providers.azure.arm_ids import ArmId
from providers.azure.contents import HIDDEN, body_of
from providers.azure.record import Activity
from providers.azure.sessions import grant_statements
from providers.azure.signals import Signals
from providers.raw_json import nodes

MAX_STATEMENTS = 200
MAX_LENGTH = 1000
"""Azure allows neither so many tags nor so long a description; a forged record may hold megabytes."""

DEPLOYMENTS = "microsoft.resources/deployments"
TAGS = "tags"

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def statements_of(
    activity: Activity, arm_id: ArmId | None, request: Json, signals: Signals
) -> tuple[Statement, ...]:
    """Return the texts of a request, each once: names first, then tags, then free text."""
    named = _deployment(activity, arm_id, signals)
    asked = activity.operation in signals.grant_operation.words
    grants = (
        [(one.place, one.text, one.trust) for one in grant_statements(request, Trust.NAME)] if asked else []
    )
    found = [*named, *grants, *islice(_in_the_body(body_of(request), signals), MAX_STATEMENTS)]
    texts = ((place, text.strip()[:MAX_LENGTH], trust) for place, text, trust in found if text != HIDDEN)
    kept: dict[tuple[str, str], Trust] = {}
    for place, text, trust in texts:
        if text:
            kept.setdefault((place, text), trust)
    return tuple(Statement(place=place, text=text, trust=trust) for (place, text), trust in kept.items())


def _deployment(
    activity: Activity, arm_id: ArmId | None, signals: Signals
) -> Iterator[tuple[str, str, Trust]]:
    """Yield the name of a deployment as delivered, where somebody chose it."""
    if arm_id is None or arm_id.type != DEPLOYMENTS:
        return
    name = (activity.resource_id or "").rstrip("/").rpartition("/")[2]
    if not signals.generated_deployment.search(name):
        yield "deployment name", name, Trust.NAME


def _in_the_body(body: Json, signals: Signals) -> Iterator[tuple[str, str, Trust]]:
    for path, value in nodes(body):
        if not path:
            continue
        if isinstance(value, dict) and path[-1].lower() == TAGS:
            yield from (
                (f"tag {key[:128]}", said, Trust.TAG) for key, said in value.items() if isinstance(said, str)
            )
        elif isinstance(value, str) and path[-1].lower() in signals.free_text.words and TAGS not in path:
            yield _HUMP.sub(" ", path[-1]).lower(), value, Trust.TEXT
