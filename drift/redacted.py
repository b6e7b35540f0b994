"""Events, findings, tickets and what people write, without secrets: nothing else is stored, shown or sent."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace

from msgspec import structs

from drift.model.action import Deed, LinkedTicket
from drift.model.event import Call, ChangeEvent, OpenedSession
from drift.model.finding import HIDDEN, AttributeDrift, DriftFinding
from drift.model.resource import Json
from drift.model.ticket import Deployment, Edit, PullRequest, Ticket
from drift.model.ticket_search import TicketCandidate
from drift.model.verdict import Statement
from drift.redact import MASK, redact

MAX_TEXT = 1000
"""Characters of a ticket's description that are kept: enough to tell what it is about."""

MAX_EDIT = 200
"""Characters that are kept of what an edit of a ticket put in the place of what."""


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


def redact_deed(deed: Deed) -> Deed:
    """Cut secrets out of what somebody wrote: a justification may quote the password that was changed."""
    if isinstance(deed, LinkedTicket):
        return structs.replace(deed, ticket=redact_ticket(deed.ticket))
    written = {name: text for name, text in structs.asdict(deed).items() if type(text) is str}
    return structs.replace(deed, **{name: redact(text).value for name, text in written.items()})


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


def redact_ticket(ticket: Ticket) -> Ticket:
    """Cut secrets out of what people wrote into a ticket, and shorten its description."""
    text = str(redact(ticket.text).value)
    return replace(
        ticket,
        title=redact(ticket.title).value,
        text=_short(text, MAX_TEXT),
        # A ticket whose description was shortened already keeps the hash of the whole.
        text_sha256=ticket.text_sha256 or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
        history=tuple(_clean_edit(one) for one in ticket.history),
    )


def redact_candidate(candidate: TicketCandidate) -> TicketCandidate:
    """Cut secrets out of a title."""
    return replace(candidate, title=redact(candidate.title).value)


def redact_deployment(deployment: Deployment) -> Deployment:
    """Cut secrets out of what people called a pull request and its checks."""
    if deployment.pull_request is None:
        return deployment
    return replace(deployment, pull_request=_clean_pull_request(deployment.pull_request))


def _clean_pull_request(one: PullRequest) -> PullRequest:
    return replace(
        one,
        title=redact(one.title).value,
        checks=tuple(replace(check, name=redact(check.name).value) for check in one.checks),
        # What must pass is found by its name, so both sides lose the same of it.
        required_checks=one.required_checks and tuple(redact(name).value for name in one.required_checks),
    )


def _clean_edit(edit: Edit) -> Edit:
    before, after = (
        None if one is None else _short(str(redact(one, name=edit.field).value), MAX_EDIT)
        for one in (edit.before, edit.after)
    )
    return replace(edit, before=before, after=after)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\N{HORIZONTAL ELLIPSIS}"


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
