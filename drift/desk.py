"""Where people say what they do about a change: Slack's buttons, the command line and the pages call it.

1. What lies elsewhere is asked for first, a ticket for example, so that no transaction waits for it.
2. One transaction: may they; the evidence entry; the change to be judged again; the alarm, if there is one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.errors import ProviderError, RefusedError, only_provider_errors
from drift.model.action import Acknowledged, Disowned, Doer, LinkedTicket, Request, Waived
from drift.model.alarm import COMPROMISE, Alarm
from drift.model.approval import ActionRules
from drift.model.person import People
from drift.model.ticket import Ticket
from drift.model.verdict import Severity
from drift.ports import TicketSource
from drift.redacted import redact_deed, redact_ticket
from drift.stages.act import Acted, act
from drift.stages.alarm import end_alarm, raise_alarm
from drift.stages.record import record_acknowledgement
from drift.stages.remind import judge_again
from drift.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Takes in what people do. Safe to use while the daemon runs: writers take turns at the database."""

    database: Database
    rules: ActionRules
    people: People
    projects: frozenset[str]
    """Whose tickets count; none: those of every project."""
    notifiers: tuple[str, ...]
    """Who is told of an alarm."""
    ticket_sources: Mapping[str, TicketSource]

    @classmethod
    def of(cls, have: Equipment) -> "Desk":
        """Return the desk of the running program."""
        return cls(
            database=have.database,
            rules=have.policy.actions,
            people=have.policy.correlation.people,
            projects=have.policy.correlation.projects,
            notifiers=tuple(have.notifiers),
            ticket_sources=have.ticket_sources,
        )

    def ticket(self, key: str) -> Ticket:
        """Return the ticket with this key, whichever system has it.

        Raises:
            RefusedError: No system knows it, and all were asked.
            ProviderError: No system that could be asked knows it.
        """
        failed: ProviderError | None = None
        for source in self.ticket_sources.values():
            try:
                with only_provider_errors("asking for the ticket"):
                    found = [one for one in source.find({key}, ()) if one.is_called(key)]
            except ProviderError as error:
                failed = failed or error
            else:
                if found:
                    return found[0]
        if failed:
            raise failed
        if not self.ticket_sources:
            raise RefusedError("no ticket system is configured", hint="add [[tickets]] to config.toml")
        raise RefusedError(f"there is no ticket {key}", hint="check its key, and that drift may read it")

    def link(self, change_id: str, ticket_key: str, by: Doer, *, key: str, now: datetime) -> Acted:
        """Link a ticket to a change, with the ticket as it is now.

        Raises:
            RefusedError: There is no such change or ticket, or it cannot count.
            ProviderError: The ticket's system could not be asked.
        """
        ticket = redact_ticket(self.ticket(ticket_key))
        deed = LinkedTicket(ticket=ticket, sha256=ticket.sha256)
        return self.take(Request(key=key, ref=change_id, by=by, deed=deed), now)

    def take(self, request: Request, now: datetime) -> Acted:
        """Take in what somebody does; a repeated click changes nothing.

        Raises:
            RefusedError: They may not; the message says why, and what is possible instead.
            StoreError: It could not be kept: nothing of it was.
        """
        request = structs.replace(request, deed=redact_deed(request.deed))
        with self.database.transaction() as connection:
            done = act(connection, request, self.rules, self.people, self.projects, now)
            if done.is_new:
                self._follow(connection, done, now)
        return done

    def _follow(self, connection: Connection, done: Acted, now: datetime) -> None:
        """Do what follows from an action beside the judgement."""
        subject, deed, by = done.subject, done.action.deed, done.action.by
        if isinstance(deed, Disowned):
            raise_alarm(connection, self.notifiers, _compromise(subject.ref, by.name, now), now)
        if isinstance(deed, Waived) and subject.finding:
            judge_again(connection, subject.finding, now)
        if isinstance(deed, Acknowledged) and subject.finding:
            record_acknowledgement(connection, subject.finding, by.name, deed.reason, now)
        if isinstance(deed, Acknowledged) and self._is_approver(by.name, subject.makers):
            end_alarm(connection, self.notifiers, COMPROMISE, subject.ref, now)

    def _is_approver(self, name: str, makers: Iterable[str]) -> bool:
        """Tell whether somebody may end an alarm: whoever stole the credentials must not."""
        person = self.people.person(name)
        return person not in set(makers) and person in {
            self.people.person(one) for one in self.rules.approvers
        }


def _compromise(change_id: str, name: str, now: datetime) -> Alarm:
    return Alarm(
        slug=COMPROMISE,
        subject=change_id,
        text=f"{name} says that the change {change_id} was not theirs: the credentials may be stolen",
        hint=f"Revoke the sessions and keys of {name}, then look into the change: drift show {change_id}. "
        "An approver ends this with drift acknowledge.",
        severity=Severity.CRITICAL,
        since=now,
    )
