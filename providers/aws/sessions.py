"""Which session a call was made in, and which it opens.

A session that STS opened is joined by its access key. The console uses many keys for
one sign-in, so its calls are joined by the sign-in, or by who opened the session when.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from drift.model.event import OpenedSession, Principal
from drift.model.resource import Json
from providers.aws.contents import Contents
from providers.aws.record import TrailRecord, moment
from providers.aws.request import get, texts_at

MAX_TAGS = 50
"""STS allows no more."""

_SPELLED_OUT = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})\s([AP]M)")
"""`Nov 18, 2026 1:21:51 AM`, as STS writes the end of a session; newer ones have a narrow space before AM."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def session_key(record: TrailRecord, is_console: bool) -> str | None:
    """Return what joins the call to the record that opened its session."""
    caller, session = record.identity, record.session
    if not is_console:
        return caller.access_key_id or None
    if session.sign_in_session_arn:
        return session.sign_in_session_arn
    began = session.attributes.creation_date if session.attributes else None
    return f"{caller.principal_id}|{began}" if caller.principal_id and began else None


def opened_session(
    record: TrailRecord, principal: Principal | None, via: str | None, contents: Contents
) -> OpenedSession | None:
    """Return the session that an STS call opened, or `None` where it opened none."""
    key = _text(contents.response, "credentials.accessKeyId")
    if record.event_source != "sts.amazonaws.com" or key is None or principal is None:
        return None
    request = contents.request
    return OpenedSession(
        key=key,
        opener=principal,
        via=via,
        role=_text(request, "roleArn") or _text(contents.response, "assumedRoleUser.arn"),
        source_identity=_text(request, "sourceIdentity") or _text(contents.response, "sourceIdentity"),
        tags=tuple(_tags(request)),
        expires_at=_expiry(_text(contents.response, "credentials.expiration")),
    )


def _tags(request: Json) -> Iterator[tuple[str, str]]:
    """Yield the session's tags. Only this record has them: later calls of the session do not."""
    tags = get(request, "tags")
    for tag in tags[:MAX_TAGS] if isinstance(tags, list) else []:
        key, value = get(tag, "key"), get(tag, "value")
        if isinstance(key, str) and isinstance(value, str):
            yield key, value
    asserted = get(request, "principalTags")
    for key, value in list(asserted.items())[:MAX_TAGS] if isinstance(asserted, dict) else ():
        if isinstance(value, str):
            yield key, value


def _text(root: Json, path: str) -> str | None:
    return next(texts_at(root, path), None)


def _expiry(text: str | None) -> datetime | None:
    found = _SPELLED_OUT.fullmatch(text or "")
    if found is None:
        return moment(text)
    month, day, year, hour, minute, second, half = found.groups()
    hours = int(hour) % 12 + (12 if half == "PM" else 0)
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), hours, int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        return None
