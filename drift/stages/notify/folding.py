"""Which messages are told in one? Those of low severity, and those that waited for a channel that was away.

What is urgent never is, and nothing that edits a message. A digest that could not be sent yet gives
way to the next one, which tells all of both: an outage of a day ends in one message.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.model.alert import Alert, notice_of
from drift.model.verdict import Severity
from drift.ports import Choosing, Notifier
from drift.stages.notify.rules import DeliveryRules
from drift.store import backlog
from drift.store.backlog import Waiting
from drift.terminal import shown

MOST_NAMED = 200
"""Sessions in one digest: their ids fill most of what Slack takes. The rest waits for the next."""

_IN_WORDS = 8
_IDS_IN_A_LINE = 20
_LONGEST = 200


def fold(
    connection: Connection, name: str, notifier: Notifier, rules: DeliveryRules, now: datetime
) -> frozenset[int]:
    """Fold what waits too long or in too great a number; return what has to wait still."""
    waiting = backlog.waiting(connection, name, now)
    if not waiting or not takes(notifier, digest_of(waiting, f"{backlog.DIGEST}0", now)):
        return frozenset()
    queued = [one for one in waiting if not one.is_folded]
    low = [one for one in queued if one.alert.severity is Severity.LOW]
    is_gathered = bool(low) and now - low[0].created_at >= rules.gather_low
    is_flood = sum(now - one.created_at > rules.digest_after for one in queued) > rules.digest_above
    if is_flood:
        chosen = waiting
    elif is_gathered:
        chosen = [one for one in waiting if one.is_folded or one.alert.severity is Severity.LOW]
    else:
        return frozenset(one.id for one in low)
    if len(chosen) == 1:
        return frozenset()
    # A digest that waits may be full already; what has no room in it is told by the next.
    if sum(one.is_folded for one in chosen) < MOST_NAMED:
        _fold(connection, name, chosen[:MOST_NAMED], now)
    return frozenset(one.id for one in chosen[MOST_NAMED:])


def takes(notifier: Notifier, alert: Alert) -> bool:
    """Tell whether a notifier is for an alert like this one."""
    return not isinstance(notifier, Choosing) or notifier.takes(alert)


def digest_of(waiting: Sequence[Waiting], session_id: str, now: datetime) -> Alert:
    """Return the message that tells others: each change session with its id, the worst in words."""
    latest = {one.alert.session_id: one.alert for one in waiting}
    alerts = sorted(latest.values(), key=lambda alert: -alert.severity.rank)
    number = f"{len(alerts):,} {'message' if len(alerts) == 1 else 'messages'} in one"
    since = min(one.created_at for one in waiting)
    action = (
        "Nothing here is urgent: what is comes by itself. `drift changes` lists them with what they need."
    )
    return notice_of(
        session_id=session_id,
        headline=f"{number}, waiting since {since:%a %d %b %H:%M} UTC",
        call_to_action=action,
        paragraphs=_paragraphs(alerts),
        began_at=since,
        now=now,
        severity=alerts[0].severity,
        in_short=number,
    )


def _fold(connection: Connection, name: str, chosen: Sequence[Waiting], now: datetime) -> None:
    unsent = backlog.unsent_digest(connection, name)
    session_id = unsent.session_id if unsent else f"{backlog.DIGEST}{now:%Y%m%dT%H%M%SZ}"
    backlog.fold(connection, name, [one.id for one in chosen], digest_of(chosen, session_id, now), now)


def _paragraphs(alerts: Sequence[Alert]) -> Iterator[str]:
    for alert in alerts[:_IN_WORDS]:
        yield f"• {alert.severity}: {shown(alert.headline, _LONGEST)}, {alert.session_id}"
    rest = [alert.session_id for alert in alerts[_IN_WORDS:]]
    for start in range(0, len(rest), _IDS_IN_A_LINE):
        yield ", ".join(rest[start : start + _IDS_IN_A_LINE])
