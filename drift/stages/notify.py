"""Send what is queued: at least once, with the same client id each time, editing in place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
    only_provider_errors,
)
from drift.ledger.log import append
from drift.model.evidence import AlertRecord, EntryKind
from drift.ports import Notifier
from drift.store import outbox
from drift.store.database import Database
from drift.store.outbox import DeliveryStatus, QueuedAlert

MAX_ATTEMPTS = 20
"""With the waits below this is about a day; after it the alert is a dead letter, to be sent again by hand."""

FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What became of the alerts that were due."""

    sent: int = 0
    failed: tuple[str, ...] = ()


def notify(database: Database, notifiers: Mapping[str, Notifier], now: datetime) -> Sent:
    """Send every alert that is due; one that is refused hides no other.

    A notifier that cannot be reached is not asked again until the next time.
    """
    if not notifiers:
        return Sent()
    with database.reading() as connection:
        due = outbox.due(connection, notifiers, now)
    sent, failed, silent = 0, [], set[str]()
    for row_id in due:
        with database.reading() as connection:
            queued = outbox.queued_alert(connection, row_id, next(iter(notifiers)))
        if queued is None or queued.notifier in silent:
            continue
        error = _send(database, queued, notifiers[queued.notifier], now)
        if error is None:
            sent += 1
            continue
        failed.append(f"{queued.notifier}: {error.what}")
        if not isinstance(error, ProviderResponseError):
            silent.add(queued.notifier)
    return Sent(sent=sent, failed=tuple(failed))


def _send(database: Database, queued: QueuedAlert, notifier: Notifier, now: datetime) -> ProviderError | None:
    try:
        with only_provider_errors("sending"):
            reference = notifier.send(queued.alert, replaces=queued.replaces)
    except ProviderError as error:
        _keep_failure(database, queued, error, now)
        return error
    # A crash before this commit sends the message once more, recognisable by its client id.
    with database.transaction() as connection:
        body = AlertRecord(
            client_id=queued.alert.client_id,
            session_id=queued.alert.session_id,
            notifier=queued.notifier,
            reference=reference,
            sent_at=now,
        )
        append(connection, kind=EntryKind.ALERT, ref=queued.alert.session_id, body=body, recorded_at=now)
        outbox.mark_sent(connection, queued, reference, now)
        # It works again: what waited through an outage need not wait for as long once more.
        outbox.due_by(connection, queued.notifier, now + FIRST_WAIT)
    return None


def _keep_failure(database: Database, queued: QueuedAlert, error: ProviderError, now: datetime) -> None:
    # Missing access is for a person to mend, however long that takes: it never makes a dead letter.
    is_spent = queued.attempts + 1 >= MAX_ATTEMPTS and not isinstance(error, ProviderAccessError)
    is_over = isinstance(error, ProviderResponseError) or is_spent
    with database.transaction() as connection:
        outbox.mark_failed(
            connection,
            queued.id,
            str(error),
            now + _wait(queued.attempts, error),
            DeliveryStatus.DEAD if is_over else DeliveryStatus.QUEUED,
        )


def _wait(attempts: int, error: ProviderError) -> timedelta:
    if isinstance(error, ProviderUnavailableError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_WAIT)  # one wrong header must not silence us for good
    doubled: timedelta = FIRST_WAIT * 2**attempts
    return min(doubled, LONGEST_WAIT)
