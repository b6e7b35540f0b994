"""The order of the stages. Read this file first: it is the product on one page.

    collect -> translate -> merge -> attribute -> classify -> correlate -> detect -> explain
        -> decide -> record -> notify

`follow` leads from records to writes, `compare` from states to findings, `conclude` from both to
verdicts and messages. Each transaction is kept whole or not at all, and what is still to do is read
from the store. So a run that was killed at any line is simply run again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from drift import compare, conclude, follow, self_watch
from drift.budget import Purse, forget_other_budgets, raise_spent
from drift.compare import JUDGED_AGAIN_FOR
from drift.equipment import Equipment
from drift.errors import BudgetSpentError, ProviderError
from drift.ledger.checkpoint import seal
from drift.model.alarm import BUDGET_SPENT, Alarm
from drift.model.change import ChangeSession
from drift.model.event import ChangeEvent, RawRecord, UnreadableRecord
from drift.model.survey import ByPlace, Survey
from drift.model.turn import Turn
from drift.ports import AuditLog
from drift.self_audit import sample_months
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.collect import Haul, collect
from drift.stages.detect import read_beside
from drift.stages.digest import queue_digest
from drift.stages.erase import erase
from drift.stages.notify import notify
from drift.stages.record import (
    record_configuration,
    record_coverage,
    record_set_aside,
    record_source_outage,
    record_watch,
)
from drift.stages.survey import survey, survey_of
from drift.store.history import is_replaying
from drift.store.sessions import forget_sessions
from drift.store.sources import forget_settled
from drift.store.tally import Tally

SETTLED_KEPT_FOR = timedelta(days=45)
"""Queues deliver nothing again that is older: SQS keeps messages for two weeks, Pub/Sub for a month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """Follows what every cloud logs to what people are told, and to the evidence of it."""

    have: Equipment
    is_stopping: Callable[[], bool] = lambda: False
    """Asked between batches and between change sessions: what is left then is done by the next run."""

    def run_once(self) -> tuple[str, ...]:
        """Do one full cycle; return what could not be done, each in one line."""
        have, now = self.have, self.have.clock.now()
        self.begin(now)
        self.canary(now)
        read = [self.read(name, log, now) for name, log in have.sources.items()]
        problems = [problem for turn in read for problem in turn.problems]
        now = have.clock.now()
        self.settle(now)
        seen, found = self.sweep(now)
        problems += found
        problems += self.judge(seen.by_place(), now)
        self.digest(now)
        self.renew_alarms(now)
        problems += notify(have.database, have.notifiers, now).failed
        problems += self.forget(now)
        sample_months(have, now)
        self.seal(now)
        return tuple(problems)

    def begin(self, now: datetime) -> None:
        """Record which rules are in force from now on, and what is watched."""
        have = self.have
        with have.database.transaction() as connection:
            record_configuration(connection, have.configuration, now)
            record_watch(connection, have.sources, [one.baseline.name for one in have.watched], now)
            forget_other_budgets(connection, have)

    def read(self, source: str, log: AuditLog, now: datetime) -> Turn:
        """Follow every new record of a source; one that fails is recorded, and stops no other."""
        have, unread, failure, is_whole = self.have, Counter[str](), None, False
        rules, problems, records, writes = have.policy.of_source(source), list[str](), 0, 0
        purse = Purse(have, source)
        try:
            purse.check()
            for haul in collect(source, log, have.database, have.translators.all, now):
                observed = self.observe(haul, now)
                unread.update(observed.unread)
                records, writes = records + observed.records, writes + observed.writes
                purse.count(haul)
                if self.is_stopping():
                    break
                purse.check()  # only now: what was fetched is paid for, and kept
            else:
                is_whole = True
                with have.database.transaction() as connection:
                    record_coverage(connection, source, now - log.delay, rules, now)
                    end_alarm(connection, have.notifiers, BUDGET_SPENT, source, now)
                problems += self_watch.attest(have, source, log, now)
        except ProviderError as error:
            with have.database.transaction() as connection:
                record_source_outage(connection, source, error, rules.owner, now)
                record_set_aside(connection, source, rules.owner, now)
                if isinstance(error, BudgetSpentError):
                    raise_spent(connection, have.notifiers, source, error, now)
            failure = f"{source}: {error}"
            problems.append(failure)
        finally:
            purse.keep()
        if unread:
            problems.append(f"{source}: {follow.told_of(unread)}")
        return Turn(
            problems=tuple(problems),
            counts=(("records", records), ("writes", writes), ("unreadable", unread.total())),
            failure=failure,
            is_put_off=failure is None and not is_whole,
        )

    def observe(self, haul: Haul, now: datetime) -> follow.Observed:
        """Keep batches of records of one source, and what they tell."""
        return follow.observe(self.have, haul, now)

    def take(
        self, connection: Connection, tally: Tally, raw: RawRecord, now: datetime
    ) -> ChangeEvent | UnreadableRecord:
        """Follow one record by itself, unless nothing can be read from it; return what it says."""
        return follow.take(self.have, connection, tally, raw, now)

    def settle(self, now: datetime) -> None:
        """Judge the calls of which not all records came in time by those that did."""
        follow.settle(self.have, now)

    def sweep(
        self, now: datetime, names: Collection[str] | None = None, *, lists: bool = True
    ) -> tuple[Survey, list[str]]:
        """Compare everything that is declared, so that nothing depends on a log being complete.

        With `names`, what those baselines declare; what exists undeclared is only told if it `lists`.
        """
        if names is None:
            seen = survey(self.have.watched, now)
        else:
            beside = partial(read_beside, rules=self.have.policy.detection.as_of(now))
            seen = survey_of(names, self.have.watched, now, beside, lists=lists)
        return seen, compare.compare(self.have, seen, now)

    def compare_again(self, now: datetime) -> tuple[Survey, list[str]] | None:
        """Compare what writes touched since it was compared; `None` if there is nothing."""
        return compare.compare_again(self.have, now)

    def judge(self, declared: ByPlace, now: datetime, *, open_since: datetime | None = None) -> list[str]:
        """Judge each change that is new, is pending, or whose resource stands differently now.

        Those that are still open are judged again if they began after `open_since`, by default if they
        are young.
        """
        since = open_since or now - JUDGED_AGAIN_FOR
        return conclude.judge(self.have, declared, since, now, self.is_stopping)

    def judge_history(self, sessions: Sequence[ChangeSession], now: datetime) -> list[str]:
        """Judge what was taken in long after it was made."""
        return conclude.judge_history(self.have, sessions, now)

    def digest(self, now: datetime) -> None:
        """Queue the message of the day about what is only observed, if it is due."""
        have, rules = self.have, self.have.policy
        with have.database.transaction() as connection:
            queue_digest(connection, have.notifiers, rules.enrolment, rules.decision.environments, now)

    def canary(self, now: datetime) -> None:
        """Make the harmless writes of our own that are due, by which the watch is tried."""
        self_watch.write_canaries(self.have, now)

    def renew_alarms(self, now: datetime) -> None:
        """Raise the alarms about the watch itself that are news, and end those that are over."""
        self_watch.renew_alarms(self.have, now)

    def alarm(self, alarm: Alarm, now: datetime) -> None:
        """Raise an alarm, which is told once, and stands until `end_alarm`: a job that died, for example."""
        with self.have.database.transaction() as connection:
            raise_alarm(connection, self.have.notifiers, alarm, now)

    def end_alarm(self, slug: str, subject: str, now: datetime) -> None:
        """End an alarm, if it stands; that is told too."""
        with self.have.database.transaction() as connection:
            end_alarm(connection, self.have.notifiers, slug, subject, now)

    def forget(self, now: datetime) -> tuple[str, ...]:
        """Drop what need not be kept any longer; raw records by the policy, which the ledger tells."""
        have = self.have
        with have.database.transaction() as connection:
            if not is_replaying(connection, now):
                forget_sessions(connection, now)
            forget_settled(connection, now - SETTLED_KEPT_FOR)
        return erase(have.database, have.vault.records, have.vault.keep_for, now) if have.vault else ()

    def seal(self, now: datetime) -> None:
        """Sign the ledger as it is now."""
        with self.have.database.transaction() as connection:
            seal(connection, self.have.key, now)
