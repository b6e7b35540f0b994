"""Events and findings without their secrets: nothing else of them is stored, shown or sent."""

import re
from collections.abc import Collection
from dataclasses import replace

from drift.model.event import ChangeEvent, OpenedSession
from drift.model.finding import AttributeDrift, DriftFinding
from drift.model.resource import Json
from drift.redact import MASK, redact


def redact_event(event: ChangeEvent) -> ChangeEvent:
    """Cut secrets out of what a call was given, and out of every text that it carried."""
    request = redact(event.request)
    return replace(
        event,
        request=request.value,
        redacted=request.paths,
        summary=redact(event.summary).value,
        user_agent=redact(event.user_agent).value,
        error=redact(event.error).value,
        statements=tuple(replace(one, text=redact(one.text).value) for one in event.statements),
        opens=redact_opened(event.opens) if event.opens else None,
    )


def redact_opened(opened: OpenedSession) -> OpenedSession:
    """Cut secrets out of the tags of a session."""
    return replace(opened, tags=tuple((key, redact({key: value}).value[key]) for key, value in opened.tags))


def redact_finding(finding: DriftFinding, resource: Collection[Json]) -> DriftFinding:
    """Cut secrets out of the values of a finding; those marked sensitive are hidden already.

    `resource` are the attributes of the whole resource, declared and live: that the value of
    `environment[2].value` is a password, only the name beside it tells.
    """
    secret = {path for attributes in resource for path in redact(attributes).paths}
    return replace(finding, attributes=tuple(_without_secrets(one, secret) for one in finding.attributes))


def _without_secrets(attribute: AttributeDrift, secret: Collection[str]) -> AttributeDrift:
    if any(_lies_within(attribute.path, path) for path in secret):
        return replace(attribute, declared=_masked(attribute.declared), live=_masked(attribute.live))
    declared, live = (redact({attribute.path: value}) for value in (attribute.declared, attribute.live))
    return replace(attribute, declared=declared.value[attribute.path], live=live.value[attribute.path])


def _masked(value: Json) -> Json:
    """Hide a value, but not that there is none."""
    return MASK if value not in (None, "", [], {}) else value


def _lies_within(path: str, outer: str) -> bool:
    return re.match(re.escape(outer) + r"(?=$|[.\[])", path) is not None
