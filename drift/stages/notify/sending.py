"""Sends what is due: at least once, with the same client id each time, editing in place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
    only_provider_errors,
)
from drift.ledger.log import append
from drift.model.alert import Alert
from drift.model.evidence import AlertRecord, EntryKind
from drift.ports import Notifier, OnCall
from drift.stages.notify.doubt import Found, look_up
from drift.stages.notify.folding import fold, takes
from drift.stages.notify.mention import mentioning
from drift.stages.notify.pace import allowance
from drift.stages.notify.private import is_for_the_team, is_too_late
from drift.stages.notify.rules import DeliveryRules
from drift.store import asking, backlog, outbox
from drift.store.database import Database
from drift.store.doubts import begin_attempt, settle_doubt
from drift.store.outbox import DeliveryStatus, QueuedAlert

MAX_ATTEMPTS = 20
GIVE_UP_AFTER = timedelta(days=3)
"""After so many attempts and so long an alert is a dead letter, to be sent again by hand. An outage over
a long weekend loses nothing."""

FIRST_WAIT = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
"""Between two attempts of our own accord."""
LONGEST_WAIT = timedelta(hours=2)
"""Where the channel asks for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of the alerts that were due."""

    sent: int = 0
    failed: tuple[str, ...] = ()
    held: int = 0
    """Left for a later run: the channel has had its messages for this minute."""


def notify(
    database: Database,
    notifiers: Mapping[str, Notifier],
    now: datetime,
    rules: Mapping[str, DeliveryRules] = {},
    on_call: Mapping[str, OnCall] = {},
    pages: str | None = None,
) -> Sent:
    """Send every alert that is due; one that is refused hides no other.

    Whoever is on call, as `on_call` knows by then, is mentioned. Where there are `pages`, at that address,
    each message leads to the one about it.

    A notifier that cannot be reached is not asked again until the next time. One without `rules` is sent
    everything at once.
    """
    if not notifiers:
        return Sent()
    waits = _fold_what_waits(database, notifiers, now, rules)
    with database.reading() as connection:
        room = {
            name: allowance(connection, name, one, rules.get(name), now) for name, one in notifiers.items()
        }
        due = [one for one in outbox.due(connection, notifiers, now) if one.id not in waits]
    first, sent, held, failed, silent = next(iter(notifiers)), 0, 0, [], set[str]()
    for one in due:
        name = one.notifier or first
        if name in silent:
            continue
        if room[name] <= 0:
            held += 1
            continue
        with database.reading() as connection:
            queued = outbox.queued_alert(connection, one.id, first)
        if queued is None:
            continue
        notifier = notifiers[name]
        if not takes(notifier, queued.alert) and queued.replaces is None and not queued.doubts:
            with database.transaction() as connection:
                outbox.mark_withheld(connection, queued.id)
            continue
        room[name] -= 1
        alert, problem = mentioning(queued.alert, notifier, on_call)
        failed += [f"{name}: {problem}"] if problem else []
        error = _send(database, replace(queued, alert=alert.linked(pages)), notifier, now)
        if error is None:
            sent += 1
            continue
        failed.append(f"{name}: {error.what}")
        if not isinstance(error, ProviderResponseError) and not is_for_the_team(queued.alert, error):
            silent.add(name)
    return Sent(sent=sent, failed=tuple(failed), held=held)


def _fold_what_waits(
    database: Database, notifiers: Mapping[str, Notifier], now: datetime, rules: Mapping[str, DeliveryRules]
) -> frozenset[int]:
    """Put digests in the place of what waits; return what is to wait still."""
    paced = {name: one for name, one in notifiers.items() if name in rules}
    if not paced:
        return frozenset()
    with database.transaction() as connection:
        waits = [fold(connection, name, one, rules[name], now) for name, one in paced.items()]
    return frozenset().union(*waits)


def _send(database: Database, queued: QueuedAlert, notifier: Notifier, now: datetime) -> ProviderError | None:
    """Send one message, unless it is in doubt and found to be there, or asks somebody too late."""
    try:
        with only_provider_errors("looking up what may have been sent"):
            found = look_up(notifier, queued)
        is_there = found.own or found.replaces or queued.replaces
        if not is_there and is_too_late(queued.alert, now):
            with database.transaction() as connection:
                outbox.mark_withheld(connection, queued.id)
            return None
        _settle(database, queued, found, now)
        reference = found.own
        if reference is None:
            with only_provider_errors("sending"):
                reference = notifier.send(queued.alert, replaces=found.replaces or queued.replaces)
    except ProviderError as error:
        _keep_failure(database, queued, error, now)
        return error
    # A crash before this commit leaves the message in doubt: it is looked up before it is sent again.
    with database.transaction() as connection:
        for alert in (queued.alert, *backlog.told_by(connection, queued.id)):
            _record(connection, queued.notifier, alert, reference, now)
        outbox.mark_sent(connection, queued, reference, now)
        backlog.wake(connection, queued.notifier, now)
    return None


def _settle(database: Database, queued: QueuedAlert, found: Found, now: datetime) -> None:
    """Keep what became of earlier messages about the session; from now on this one is in doubt."""
    with database.transaction() as connection:
        for doubt, reference in found.earlier:
            if reference is not None:
                earlier = replace(queued.alert, client_id=doubt.client_id)
                _record(connection, queued.notifier, earlier, reference, now)
            settle_doubt(connection, doubt.id, reference)
        begin_attempt(connection, queued.id, queued.notifier, now)


def _record(connection: Connection, notifier: str, alert: Alert, reference: str, now: datetime) -> None:
    """Leave evidence that a session was told; of a digest, of each session that it tells."""
    body = AlertRecord(
        client_id=alert.client_id,
        session_id=alert.session_id,
        notifier=notifier,
        reference=reference,
        sent_at=now,
    )
    about = alert.asked.session_id if alert.asked else alert.session_id
    append(connection, kind=EntryKind.ALERT, ref=about, body=body, recorded_at=now)


def _keep_failure(database: Database, queued: QueuedAlert, error: ProviderError, now: datetime) -> None:
    # Missing access is for a person to mend, however long that takes: it never makes a dead letter.
    is_spent = queued.attempts + 1 >= MAX_ATTEMPTS and now - queued.created_at >= GIVE_UP_AFTER
    is_over = (
        isinstance(error, ProviderResponseError)
        or (is_spent and not isinstance(error, ProviderAccessError))
        or is_for_the_team(queued.alert, error)
    )
    asked = error.retry_after if isinstance(error, ProviderUnavailableError) else None
    with database.transaction() as connection:
        outbox.mark_failed(
            connection,
            queued.id,
            str(error),
            now + _wait(queued.attempts, error),
            DeliveryStatus.DEAD if is_over else DeliveryStatus.QUEUED,
            is_in_doubt=isinstance(error, ProviderUnavailableError),
        )
        if is_for_the_team(queued.alert, error):
            asking.release(connection, queued.alert, now)
        if asked is not None:
            backlog.hold(connection, queued.notifier, now + min(asked, LONGEST_WAIT))


def _wait(attempts: int, error: ProviderError) -> timedelta:
    if isinstance(error, ProviderUnavailableError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT)  # one wrong header must not silence us for good
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempts, MAX_ATTEMPTS)
    return min(doubled, LONGEST_PAUSE)
