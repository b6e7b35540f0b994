"""Follows what is new in one source, batch by batch, and what keeps it from being read."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from drift import follow, self_watch
from drift.budget import Purse, raise_spent
from drift.equipment import Equipment
from drift.errors import BudgetSpentError, ProviderError, VaultError
from drift.model.alarm import BUDGET_SPENT
from drift.model.turn import Turn
from drift.ports import AuditLog
from drift.stages.alarm import end_alarm
from drift.stages.collect import collect
from drift.stages.record import record_coverage, record_set_aside, record_source_outage
from drift.store.held_up import let_go


def read(
    have: Equipment,
    source: str,
    log: AuditLog,
    now: datetime,
    is_stopping: Callable[[], bool],
    on_write: Callable[[], None],
) -> Turn:
    """Follow every new record of a source; one that fails is recorded, and stops no other.

    `is_stopping` is asked between batches, `on_write` is called where one told of a write.
    """
    unread, records, writes = Counter[str](), 0, 0
    failure, is_whole, problems = None, False, list[str]()
    purse = Purse(have, source)
    try:
        purse.check()
        self_watch.try_vault(have, source)
        for haul in collect(source, log, have.database, have.translators.all, now):
            observed = follow.observe(have, haul, now)
            purse.count(haul)
            unread.update(observed.unread)
            records, writes = records + observed.records, writes + observed.writes
            if observed.writes:
                on_write()
            if is_stopping():
                break
            purse.check()  # only now: what was fetched is paid for, and kept
        else:
            is_whole = True
            _note_whole(have, source, log, now)
            problems += self_watch.attest(have, source, log, now)
    except VaultError as error:  # the source is well: its coverage ends here, and that is all
        failure = self_watch.note_held_up(have, source, error, now)
    except ProviderError as error:
        _note_failure(have, source, error, now)
        failure = f"{source}: {error}"
    finally:
        purse.keep()
    given_up = self_watch.look_for_given_up(have, source, log, now)
    problems += given_up if failure is None else [failure]  # that nobody answers is told once
    if unread:
        problems.append(f"{source}: {follow.told_of(unread)}")
    return Turn(
        problems=tuple(problems),
        counts=(("records", records), ("writes", writes), ("unreadable", unread.total())),
        failure=failure,
        is_put_off=failure is None and not is_whole,
    )


def _note_whole(have: Equipment, source: str, log: AuditLog, now: datetime) -> None:
    """Record up to when everything was read, and end what is over with that."""
    with have.database.transaction() as connection:
        record_coverage(connection, source, now - log.delay, have.policy.of_source(source), now)
        end_alarm(connection, have.notifiers, BUDGET_SPENT, source, now)
        let_go(connection, source)


def _note_failure(have: Equipment, source: str, error: ProviderError, now: datetime) -> None:
    owner = have.policy.of_source(source).owner
    with have.database.transaction() as connection:
        record_source_outage(connection, source, error, owner, now)
        record_set_aside(connection, source, owner, now)
        if isinstance(error, BudgetSpentError):
            raise_spent(connection, have.notifiers, source, error, now)
