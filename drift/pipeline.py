"""The order of the stages. Read this file first: it is the product on one page.

    collect -> translate -> merge -> attribute -> classify -> correlate -> detect -> explain
        -> decide -> record -> notify

Each transaction is kept whole or not at all, and what is still to do is read from the
store. So a run that was killed at any line is simply run again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError
from drift.ledger.checkpoint import seal
from drift.model.alarm import STATE_WENT_BACK, Alarm
from drift.model.change import Amendment, ChangeSession
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.history import EVER, TimeSpan, is_history
from drift.model.judgement import Judgement
from drift.model.survey import ByPlace, Survey
from drift.model.ticket import Consulted
from drift.ports import AuditLog
from drift.self_watch import attest, renew_alarms, write_canaries
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.attribute import MAX_CHAIN, attribute
from drift.stages.canary import is_canary
from drift.stages.classify import classify
from drift.stages.collect import Batch, collect
from drift.stages.compose import compose
from drift.stages.consult import consult
from drift.stages.correlate import correlate
from drift.stages.decide import answer_due_at, decide
from drift.stages.detect import detect, suspect
from drift.stages.erase import erase
from drift.stages.explain import explain, stand
from drift.stages.group import group, regroup
from drift.stages.merge import Merged, more_known, still_known
from drift.stages.merge.gather import gather, gather_opened, gather_overdue
from drift.stages.notify import notify
from drift.stages.record import (
    record_amendment,
    record_baselines,
    record_comparison,
    record_configuration,
    record_coverage,
    record_declared,
    record_gap,
    record_judgement,
    record_set_aside,
    record_source_outage,
    record_sweep,
    record_unreadable,
    record_write,
)
from drift.stages.survey import survey
from drift.store import outbox
from drift.store.changes import change_session_of, sessions_to_judge
from drift.store.history import is_replaying
from drift.store.sessions import forget_sessions, note_sessions, sessions_behind
from drift.store.tally import Tally, recount
from drift.store.writes import expect, known_among
from drift.store.written import subject_of, writes_to

Said: TypeAlias = tuple[RawRecord | UnreadableRecord, ChangeEvent | UnreadableRecord]
"""A record, and what it says."""

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
        self.canary(now)
        problems = [problem for name, log in have.sources.items() for problem in self.read(name, log, now)]
        now = have.clock.now()
        self.settle(now)
        seen = survey(have.watched, now)
        problems += self.compare(seen, now)
        problems += self.judge(seen, now)
        renew_alarms(have, now)
        problems += notify(have.database, have.notifiers, now).failed
        if have.vault:
            problems += erase(have.database, have.vault.records, have.vault.keep_for, now)
        with have.database.transaction() as connection:
            if not is_replaying(connection, now):
                forget_sessions(connection, now)
            seal(connection, have.key, now)
        return tuple(problems)

    def read(self, source: str, log: AuditLog, now: datetime) -> list[str]:
        """Follow every new record of a source; one that fails is recorded, and stops no other."""
        have, unread, problems = self.have, Counter[str](), []
        rules = have.policy.of_source(source)
        try:
            for batch in collect(source, log, have.database, have.translators.all, now):
                unread.update(self.observe(batch, now))
        except ProviderError as error:
            with have.database.transaction() as connection:
                record_source_outage(connection, source, error, rules.owner, now)
                record_set_aside(connection, source, rules.owner, now)
            problems.append(f"{source}: {error}")
        else:
            with have.database.transaction() as connection:
                record_coverage(connection, source, now - log.delay, rules, now)
            problems += attest(have, source, log, now)
        if unread:
            problems.append(f"{source}: {_told(unread)}")
        return problems

    def observe(self, batch: Batch, now: datetime) -> Counter[str]:
        """Keep a batch; what of it cannot be read is recorded as a gap, and counted by file."""
        have, tally, unread = self.have, Tally(batch.source), Counter[str]()
        owner = have.policy.of_source(batch.source).owner
        said = [(raw, self._translated(raw)) for raw in batch.records]
        kept = self._to_keep(batch, said) if have.vault else []
        if have.vault and kept:
            # Before the evidence that names them, and outside its transaction: a vault may take its time.
            have.vault.records.keep(kept, now)
        with have.database.transaction() as connection:
            writes = (one for _, one in said if isinstance(one, ChangeEvent) and _is_wanted(one, batch))
            expect(connection, [one.key for one in writes])
            for raw, event in said:
                if isinstance(event, UnreadableRecord):
                    if is_history(batch.source):  # of which a newer replay tells, if asked
                        record_gap(connection, batch.source, event, now)
                    else:
                        record_unreadable(connection, batch.source, batch.delivery.version, event, owner, now)
                    tally.count_unreadable()
                    unread[event.source.file] += 1
                else:
                    self._follow(connection, tally, raw, event, now, span=batch.span)
            tally.keep(connection)
            batch.mark_read(connection)
        return unread

    def take(
        self, connection: Connection, tally: Tally, raw: RawRecord, now: datetime
    ) -> ChangeEvent | UnreadableRecord:
        """Follow one record by itself, unless nothing can be read from it; return what it says."""
        event = self._translated(raw)
        if not isinstance(event, UnreadableRecord):
            self._follow(connection, tally, raw, event, now, span=EVER)
        return event

    def _follow(
        self,
        connection: Connection,
        tally: Tally,
        raw: RawRecord | UnreadableRecord,
        event: ChangeEvent,
        now: datetime,
        *,
        span: TimeSpan,
    ) -> None:
        if isinstance(raw, RawRecord) and is_canary(connection, raw, event, now):
            tally.count(event, Fate.CANARY)
            return
        for late in gather_opened(connection, event, now):
            self._write(connection, tally.source, late, now)
        if not span.has(event.occurred_at):
            return  # whose session it opened counts all the same
        told = gather(connection, tally.source, event, now)
        fate = told if isinstance(told, Fate) else self._write(connection, tally.source, told, now)
        tally.count(event, fate)

    def canary(self, now: datetime) -> None:
        """Make the harmless writes of our own that are due, by which the watch is tried."""
        write_canaries(self.have, now)

    def alarm(self, alarm: Alarm, now: datetime) -> None:
        """Raise an alarm, which is told once, and stands until `end_alarm`: a job that died, for example."""
        with self.have.database.transaction() as connection:
            raise_alarm(connection, self.have.notifiers, alarm, now)

    def end_alarm(self, slug: str, subject: str, now: datetime) -> None:
        """End an alarm, if it stands; that is told too."""
        with self.have.database.transaction() as connection:
            end_alarm(connection, self.have.notifiers, slug, subject, now)

    def _to_keep(self, batch: Batch, said: Sequence[Said]) -> list[RawRecord]:
        """Return the records that evidence rests on; those of known history were kept when it was new."""
        kept = [
            (raw, event) for raw, event in said if isinstance(raw, RawRecord) and _is_wanted(event, batch)
        ]
        if not is_history(batch.source):
            return [raw for raw, _ in kept]
        keys = {raw: event.key for raw, event in kept if isinstance(event, ChangeEvent)}
        with self.have.database.reading() as connection:
            known = known_among(connection, keys.values())
        return [raw for raw, _ in kept if keys.get(raw) not in known]

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
        actor = more_known(actor, self.have.recall(event.key))
        write = merged.judged(event, actor, classify(event, actor, policy.channels))
        belongs = write.is_change or (event.occurred_at is not None and policy.decision.is_alarming(event))
        if merged.amends is None:
            fate = record_write(connection, source, write, now)
            if belongs:
                group(connection, write, is_history=is_history(source))
        else:
            fate = Fate.DUPLICATE if merged.amends.why is Amendment.COPIED else Fate.PART
            if record_amendment(connection, write, merged.amends, now):
                regroup(connection, write, belongs=belongs, is_history=is_history(source))
        note_sessions(connection, event, sessions, now)
        return fate

    def compare(self, seen: Survey, now: datetime) -> list[str]:
        """Hold what is declared against what is there, and tell which write made each difference so."""
        policy, rules = self.have.policy, self.have.policy.detection.as_of(now)
        comparison = detect(seen.held, seen.discovered, rules)
        with self.have.database.transaction() as connection:
            turned = record_baselines(connection, seen.declarations, now)
            for alarm in turned.went_back:
                raise_alarm(connection, self.have.notifiers, alarm, now)
            for subject in turned.caught_up:
                end_alarm(connection, self.have.notifiers, STATE_WENT_BACK, subject, now)
            record_declared(connection, seen, comparison, policy.attribution.naming, now)
            writes = writes_to(connection, [subject_of(one) for one in comparison.findings])
            explained = explain(comparison, writes, seen.by_place(), policy.attribution, now)
            told = suspect(explained, rules, writes)
            news = record_comparison(connection, seen, told, now, judged_since=now - JUDGED_AGAIN_FOR)
            record_sweep(connection, seen, told, news, now)
        return [f"{failure.name}: {failure.error}" for failure in seen.failures]

    def judge(self, seen: Survey, now: datetime) -> list[str]:
        """Judge each change that is new, is still open, or whose resource stands differently now."""
        with self.have.database.reading() as connection:
            sessions = [
                change_session_of(connection, session_id)
                for session_id in sessions_to_judge(connection, now - JUDGED_AGAIN_FOR)
            ]
        declared = seen.by_place() if sessions else {}
        return sorted({problem for one in sessions for problem in self._judge(one, declared, now)})

    def judge_history(self, sessions: Sequence[ChangeSession], now: datetime) -> list[str]:
        """Judge what was taken in long after it was made: many sessions in one transaction."""
        asked = [self._asked(session) for session in sessions]
        with self.have.database.transaction() as connection:
            for session, answers in zip(sessions, asked, strict=True):
                self._conclude(connection, session, answers, {}, now)
        return _unavailable(one for answers in asked for one in answers)

    def _judge(self, session: ChangeSession, declared: ByPlace, now: datetime) -> list[str]:
        asked = self._asked(session)
        # One transaction: a crash leaves both the evidence and its alert, or neither,
        # so an alert can always cite the entry it rests on.
        with self.have.database.transaction() as connection:
            self._conclude(connection, session, asked, declared, now)
        return _unavailable(asked)

    def _asked(self, session: ChangeSession) -> list[Consulted]:
        tickets, hosts = self.have.ticket_sources.values(), self.have.code_hosts.values()
        return [consult(change, tickets, hosts) for change in session.changes]

    def _conclude(
        self,
        connection: Connection,
        session: ChangeSession,
        asked: Sequence[Consulted],
        declared: ByPlace,
        now: datetime,
    ) -> None:
        policy, judged = self.have.policy, []
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
            outbox.queue(connection, self.have.notifiers, alert, now)


def _unavailable(asked: Iterable[Consulted]) -> list[str]:
    return [reason for consulted in asked for reason in consulted.unavailable]


def _is_wanted(event: ChangeEvent | UnreadableRecord, batch: Batch) -> bool:
    if isinstance(event, UnreadableRecord):
        return True
    return event.intended in CHANGING and batch.span.has(event.occurred_at)


def _told(unread: Counter[str]) -> str:
    first, others = next(iter(unread)), len(unread) - 1
    where = f"{first} and {others} more" if others else first
    return f"{unread.total()} unreadable, recorded as gaps (`drift classify` says what is wrong in {where})"
