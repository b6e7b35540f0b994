"""The sentences of the weekly report."""

from datetime import timedelta

from drift.model.evidence import Checkpoint
from drift.reports.weekly import Missing, Seen, WeeklyReport
from drift.reports.wording import counted, moment

DEFINITIONS = (
    "Manual: made by a person in a console, with a command line or with Terraform from a laptop, "
    "or by somebody unknown. "
    "Unticketed: nobody else approved it in time. "
    "Emergencies: declared ones and uses of emergency access, of all changes in production. "
    "Changes that the cloud made by itself are not counted."
)


def subject(report: WeeklyReport) -> str:
    """Return the subject line: how many need somebody, of which week and whose."""
    number = len(report.actions)
    if number:
        mark = f"{number} {'needs' if number == 1 else 'need'} you"
    else:
        mark = "0 need you" if report.seen.is_everything else "not all seen"
    return f"[{mark}] Infra change control - wk {report.week.number} - {report.organisation}"


def verdict(report: WeeklyReport) -> str:
    """Return the first sentence: does anything need somebody, and what?"""
    if not report.actions:
        if not report.seen.is_everything:
            return "Nothing that was seen needs you, but not everything was seen."
        return f"Nothing needs you: {counted(report.changes, 'change')}, none waits for anybody."
    kinds = [one.missing[0] for one in report.actions]
    parts = (f"{kinds.count(kind)} {phrase}" for kind, phrase in _NEEDS.items() if kind in kinds)
    number = len(report.actions)
    return f"{number} {'needs' if number == 1 else 'need'} you: {', '.join(parts)}."


_NEEDS = {
    Missing.TICKET: "without a ticket",
    Missing.APPROVAL: "without an approval",
    Missing.REVIEW: "to be reviewed after an emergency",
    Missing.ANSWER: "for which the ticket system gave no answer",
    Missing.CODE: "to be put into code or reverted",
}


def coverage(seen: Seen) -> str:
    """Say what the numbers rest on, and what was not seen."""
    return f"{_read(seen)} {_compared(seen)}"


def _read(seen: Seen) -> str:
    if not seen.sources:
        return "No audit log is configured: no change can be seen."
    names = ", ".join(source.name for source in seen.sources)
    gaps = [
        *([f"{counted(seen.unreadable, 'record')} unreadable"] if seen.unreadable else []),
        *([counted(seen.outages, "outage")] if seen.outages else []),
        *(f"{source.name} delivered nothing" for source in seen.sources if not source.records),
        *(f"{source.name} cannot be read now" for source in seen.sources if source.outage is not None),
    ]
    found = ", ".join(gaps) or "none unreadable, no gap"
    return f"{counted(seen.records, 'record')} read from {names}: {found}."


def _compared(seen: Seen) -> str:
    if not seen.declared:
        return "No declared resource was compared: no drift can be seen."
    return f"{seen.compared:,} of {counted(seen.declared, 'declared resource')} compared within a day."


def period(report: WeeklyReport) -> str:
    """Say which week it is, and how far it goes."""
    week = report.week
    last_day = week.until - timedelta(days=1)
    so_far = f", so far: until {moment(report.as_of)}" if report.as_of < week.until else ""
    first = " Nothing was read of the week before." if report.manual_writes.before is None else ""
    return f"Week {week}, {week.since:%Y-%m-%d} to {last_day:%Y-%m-%d}{so_far}. Times are UTC.{first}"


def witness(checkpoint: Checkpoint | None) -> str:
    """Say what the checkpoint is good for."""
    if checkpoint is None:
        return "The ledger was never sealed; drift run --once does it."
    return (
        "Keep this: it is a witness. A ledger that has another root at "
        f"{counted(checkpoint.size, 'entry', 'entries')} is another ledger. "
        "To check it: drift evidence export --out PACK, then drift evidence verify PACK."
    )
