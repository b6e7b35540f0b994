"""The order of the stages. Read this file first: it is the product on one page.

    collect -> translate -> merge -> attribute -> classify -> correlate -> detect -> explain
        -> decide -> record -> notify

Each transaction is kept whole or not at all, and what is still to do is read from the
store. So a run that was killed at any line is simply run again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError
from drift.ledger.checkpoint import seal
from drift.model.change import Amendment, ChangeSession
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.judgement import Judgement
from drift.model.survey import ByPlace, Survey
from drift.model.turn import Turn
from drift.ports import AuditLog
from drift.stages.attribute import MAX_CHAIN, attribute
from drift.stages.classify import classify
from drift.stages.collect import Batch, collect
from drift.stages.compose import compose
from drift.stages.consult import consult
from drift.stages.correlate import correlate
from drift.stages.decide import answer_due_at, decide, settled_at
from drift.stages.detect import detect, read_beside, suspect
from drift.stages.erase import erase
from drift.stages.explain import explain, stand
from drift.stages.group import group, regroup
from drift.stages.merge import Merged, still_known
from drift.stages.merge.gather import gather, gather_opened, gather_overdue
from drift.stages.notify import notify
from drift.stages.record import (
    record_amendment,
    record_baselines,
    record_comparison,
    record_configuration,
    record_coverage,
    record_declared,
    record_declared_again,
    record_gap,
    record_judgement,
    record_outage,
    record_sweep,
    record_write,
)
from drift.stages.survey import survey, survey_again
from drift.store import outbox
from drift.store.changes import change_session_of, sessions_to_judge
from drift.store.sessions import forget_sessions, note_sessions, sessions_behind
from drift.store.sources import forget_settled
from drift.store.tally import Tally, recount
from drift.store.uncompared import uncompared
from drift.store.writes import expect
from drift.store.written import subject_of, writes_to

JUDGED_AGAIN_FOR = timedelta(days=7)
"""A ticket for an unticketed change is looked for this long, and its message kept true to what is there."""


SETTLED_KEPT_FOR = timedelta(days=45)
"""Queues deliver nothing again that is older: SQS keeps messages for two weeks, Pub/Sub for a month."""

WRITES = frozenset({Fate.CHANGE, Fate.ATTEMPT, Fate.EXCLUDED, Fate.UNDATED})
"""What became of records that each told of another write."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What a batch held."""

    unread: Counter[str]
    """How many records could not be read, by file."""
    writes: int


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
        read = [self.read(name, log, now) for name, log in have.sources.items()]
        problems = [problem for turn in read for problem in turn.problems]
        now = have.clock.now()
        self.settle(now)
        seen, found = self.sweep(now)
        problems += found
        problems += self.judge(seen.by_place(), now)
        problems += notify(have.database, have.notifiers, now).failed
        problems += self.forget(now)
        self.seal(now)
        return tuple(problems)

    def begin(self, now: datetime) -> None:
        """Record which rules are in force from now on."""
        with self.have.database.transaction() as connection:
            record_configuration(connection, self.have.configuration, now)

    def read(self, source: str, log: AuditLog, now: datetime) -> Turn:
        """Follow every new record of a source; one that fails is recorded, and stops no other."""
        database, unread, failure, is_whole = self.have.database, Counter[str](), None, False
        records = writes = 0
        try:
            for batch in collect(source, log, database, self.have.translators.all):
                observed = self.observe(batch, now)
                unread.update(observed.unread)
                records, writes = records + len(batch.records), writes + observed.writes
                if self.is_stopping():
                    break
            else:
                is_whole = True
                with database.transaction() as connection:
                    record_coverage(connection, source, now)
        except ProviderError as error:
            with database.transaction() as connection:
                record_outage(connection, source, error, now)
            failure = f"{source}: {error}"
        told = [f"{source}: {_told(unread)}"] if unread else []
        return Turn(
            problems=tuple([failure, *told] if failure else told),
            counts=(("records", records), ("writes", writes), ("unreadable", unread.total())),
            failure=failure,
            is_put_off=failure is None and not is_whole,
        )

    def observe(self, batch: Batch, now: datetime) -> Observed:
        """Keep a batch; what of it cannot be read is recorded as a gap, and counted by file."""
        have, tally, unread, writes = self.have, Tally(batch.source), Counter[str](), 0
        said = [(raw, self._translated(raw)) for raw in batch.records]
        kept = [raw for raw, event in said if isinstance(raw, RawRecord) and _is_recorded(event)]
        if have.vault and kept:
            # Before the evidence that names them, and outside its transaction: a vault may take its time.
            have.vault.records.keep(kept, now)
        with have.database.transaction() as connection:
            expect(
                connection, [one.key for _, one in said if isinstance(one, ChangeEvent) and _is_recorded(one)]
            )
            for _, event in said:
                if isinstance(event, UnreadableRecord):
                    record_gap(connection, batch.source, event, now)
                    tally.count_unreadable()
                    unread[event.source.file] += 1
                    continue
                for late in gather_opened(connection, event, now):
                    self._write(connection, batch.source, late, now)
                told = gather(connection, batch.source, event, now)
                fate = told if isinstance(told, Fate) else self._write(connection, batch.source, told, now)
                tally.count(event, fate)
                writes += fate in WRITES
            tally.keep(connection)
            batch.mark_read(connection, now)
        return Observed(unread=unread, writes=writes)

    def _translated(self, raw: RawRecord | UnreadableRecord) -> ChangeEvent | UnreadableRecord:
        said = self.have.translators.translate(raw)
        return said if isinstance(said, UnreadableRecord) else self.have.policy.decision.with_erasures(said)

    def settle(self, now: datetime) -> None:
        """Judge the calls of which not all records came in time by those that did."""
        with self.have.database.transaction() as connection:
            for source, merged in gather_overdue(connection, now):
                recount(connection, source, merged.event, self._write(connection, source, merged, now))

    def _write(self, connection: Connection, source: str, merged: Merged, now: datetime) -> Fate:
        """Record a call that changes something: who made it, how, and to which change it belongs."""
        policy, event = self.have.policy, merged.event
        if not merged.is_as_told:  # what is recorded is described, and its secrets are cut out
            event = self.have.translators.describe(event)
        sessions = sessions_behind(connection, event, MAX_CHAIN)
        actor = still_known(attribute(event, sessions, policy.identities), merged)
        write = merged.judged(event, actor, classify(event, actor, policy.channels))
        belongs = write.is_change or (event.occurred_at is not None and policy.decision.is_alarming(event))
        if merged.amends is None:
            fate = record_write(connection, source, write, now)
            if belongs:
                group(connection, write)
        else:
            fate = Fate.DUPLICATE if merged.amends.why is Amendment.COPIED else Fate.PART
            if record_amendment(connection, write, merged.amends, now):
                regroup(connection, write, belongs=belongs)
        note_sessions(connection, event, sessions, now)
        return fate

    def sweep(self, now: datetime) -> tuple[Survey, list[str]]:
        """Compare everything that is declared, so that nothing depends on a log being complete."""
        seen = survey(self.have.watched, now)
        return seen, self.compare(seen, now)

    def compare(self, seen: Survey, now: datetime) -> list[str]:
        """Hold what is declared against what is there, and tell which write made each difference so."""
        policy, rules = self.have.policy, self.have.policy.detection.as_of(now)
        comparison = detect(seen.held, seen.discovered, rules)
        with self.have.database.transaction() as connection:
            alarms = record_baselines(connection, seen.declarations, now)
            record_declared(connection, seen, comparison, policy.attribution.naming, now)
            writes = writes_to(connection, [subject_of(one) for one in comparison.findings])
            explained = explain(comparison, writes, seen.by_place(), policy.attribution, now)
            told = suspect(explained, rules, writes)
            news = record_comparison(connection, seen, told, now, judged_since=now - JUDGED_AGAIN_FOR)
            record_sweep(connection, seen, told, news, now)
        return [*(f"{failure.name}: {failure.error}" for failure in seen.failures), *alarms]

    def compare_again(self, now: datetime) -> tuple[Survey, list[str]] | None:
        """Hold what writes touched since it was compared against what is there; `None` if there is nothing.

        What a pipeline touched waits for the settle window: its state says so only at the end.
        """
        have, policy, rules = self.have, self.have.policy, self.have.policy.detection.as_of(now)
        settles_at = partial(settled_at, rules=policy.decision)
        with have.database.reading() as connection:
            touched = [
                (row.state, row.address)
                for one in uncompared(
                    connection, now - JUDGED_AGAIN_FOR, settles_at, policy.decision.settle_window
                )
                if now >= settles_at(one.change)
                for row in one.rows
            ]
        if not touched:
            return None
        seen = survey_again(have.watched, now, touched, partial(read_beside, rules=rules))
        found = detect(seen.held, (), rules, others=seen.others)
        found = replace(found, findings=tuple(one for one in found.findings if seen.is_about(one)))
        with have.database.transaction() as connection:
            alarms = record_baselines(connection, seen.others, now)
            record_declared_again(connection, seen, found, policy.attribution.naming, now)
            writes = writes_to(connection, [subject_of(one) for one in found.findings])
            explained = explain(found, writes, seen.by_place(), policy.attribution, now)
            record_comparison(connection, seen, explained, now, judged_since=now - JUDGED_AGAIN_FOR)
        return seen, [*(f"{failure.name}: {failure.error}" for failure in seen.failures), *alarms]

    def judge(self, declared: ByPlace, now: datetime, *, open_since: datetime | None = None) -> list[str]:
        """Judge each change that is new, is pending, or whose resource stands differently now.

        Those that are still open are judged again if they began after `open_since`, by default if they
        are young.
        """
        with self.have.database.reading() as connection:
            ids = sessions_to_judge(connection, open_since or now - JUDGED_AGAIN_FOR)
        problems = set[str]()
        for session_id in ids:
            if self.is_stopping():
                break
            with self.have.database.reading() as connection:  # one at a time: a burst leaves thousands
                session = change_session_of(connection, session_id)
            problems.update(self._judge(session, declared, now))
        return sorted(problems)

    def _judge(self, session: ChangeSession, declared: ByPlace, now: datetime) -> list[str]:
        have, policy = self.have, self.have.policy
        tickets, hosts = have.ticket_sources.values(), have.code_hosts.values()
        asked = [consult(change, tickets, hosts) for change in session.changes]
        # One transaction: a crash leaves both the evidence and its alert, or neither,
        # so an alert can always cite the entry it rests on.
        with have.database.transaction() as connection:
            judged = []
            for change, consulted in zip(session.changes, asked, strict=True):
                match = correlate(change, consulted, policy.correlation)
                standing = stand(connection, change, declared, policy.attribution)
                decision = decide(change, match, standing, policy.decision, now)
                judgement = Judgement(match=match, standing=standing, decision=decision)
                judged.append(record_judgement(connection, change, judgement, now))
            is_news = any(one.is_news for one in judged)
            must_tell = any(one.judgement.decision.alert for one in judged)
            if is_news and (must_tell or outbox.was_told(connection, session.session_id)):
                due_at = partial(answer_due_at, rules=policy.decision)
                alert = compose(session, judged, due_at=due_at, now=now)
                outbox.queue(connection, have.notifiers, alert, now)
        return [reason for consulted in asked for reason in consulted.unavailable]

    def forget(self, now: datetime) -> tuple[str, ...]:
        """Drop what need not be kept any longer; raw records by the policy, which the ledger tells."""
        have = self.have
        with have.database.transaction() as connection:
            forget_sessions(connection, now)
            forget_settled(connection, now - SETTLED_KEPT_FOR)
        return erase(have.database, have.vault.records, have.vault.keep_for, now) if have.vault else ()

    def seal(self, now: datetime) -> None:
        """Sign the ledger as it is now."""
        with self.have.database.transaction() as connection:
            seal(connection, self.have.key, now)


def _is_recorded(event: ChangeEvent | UnreadableRecord) -> bool:
    return isinstance(event, UnreadableRecord) or event.intended in CHANGING


def _told(unread: Counter[str]) -> str:
    first, others = next(iter(unread)), len(unread) - 1
    where = f"{first} and {others} more" if others else first
    return f"{unread.total()} unreadable, recorded as gaps (`drift classify` says what is wrong in {where})"
