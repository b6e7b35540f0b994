"""Asks whoever made a change before their team is told of it, and says when the team is.

1. Before anything is kept, it is looked up whether the person can be asked at all.
2. The question and the team's message are queued in one transaction, the latter for when the time is over.
3. An answer has the change judged again: what is left to do is told at once, and nothing if nothing is.
4. A question that cannot be sent lets the team's message go (`notify`); not me makes it critical.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.model.alert import Alert, AlertState, Asked
from drift.model.change import ChangeSession
from drift.model.judgement import Judged
from drift.model.routing import Route
from drift.ports import Answerable, Notifier, Private
from drift.stages.ask import may_wait, person_of, question
from drift.store import asking, outbox
from drift.store.asking import Asking


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Where a person can be asked."""

    notifier: str | None = None
    to: str = ""
    problem: str | None = None
    """Why it could not be found out."""


NOBODY = Reach()


def reach(have: Equipment, session: ChangeSession) -> Reach:
    """Look up where the person who made a session's changes can be asked, if they are to be asked at all.

    Asks a service, so never within a transaction. Who was told of already is not looked up again.
    """
    private = {name: one for name, one in have.notifiers.items() if can_ask(one)}
    person = person_of(session) if private and have.policy.routing.ask_first else None
    if person is None:
        return NOBODY
    with have.database.reading() as connection:
        if outbox.was_told(connection, session.session_id):
            return NOBODY
    names = have.policy.routing.names_of(person.name)
    for name, notifier in private.items():
        try:
            with only_provider_errors("looking up who is to be asked"):
                to = notifier.can_reach(names) if isinstance(notifier, Private) else None
        except ProviderError as error:
            return Reach(problem=f"{name}: {error.what}")
        if to is not None:
            return Reach(notifier=name, to=to)
    return NOBODY


def can_ask(notifier: Notifier) -> bool:
    """Tell whether people can be written to by themselves, and answer with a button."""
    return isinstance(notifier, Private) and isinstance(notifier, Answerable) and notifier.is_answerable


def begin(
    have: Equipment,
    session_id: str,
    judged: Sequence[Judged],
    way: Route,
    found: Reach,
    now: datetime,
) -> Asking | None:
    """Return the question to be put, if one is: this is the first that anybody hears of the session."""
    wait = have.policy.routing.ask_first
    if wait is None or found.notifier is None or not may_wait(judged, way):
        return None
    asked = Asked(session_id=session_id, until=now + wait, otherwise_at=way.sends_at(now))
    return Asking(notifier=found.notifier, to=found.to, asked=asked, is_open=True)


def put_question(
    connection: Connection,
    asked: Asking,
    alert: Alert,
    judged: Sequence[Judged],
    way: Route,
    now: datetime,
) -> datetime | None:
    """Queue the question, or what has become of it; return when the team, which nobody told yet, is told.

    `None`: nothing is left to tell. The question is edited in place, and never put twice.
    """
    is_waiting = asked.is_open and now < asked.asked.until and may_wait(judged, way)
    keep_up(connection, asked, alert, now, is_waiting=is_waiting)
    if alert.state is AlertState.SETTLED:
        return None
    return max(asked.asked.until, way.sends_at(now)) if is_waiting else way.sends_at(now)


def keep_up(
    connection: Connection, asked: Asking, alert: Alert, now: datetime, *, is_waiting: bool = False
) -> None:
    """Have the message to the person say how it stands."""
    if asked.is_open:
        message_id = asking.private_id(asked.asked.session_id)
        told = question(alert, message_id, asked.to, asked.asked, is_waiting=is_waiting)
        outbox.queue(connection, [asked.notifier], told, now)
