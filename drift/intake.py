"""Takes the records of one source into one transaction: what each means for the writes that are known."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.callers import Callers
from drift.equipment import Equipment
from drift.model.change import Amendment, Write
from drift.model.event import CHANGING, ChangeEvent, Fate, RawRecord, UnreadableRecord
from drift.model.history import is_history
from drift.stages.attribute import MAX_CHAIN, sessions_behind
from drift.stages.canary import is_canary
from drift.stages.classify import classify_call, refine
from drift.stages.group import group_all, regroup
from drift.stages.merge import Merged, more_known, still_known
from drift.stages.merge.gather import gather, gather_opened
from drift.stages.record import record_amendment, record_sign_in, record_write
from drift.store.sessions import expect_openings, note_sessions, openings_behind
from drift.store.writes import expect


class Intake:
    """Takes records in, in their order. Each caller is judged once; `finish` says that no more come."""

    def __init__(self, have: Equipment, connection: Connection, source: str, now: datetime) -> None:
        self._have = have
        self._connection = connection
        self._source = source
        self._now = now
        self._is_history = is_history(source)
        self._callers = Callers(have.policy.identities, have.policy.channels)
        self._ungrouped: list[Write] = []

    def expect(self, events: Sequence[ChangeEvent]) -> None:
        """Find out at once what is known of events that will be taken in."""
        writes = [one for one in events if one.intended in CHANGING]
        expect(self._connection, [one.key for one in writes])
        expect_openings(self._connection, writes, [one.opens for one in events if one.opens], MAX_CHAIN)

    def open(self, event: ChangeEvent) -> None:
        """Remember the session that a record opens; what was told of its calls before is judged again."""
        for late in gather_opened(self._connection, event, self._now):
            self.write(late)

    def follow(self, raw: RawRecord | UnreadableRecord, event: ChangeEvent) -> Fate:
        """Record what a record tells; return what became of it."""
        if isinstance(raw, RawRecord) and is_canary(self._connection, raw, event, self._now):
            return Fate.CANARY
        told = gather(self._connection, self._source, event, self._now)
        if told is Fate.AUTH:
            self._sign_in(event)
        return told if isinstance(told, Fate) else self.write(told)

    def write(self, merged: Merged) -> Fate:
        """Record a call that changes something: who made it, how, and to which change it belongs."""
        connection, policy, event = self._connection, self._have.policy, merged.event
        if not merged.is_as_told:  # what is recorded is described, and its secrets are cut out
            event = self._have.translators.describe(event)
        sessions = openings_behind(connection, event, MAX_CHAIN)
        caller = self._callers.find(event.call, sessions_behind(event.call, event.occurred_at, sessions))
        actor = more_known(still_known(caller.actor, merged), self._have.recall(event.key))
        common = caller.common if actor is caller.actor else classify_call(event.call, actor, policy.channels)
        write = merged.judged(event, actor, refine(common, event, actor, policy.channels))
        belongs = write.is_change or (event.occurred_at is not None and policy.decision.is_alarming(event))
        note_sessions(connection, event, sessions, self._now)
        if merged.amends is None:
            if belongs:
                self._ungrouped.append(write)
            return record_write(connection, self._source, write, self._now)
        self.finish()  # it may be one of these that is amended
        if record_amendment(connection, write, merged.amends, self._now):
            regroup(connection, write, belongs=belongs, is_history=self._is_history)
        return Fate.DUPLICATE if merged.amends.why is Amendment.COPIED else Fate.PART

    def _sign_in(self, event: ChangeEvent) -> None:
        """Record who signed in to a console, if the record tells of that."""
        said = self._have.translators.sign_in_of(event)
        if said is not None:
            sessions = openings_behind(self._connection, event, MAX_CHAIN)
            behind = sessions_behind(event.call, event.occurred_at, sessions)
            actor = self._callers.find(event.call, behind).actor
            record_sign_in(self._connection, self._source, event, actor, said, self._now)

    def finish(self) -> None:
        """Add what was written to its changes."""
        group_all(self._connection, self._ungrouped, is_history=self._is_history)
        self._ungrouped.clear()
