"""Which session a call opens, or sets to work.

STS hands out keys; the console signs somebody in, and switches him to another role; the
first call that AWS marks as the console's tells what the others of its session are; and
CloudFormation goes on in the name of whoever launched a stack.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from msgspec import structs

from drift.model.event import Call, OpenedSession, Principal
from drift.model.resource import Json
from drift.model.verdict import ActorKind, Confidence, Statement, Tool, ToolSign, Trust
from providers.aws.contents import Contents
from providers.aws.identity import principal_named
from providers.aws.origin import SIGN_IN, Origin
from providers.aws.reading import read_identity, value_of
from providers.aws.record import TrailRecord, moment
from providers.aws.request import get, texts_at
from providers.aws.sessions import console_key, launch_key, opened_when
from providers.aws.signal_rows import LaunchRow
from providers.aws.signals import Signals

MAX_LENGTH = 256
"""Of a tag's value: STS allows no more."""

MAX_TAGS = 50
"""STS allows no more."""

CONSOLE = "the console"
"""What is opened with a token for signing in, in the words of a reason."""

_SPELLED_OUT = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d{2}):(\d{2})\s([AP]M)")
"""`Nov 18, 2026 1:21:51 AM`, as STS writes the end of a session; newer ones have a narrow space before AM."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown_by_caller(
    origin: Origin, principal: Principal | None, tools: tuple[ToolSign, ...]
) -> OpenedSession | None:
    """Return the console session that a flagged call or a sign-in shows, for its calls that do not.

    Neither CloudShell nor `aws login` makes the calls of a session the console's.
    """
    caller = origin.identity
    key = caller.session.sign_in_session_arn or opened_when(caller)
    deciding = next((sign for sign in tools if sign.confidence is not Confidence.LOW), None)
    if not (origin.is_flagged or origin.event_type == SIGN_IN):
        return None
    if key is None or principal is None or deciding is None:
        return None
    if deciding.tool is not Tool.CONSOLE or principal.kind in (ActorKind.SERVICE, ActorKind.MACHINE):
        return None
    return OpenedSession(
        key=key, opener=principal, via=console_key(caller.arn), role=principal.role, tools=(deciding,)
    )


def opened_by_sts(
    call: Call, record: TrailRecord, contents: Contents, signals: Signals
) -> OpenedSession | None:
    """Return the session that an STS call opened, or `None` where it opened none.

    The console's servers take a role for somebody who switches to it, and use other keys for its calls.
    """
    key = _text(contents.response, "credentials.accessKeyId")
    if key is None or call.principal is None:
        return None
    request = contents.request
    is_by_console = _is_by_console(call, record, signals)
    if is_by_console:
        key = console_key(_text(contents.response, "assumedRoleUser.arn")) or key
    return OpenedSession(
        key=key,
        opener=call.principal,
        via=next(iter(call.session_keys), None),
        role=_text(request, "roleArn") or _text(contents.response, "assumedRoleUser.arn"),
        source_identity=_text(request, "sourceIdentity") or _text(contents.response, "sourceIdentity"),
        statements=tuple(
            Statement(place=f"session tag {name[:128]}", text=text[:MAX_LENGTH], trust=Trust.SESSION)
            for name, text in _tags(request)
        ),
        expires_at=_expiry(_text(contents.response, "credentials.expiration")),
        is_renewable=is_by_console,
    )


def opened_by_console(call: Call, record: TrailRecord, signals: Signals) -> OpenedSession | None:
    """Return the session that a sign-in to the console or a switch of roles within it opened."""
    return opened_by_switch(call, record, signals) or opened_by_token(call, record, signals)


def opened_by_token(call: Call, record: TrailRecord, signals: Signals) -> OpenedSession | None:
    """Return the console session that somebody made out of the key of a session.

    Only the record that opened that one tells who he is: until it is known, a name that he chose
    for himself is no more than a guess.
    """
    row, opener = signals.sign_in_token, call.principal
    if not row.cover(call.service, call.action) or opener is None or opener.role is None:
        return None
    key = console_key(opener.id)
    if key is None:
        return None
    is_named_only = opener.confidence is not Confidence.HIGH
    return OpenedSession(
        key=key,
        opener=structs.replace(opener, confidence=Confidence.LOW) if is_named_only else opener,
        via=read_identity(record.user_identity).access_key_id or None,
        role=CONSOLE,
        expires_at=_hours_after(record, row.hours),
        is_renewable=True,
    )


def opened_by_switch(call: Call, record: TrailRecord, signals: Signals) -> OpenedSession | None:
    """Return the session of the role that somebody switched to in the console."""
    row = signals.role_switch
    origin = get(value_of(record.additional_event_data), row.origin)
    if not row.cover(call.service, call.action) or call.principal is None or not isinstance(origin, str):
        return None
    key, opener = console_key(call.principal.id), principal_named(origin, signals)
    if key is None or opener is None:
        return None
    return OpenedSession(
        key=key,
        opener=opener,
        via=console_key(origin),
        role=call.principal.role,
        expires_at=_hours_after(record, row.hours),
        is_renewable=True,
    )


def opened_by_launch(
    call: Call, row: LaunchRow, record: TrailRecord, contents: Contents
) -> OpenedSession | None:
    """Return what a service does from now on because somebody launched it.

    What it launches itself, a stack within a stack, is still the doing of whoever launched the first.
    """
    if call.principal is None or call.acting_service == row.host:
        return None
    role = _text(contents.request, row.role)
    names = (name for path in row.name for name in texts_at(contents.request, path))
    launched = " ".join(filter(None, (row.what, next(names, None))))
    deciding = next((sign for sign in call.tools if sign.confidence is not Confidence.LOW), None)
    program = f", with {deciding.tool}" if deciding else ""
    return OpenedSession(
        key=launch_key(row.host, role or call.principal.id),
        opener=structs.replace(
            call.principal, reason=f"{call.principal.reason}; called {call.action} for {launched}{program}"
        ),
        via=next(iter(call.session_keys), None),
        role=launched,
        tools=call.tools,
        expires_at=_hours_after(record, row.hours),
        is_renewable=True,
    )


def _is_by_console(call: Call, record: TrailRecord, signals: Signals) -> bool:
    """Tell whether the console's servers called.

    Whoever calls STS himself may type the console's user agent, to part what he then does with
    the key from who he is. The details of his connection give him away.
    """
    if call.acting_service:
        return signals.internal_name.match(call.acting_service) is not None
    if record.tls_details is not None:
        return False
    deciding = next((sign.tool for sign in call.tools if sign.confidence is not Confidence.LOW), None)
    return deciding is Tool.CONSOLE


def _hours_after(record: TrailRecord, hours: int) -> datetime | None:
    began = moment(record.event_time)
    try:
        return began + timedelta(hours=hours) if began else None
    except OverflowError:
        return None


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
    return next(iter(texts_at(root, path)), None)


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
