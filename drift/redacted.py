"""Events and findings without their secrets: nothing else of them is stored, shown or sent."""

import re
from collections.abc import Collection
from dataclasses import replace

from msgspec import structs

from drift.model.event import Call, ChangeEvent, OpenedSession
from drift.model.finding import HIDDEN, AttributeDrift, DriftFinding
from drift.model.resource import Json
from drift.model.verdict import Statement
from drift.redact import MASK, redact


def redact_event(event: ChangeEvent, clean_call: Call | None = None) -> ChangeEvent:
    """Cut secrets out of what a call was given, and out of every text that it carried.

    Where many events share a call, `clean_call` is what `redact_call` made of it.
    """
    request = redact(event.request)
    return structs.replace(
        event,
        call=clean_call or redact_call(event.call),
        request=request.value,
        redacted=tuple(dict.fromkeys((*event.redacted, *request.paths))),
        summary=redact(event.summary).value,
        error=redact(event.error).value,
        statements=_clean(event.statements),
        opens=redact_opened(event.opens) if event.opens else None,
    )


def redact_call(call: Call) -> Call:
    """Cut secrets out of what the caller typed: the user agent, the name of the session."""
    return structs.replace(call, user_agent=redact(call.user_agent).value, statements=_clean(call.statements))


def redact_opened(opened: OpenedSession) -> OpenedSession:
    """Cut secrets out of what is said where a session is opened: its tags, a justification."""
    return structs.replace(opened, statements=_clean(opened.statements))


def _clean(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Hide texts that look like a secret, or stand where one does: a tag called `password`."""
    return tuple(
        structs.replace(one, place=redact(one.place).value, text=redact(one.text, name=one.place).value)
        for one in statements
    )


def redact_finding(finding: DriftFinding, resource: Collection[Json]) -> DriftFinding:
    """Cut secrets out of the values of a finding; those marked sensitive are hidden already.

    `resource` are the attributes of the whole resource, declared and live: that the value of
    `environment[2].value` is a password, only the name beside it tells.
    """
    secret = {path for attributes in resource for path in redact(attributes).paths}
    clean = tuple(_without_secrets(one, secret) for one in finding.attributes)
    return replace(
        finding,
        attributes=clean,
        fingerprint=finding.fingerprint if _hides(clean) else None,
        proposal=redact(finding.proposal).value,
    )


def _hides(attributes: Collection[AttributeDrift]) -> bool:
    return any(is_cut_out(side) for one in attributes for side in (one.declared, one.live))


def is_cut_out(value: Json) -> bool:
    """Tell whether something was cut out of a value, so that it is not what it was."""
    match value:
        case str():
            return MASK in value or HIDDEN in value
        case list():
            return any(map(is_cut_out, value))
        case dict():
            return any(map(is_cut_out, (*value, *value.values())))
        case _:
            return False


def _without_secrets(attribute: AttributeDrift, secret: Collection[str]) -> AttributeDrift:
    # A key within the path may hold a secret as well.
    path = redact(attribute.path).value
    if any(_lies_within(path, outer) for outer in secret):
        return replace(
            attribute, path=path, declared=_masked(attribute.declared), live=_masked(attribute.live)
        )
    declared, live = (
        redact(value, name=attribute.path).value for value in (attribute.declared, attribute.live)
    )
    return replace(attribute, path=path, declared=declared, live=live)


def _masked(value: Json) -> Json:
    """Hide a value, but not that there is none; what is hidden as sensitive already stays so."""
    return MASK if value not in (None, "", [], {}, HIDDEN) else value


def _lies_within(path: str, outer: str) -> bool:
    return re.match(re.escape(outer) + r"(?=$|[.\[])", path) is not None
