"""The order of the stages. Read this file first: it is the product on one page.

    collect -> translate -> merge -> attribute -> classify -> correlate -> detect -> explain
        -> decide -> record -> notify

Each transaction is kept whole or not at all, and what is still to do is read from the
store. So a run that was killed at any line is simply run again.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError
from drift.ledger.checkpoint import seal
from drift.model.change import Amendment, ChangeSession
from drift.model.enrolment import Enrolment
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.judgement import Judgement
from drift.model.survey import ByPlace, Survey
from drift.model.ticket import UNASKED
from drift.ports import AuditLog
from drift.stages.attribute import MAX_CHAIN, attribute
from drift.stages.classify import classify
from drift.stages.collect import Batch, collect
from drift.stages.compose import compose
from drift.stages.consult import consult
from drift.stages.correlate import correlate
from drift.stages.decide import answer_due_at, decide
from drift.stages.detect import detect, suspect
from drift.stages.digest import queue_digest
from drift.stages.erase import erase
from drift.stages.explain import explain, stand
from drift.stages.group import group, regroup
from drift.stages.merge import Merged, still_known
from drift.stages.merge.gather import gather, gather_opened, gather_overdue
from drift.stages.notify import notify
from drift.stages.own import last_writers, owners
from drift.stages.record import (
    opening_of,
    record_amendment,
    record_baselines,
    record_comparison,
    record_configuration,
    record_coverage,
    record_declared,
    record_gap,
    record_judgement,
    record_opening,
    record_outage,
    record_sweep,
    record_watch,
    record_write,
)
from drift.stages.survey import survey
from drift.store import outbox
from drift.store.changes import change_session_of, sessions_to_judge
from drift.store.enrolment import enrolment_now, treatment_of
from drift.store.sessions import forget_sessions, note_sessions, sessions_behind
from drift.store.tally import Tally, recount
from drift.store.writes import expect
from drift.store.written import subject_of, writes_to

JUDGED_AGAIN_FOR = timedelta(days=7)
"""A ticket for an unticketed change is looked for this long, and its message kept true to what is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pipeline:
    """Follows what every cloud logs to what people are told, and to the evidence of it."""

    have: Equipment

    def run_once(self) -> tuple[str, ...]:
        """Do one full cycle; return what could not be done, each in one line."""
        have, now = self.have, self.have.clock.now()
        with have.database.transaction() as connection:
            record_configuration(connection, have.configuration, now)
            record_watch(connection, have.sources, [one.baseline.name for one in have.watched], now)
        problems = [problem for name, log in have.sources.items() for problem in self.read(name, log, now)]
        now = have.clock.now()
        self.settle(now)
        seen = survey(have.watched, now)
        problems += self.compare(seen, now)
        problems += self.judge(seen, now)
        self.digest(now)
        problems += notify(have.database, have.notifiers, now).failed
        if have.vault:
            problems += erase(have.database, have.vault.records, have.vault.keep_for, now)
        with have.database.transaction() as connection:
            forget_sessions(connection, now)
            seal(connection, have.key, now)
        return tuple(problems)

    def read(self, source: str, log: AuditLog, now: datetime) -> list[str]:
        """Follow every new record of a source; one that fails is recorded, and stops no other."""
        database, unread, problems = self.have.database, Counter[str](), []
        try:
            for batch in collect(source, log, database, self.have.translators.all):
                unread.update(self.observe(batch, now))
        except ProviderError as error:
            with database.transaction() as connection:
                record_outage(connection, source, error, now)
            problems.append(f"{source}: {error}")
        else:
            with database.transaction() as connection:
                record_coverage(connection, source, now)
        if unread:
            problems.append(f"{source}: {_told(unread)}")
        return problems

    def observe(self, batch: Batch, now: datetime) -> Counter[str]:
        """Keep a batch; what of it cannot be read is recorded as a gap, and counted by file."""
        have, tally, unread = self.have, Tally(batch.source), Counter[str]()
        kept: list[RawRecord] = []
        said = [(raw, self._translated(raw)) for raw in batch.records]
        with have.database.transaction() as connection:
            expect(
                connection, [one.key for _, one in said if isinstance(one, ChangeEvent) and _is_recorded(one)]
            )
            for raw, event in said:
                if isinstance(raw, RawRecord) and _is_recorded(event):
                    kept.append(raw)
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
            if have.vault and kept:
                have.vault.records.keep(kept, now)  # before the evidence that names them is committed
            tally.keep(connection)
            batch.mark_read(connection)
        return unread

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

    def compare(self, seen: Survey, now: datetime) -> list[str]:
        """Hold what is declared against what is there, and tell which write made each difference so."""
        policy, rules = self.have.policy, self.have.policy.detection.as_of(now)
        comparison = detect(seen.held, seen.discovered, rules)
        with self.have.database.reading() as connection:
            opening = opening_of(connection, seen, policy.enrolment)
        owned, unknown = owners(self.have.watched, opening.baselines)
        with self.have.database.transaction() as connection:
            alarms = record_baselines(connection, seen.declarations, now)
            record_declared(connection, seen, comparison, policy.attribution.naming, now)
            writes = writes_to(connection, [subject_of(one) for one in comparison.findings])
            explained = explain(comparison, writes, seen.by_place(), policy.attribution, now)
            told = suspect(explained, rules, writes)
            opening = replace(opening, owners=owned, writers=last_writers(told, writes))
            since = now - JUDGED_AGAIN_FOR
            news = record_comparison(connection, seen, told, now, judged_since=since, opening=opening)
            record_opening(connection, seen, told, opening, now)
            record_sweep(connection, seen, told, news, now)
        return [*(f"{failure.name}: {failure.error}" for failure in seen.failures), *unknown, *alarms]

    def judge(self, seen: Survey, now: datetime) -> list[str]:
        """Judge each change that is new, is still open, or whose resource stands differently now."""
        with self.have.database.reading() as connection:
            enrolment = enrolment_now(connection, self.have.policy.enrolment)
            sessions = [
                change_session_of(connection, session_id)
                for session_id in sessions_to_judge(connection, now - JUDGED_AGAIN_FOR)
            ]
        declared = seen.by_place() if sessions else {}
        return sorted({problem for one in sessions for problem in self._judge(one, declared, enrolment, now)})

    def digest(self, now: datetime) -> None:
        """Queue the message of the day about what is only observed, if it is due."""
        have = self.have
        with have.database.transaction() as connection:
            queue_digest(
                connection, have.notifiers, have.policy.enrolment, have.policy.decision.environments, now
            )

    def _judge(
        self, session: ChangeSession, declared: ByPlace, enrolment: Enrolment, now: datetime
    ) -> list[str]:
        have, policy = self.have, self.have.policy
        tickets, hosts = have.ticket_sources.values(), have.code_hosts.values()
        # What was made before the watch began needs no ticket, and there may be months of it.
        is_before = (enrolment.is_before(change) for change in session.changes)
        asked = [
            None if before else consult(change, tickets, hosts)
            for change, before in zip(session.changes, is_before, strict=True)
        ]
        # One transaction: a crash leaves both the evidence and its alert, or neither,
        # so an alert can always cite the entry it rests on.
        with have.database.transaction() as connection:
            judged = []
            for change, consulted in zip(session.changes, asked, strict=True):
                match = correlate(change, consulted, policy.correlation) if consulted else UNASKED
                standing = stand(connection, change, declared, policy.attribution)
                environment = policy.decision.environment_of(change.first.event.call.account)
                treatment = treatment_of(connection, change, enrolment, environment)
                decision = decide(change, match, standing, policy.decision, now, treatment)
                judgement = Judgement(match=match, standing=standing, decision=decision)
                judged.append(record_judgement(connection, change, judgement, now))
            is_news = any(one.is_news for one in judged)
            must_tell = any(one.judgement.decision.alert for one in judged)
            if is_news and (must_tell or outbox.was_told(connection, session.session_id)):
                due_at = partial(answer_due_at, rules=policy.decision)
                alert = compose(session, judged, due_at=due_at, now=now)
                outbox.queue(connection, have.notifiers, alert, now)
        return [reason for consulted in asked if consulted for reason in consulted.unavailable]


def _is_recorded(event: ChangeEvent | UnreadableRecord) -> bool:
    return isinstance(event, UnreadableRecord) or event.intended in CHANGING


def _told(unread: Counter[str]) -> str:
    first, others = next(iter(unread)), len(unread) - 1
    where = f"{first} and {others} more" if others else first
    return f"{unread.total()} unreadable, recorded as gaps (`drift classify` says what is wrong in {where})"
