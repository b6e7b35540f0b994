"""What somebody did about a change or finding, as its time line tells it."""

from typing import assert_never

from drift.model.action import (
    Acknowledged,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Deed,
    Disowned,
    LinkedTicket,
    Reviewed,
    Waived,
)
from drift.model.evidence import ActionRecord
from drift.reports.entries import Entry
from drift.reports.moment import Moment
from drift.reports.wording import moment


def acted(entry: Entry) -> Moment:
    """Return what an `action` entry tells."""
    record = entry.read_as(ActionRecord)
    if record is None:
        what = "somebody acted; the record was erased"
        return Moment(at=entry.recorded_at, what=what, ledger_seq=entry.seq)
    by = record.by
    how = f"through {by.origin}" + (f" as {by.account}" if by.account else "")
    claim = ", self-asserted" if by.is_self_asserted else ""
    return Moment(
        at=record.at,
        what=f"{by.name} {said_to_do(record.deed)}",
        detail=f"{how}{claim}",
        ledger_seq=entry.seq,
    )


def said_to_do(deed: Deed) -> str:
    """Say what somebody did, after their name."""
    match deed:
        case LinkedTicket():
            return f"linked {deed.ticket.key} ({deed.ticket.status}): {deed.ticket.title}"
        case DeclaredEmergency():
            incident = f" ({deed.incident})" if deed.incident else ""
            return f"declared an emergency{incident}: {deed.justification}"
        case Approved():
            return "approved it after it was made" + _comment(deed.comment)
        case Waived():
            return f"waived it until {moment(deed.expires_at)}, owner {deed.owner}: {deed.reason}"
        case Acknowledged():
            return f"acknowledged it: {deed.reason}"
        case CorrectedActor():
            return f"corrected who made it to {deed.actor}: {deed.reason}"
        case Disowned():
            return "said that it was not theirs" + _comment(deed.comment)
        case Reviewed():
            owner = f", owner {deed.owner}" if deed.owner else ""
            due = f", due {moment(deed.due_at)}" if deed.due_at else ""
            return f"reviewed it, {deed.then}{owner}{due}: {deed.notes}"
        case _:
            assert_never(deed)


def _comment(text: str | None) -> str:
    return f": {text}" if text else ""
