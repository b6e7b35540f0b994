"""The order of the stages. Read this file first: it is the product on one page.

    collect -> translate -> merge -> attribute -> classify -> correlate -> detect -> explain
        -> decide -> record -> notify

`follow` leads from records to writes, `compare` from states to findings, `conclude` from both to
verdicts and messages. Each transaction is kept whole or not at all, and what is still to do is read
from the store. So a run that was killed at any line is simply run again.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from drift import compare, conclude, control_watch, follow, read_source, run_watch, self_watch
from drift.access_watch import take_snapshots
from drift.account_watch import AccountsRead, read_accounts
from drift.budget import forget_other_budgets
from drift.compare import JUDGED_AGAIN_FOR
from drift.desk import Desk
from drift.directory_watch import DirectoriesRead, read_directories
from drift.document_watch import look_at_documents
from drift.equipment import Equipment
from drift.errors import ProviderError
from drift.model.alarm import Alarm
from drift.model.change import ChangeSession
from drift.model.event import ChangeEvent, RawRecord, UnreadableRecord
from drift.model.heartbeat import Heartbeat
from drift.model.survey import ByPlace, Survey
from drift.model.turn import Turn
from drift.ports import AuditLog
from drift.seal import seal_counted
from drift.self_audit import sample_months
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.collect import Haul
from drift.stages.detect import read_beside
from drift.stages.digest import queue_digest
from drift.stages.erase import erase
from drift.stages.notify import notify
from drift.stages.record import (
    record_configuration,
    record_heartbeat,
    record_watch,
)
from drift.stages.remind import end_waivers, remind
from drift.stages.survey import survey, survey_of
from drift.stages.witness import queue_witness
from drift.store.changes import sessions_to_judge
from drift.store.history import is_replaying
from drift.store.people import forget_other_directories
from drift.store.sessions import forget_sessions
from drift.store.sources import forget_settled
from drift.store.tally import Tally
from drift.store.to_judge import sessions_with_news
from drift.trust_watch import TrustCaptured, capture_trust

SETTLED_KEPT_FOR = timedelta(days=45)
"""Queues deliver nothing again that is older: SQS keeps messages for two weeks, Pub/Sub for a month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """Follows what every cloud logs to what people are told, and to the evidence of it."""

    have: Equipment
    is_stopping: Callable[[], bool] = lambda: False
    """Asked between batches and between change sessions: what is left then is done by the next run."""
    on_write: Callable[[], None] = lambda: None
    """Called after each batch that told of a write: nobody need wait for the end of a source to judge it."""

    def run_once(self) -> tuple[str, ...]:
        """Do one full cycle; return what could not be done, each in one line."""
        now = self.have.clock.now()
        known, placed = self.read_directories(now), self.read_accounts(now)
        return (*known.problems, *placed.problems, *replace(self, have=known.have)._cycle())

    def _cycle(self) -> tuple[str, ...]:
        have, now = self.have, self.have.clock.now()
        self.begin(now)
        self.canary(now)
        read = [self.read(name, log, now) for name, log in have.sources.items()]
        problems = [problem for turn in read for problem in turn.problems]
        now = have.clock.now()
        self.settle(now)
        seen, found = self.sweep(now)
        problems += found
        self.follow_up(now)
        problems += self.judge(seen.by_place(), now)
        problems += self.keep_runs(now).problems
        problems += self.capture(now).problems
        problems += self.capture_trust(now).problems
        problems += self.look_at_documents(now)
        problems += self.take_access_snapshots(now)
        self.digest(now)
        self.renew_alarms(now)
        sent = notify(have.database, have.notifiers, now, have.deliveries, have.on_call, have.pages)
        problems += sent.failed
        problems += self.forget(now)
        sample_months(have, now)
        problems += self.seal(now)
        self.witness(now)
        problems += self.anchor(now)
        return tuple(problems)

    def begin(self, now: datetime) -> None:
        """Record which rules are in force from now on, and what is watched."""
        have = self.have
        with have.database.transaction() as connection:
            record_configuration(connection, have.configuration, now)
            record_watch(connection, have.sources, [one.baseline.name for one in have.watched], now)
            forget_other_budgets(connection, have)
            forget_other_directories(connection, have.directories)

    def read(self, source: str, log: AuditLog, now: datetime) -> Turn:
        """Follow every new record of a source; one that fails is recorded, and stops no other."""
        return read_source.read(self.have, source, log, now, self.is_stopping, self.on_write)

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
        with self.have.database.reading() as connection:
            ids = sessions_to_judge(connection, open_since or now - JUDGED_AGAIN_FOR)
        return self.judge_sessions(declared, ids, now)

    def judge_news(self, declared: ByPlace, since: datetime, now: datetime) -> list[str]:
        """Judge each change that is new, whose resource stands differently, or whose time ran out `since`."""
        rules = self.have.policy.decision
        waits = rules.settle_window, rules.answer_deadline
        with self.have.database.reading() as connection:
            ids = sessions_with_news(connection, since, now, waits)
        return self.judge_sessions(declared, ids, now)

    def judge_sessions(self, declared: ByPlace, ids: Sequence[str], now: datetime) -> list[str]:
        """Judge the changes of these sessions."""
        return conclude.judge(self.have, declared, ids, now, self.is_stopping)

    def judge_history(self, sessions: Sequence[ChangeSession], now: datetime) -> list[str]:
        """Judge what was taken in long after it was made."""
        return conclude.judge_history(self.have, sessions, now)

    def read_directories(self, now: datetime) -> DirectoriesRead:
        """Read under which names people are known, of each directory that was not read today."""
        return read_directories(self.have, now)

    def read_accounts(self, now: datetime) -> AccountsRead:
        """Read in which organisational units accounts lie, of each organisation that was not read today."""
        return read_accounts(self.have, now)

    def capture(self, now: datetime) -> control_watch.Captured:
        """Look how the repositories are controlled of which that was not looked at today."""
        return control_watch.capture_controls(self.have, now)

    def capture_trust(self, now: datetime) -> TrustCaptured:
        """Look who may act as the identities that deploy, of each source that was not looked at today."""
        return capture_trust(self.have, now)

    def look_at_documents(self, now: datetime) -> tuple[str, ...]:
        """Look once a day which of the company's own documents are not as they were."""
        return look_at_documents(self.have, now)

    def take_access_snapshots(self, now: datetime) -> tuple[str, ...]:
        """Look once a month who may write."""
        return take_snapshots(self.have, now)

    def keep_runs(self, now: datetime) -> run_watch.KeptRuns:
        """Record the runs of pipelines that made changes and have ended by now."""
        return run_watch.keep_runs(self.have, now)

    def follow_up(self, now: datetime) -> None:
        """Remind people of what emergencies ask for, and have what was waived judged again when that ends.

        Never while changes are judged: they would not know of it.
        """
        have, policy = self.have, self.have.policy
        with have.database.transaction() as connection:
            end_waivers(connection, now)
            remind(connection, have.notifiers, policy.actions, policy.correlation.people, now)

    @property
    def desk(self) -> Desk:
        """Where people say what they do about a change, whichever way they come."""
        return Desk.of(self.have)

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

    def beat(self, heartbeat: Heartbeat, now: datetime) -> None:
        """Record that the service ran without a break."""
        with self.have.database.transaction() as connection:
            record_heartbeat(connection, heartbeat, now)

    def forget(self, now: datetime) -> tuple[str, ...]:
        """Drop what need not be kept any longer; raw records by the policy, which the ledger tells."""
        have = self.have
        with have.database.transaction() as connection:
            if not is_replaying(connection, now):
                forget_sessions(connection, now)
            forget_settled(connection, now - SETTLED_KEPT_FOR)
        return erase(have.database, have.vault.records, have.vault.keep_for, now) if have.vault else ()

    def seal(self, now: datetime) -> tuple[str, ...]:
        """Sign the ledger as it is now; return why not, if the service that keeps the key does not sign."""
        try:
            seal_counted(self.have.database, self.have.key, now)
        except ProviderError as error:
            return (f"ledger key: {error}",)
        return ()

    def witness(self, now: datetime) -> None:
        """Queue the message of the week that shows the last checkpoint, if it is due and wanted."""
        have = self.have
        if have.makes_witnesses:
            with have.database.transaction() as connection:
                queue_witness(connection, have.notifiers, now)

    def anchor(self, now: datetime) -> tuple[str, ...]:
        """Have the last checkpoint held outside; return what went wrong, a line each."""
        return self_watch.hold_checkpoints(self.have, now)
