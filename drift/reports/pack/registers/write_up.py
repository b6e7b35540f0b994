"""A write-up of a change as far as recorded facts go: what they do not tell is left to management.

No sentence concludes anything. Each rests on the entry about the change, on actions, or on a message sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Approved, DeclaredEmergency, Disowned, FollowUp, Reviewed, Waived
from drift.model.control_test import ControlTest, Result
from drift.model.evidence import DispositionRecord
from drift.model.verdict import Disposition
from drift.reports.acted import said_to_do
from drift.reports.pack.registers.facts import Facts
from drift.reports.wording import counted, duration, moment, with_system

PLACEHOLDER = "[to be filled in by management]"

FOR_MANAGEMENT = (
    "Root cause",
    "Impact, and how that was found",
    "Correction",
    "What keeps it from happening again",
    "Compensating control",
    "Response of management, with name and date",
)
"""What no log can tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteUp:
    """One change, told."""

    change_id: str
    ledger_seq: int
    what: str
    when: str
    who: str
    affected: str
    done: tuple[str, ...]
    """What people did about it since, in order."""
    still_open: tuple[str, ...]
    reasons: tuple[str, ...]
    """Why it stands as it does."""


def write_up(change: DispositionRecord, ledger_seq: int, facts: Facts) -> WriteUp:
    """Return the write-up of a change as it stood when the ledger was sealed."""
    return WriteUp(
        change_id=change.change_id,
        ledger_seq=ledger_seq,
        what=f"{change.summary}. It stands as {change.disposition}, of {change.severity} severity.",
        when=_when(change, facts.told_at.get(change.session_id)),
        who=_who(change),
        affected=_affected(change),
        done=tuple(_done(change, facts)),
        still_open=tuple(_open(change, facts)),
        reasons=(*change.reasons, *(one for one in change.tests if f": {Result.FAIL}" in one)),
    )


def _when(change: DispositionRecord, told_at: datetime | None) -> str:
    calls = counted(len(change.events), "record")
    told = f"somebody was told {_after(change, told_at)}" if told_at else "nobody was told by a message"
    return f"{moment(change.began_at)} to {moment(change.ended_at)} UTC, in {calls}; {told}."


def _after(change: DispositionRecord, told_at: datetime) -> str:
    return f"{duration(told_at - change.began_at)} after the first write, at {moment(told_at)} UTC"


def _who(change: DispositionRecord) -> str:
    corrected = f", corrected to {change.corrected_actor}" if change.corrected_actor else ""
    principal = f", as {change.principal}" if change.principal else ""
    how = f"{change.channel}, with {change.tool}"
    return f"{change.actor} ({change.actor_kind}){corrected}{principal}; {how}."


def _affected(change: DispositionRecord) -> str:
    name = f"{change.resource_type or 'resource'} {change.resource_id}"
    declared = f", declared as {change.address}" if change.address else ", which no code is known to declare"
    place = ", ".join(filter(None, (change.cloud, change.account, change.region)))
    return f"{name}{declared}; {place}; environment {change.environment or 'not named'}."


def _done(change: DispositionRecord, facts: Facts) -> Iterator[str]:
    if ticket := with_system(change):
        how = f" by {change.link_method}" if change.link_method else ""
        yield f"The ticket {ticket} was found{how}."
    if change.approver and change.approved_at:
        yield f"{change.approver} approved at {moment(change.approved_at)} UTC."
    for action in facts.actions.get(change.change_id, ()):
        yield f"{moment(action.at)} UTC: {action.by.name} {said_to_do(action.deed)}".rstrip(".") + "."


def _open(change: DispositionRecord, facts: Facts) -> Iterator[str]:
    deeds = [one.deed for one in facts.actions.get(change.change_id, ())]
    kinds = {type(deed) for deed in deeds}
    if change.disposition is Disposition.UNTICKETED and not change.ticket:
        yield "No ticket is linked."
    if change.approved_at is None and Approved not in kinds:
        yield "No approval is recorded, before or since."
    if DeclaredEmergency in kinds and Reviewed not in kinds:
        yield "The review after the emergency is not recorded."
    if Disowned in kinds:
        yield "Somebody said that it was not theirs; whether credentials were stolen is not recorded."
    for deed in deeds:
        if isinstance(deed, Reviewed) and deed.then is not FollowUp.NOTHING:
            yield f"The review asks for: {deed.then}, owner {deed.owner}."
        if isinstance(deed, Waived):
            yield f"The waiver ends at {moment(deed.expires_at)} UTC, owner {deed.owner}."
    if change.t8 is Result.FAIL:
        yield f"Test {ControlTest.CONVERGED}: the live configuration is not as declared."
