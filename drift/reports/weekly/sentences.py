"""The sentences of the weekly report."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from drift.model.evidence import Checkpoint
from drift.model.missing import Missing
from drift.reports.figures import percent
from drift.reports.week import Week
from drift.reports.weekly.report import Accepted, Action, Seen, WeeklyReport
from drift.reports.wording import counted, moment

MOST_BROKEN = 3

DEFINITIONS = (
    "Manual: made by a person in a console, with a command line or with Terraform from a laptop, "
    "or by somebody unknown. "
    "Unticketed: nobody else approved it in time. "
    "Emergencies: declared ones and uses of emergency access, of all changes in production. "
    "Changes that the cloud made by itself are not counted. "
    "CC8.1 fails where one of the tests t1 to t7 of a change does, CC7.1 where t8 does. "
    "A source that was read to its end told all that had been delivered to it."
)


def definitions(seen: Seen) -> str:
    """Say what the words mean, and whether it would be noticed if something had never been delivered."""
    held = [f"{counted(files, 'file')} of {source}" for source, files in seen.verified]
    if not held:
        return (
            f"{DEFINITIONS} No cloud vouched for its log this week: an account that fell silent is noticed, "
            "a single file that was never delivered is not."
        )
    fit = "all of them fit" if not seen.broken else "not all of it fits"
    return (
        f"{DEFINITIONS} {' and '.join(held)} were held against what the cloud signed, and {fit}: there, "
        "a file that is missing is noticed. Elsewhere a single file that was never delivered is not."
    )


def subject(report: WeeklyReport) -> str:
    """Return the subject line: how many need somebody, of which week and whose."""
    number, alarms = len(report.actions), report.seen.alarms_standing
    marks = [
        *([] if report.seen.is_everything else ["not all seen"]),
        *([counted(alarms, "alarm")] if alarms else []),
    ]
    if number or not marks:
        marks = [f"{number} {'needs' if number == 1 else 'need'} you", *marks]
    team = f" - {report.team}" if report.team else ""
    return f"[{', '.join(marks)}] Infra change control - {_span(report, 'wk')} - {report.organisation}{team}"


def title(report: WeeklyReport) -> str:
    """Return the headline: what it is of, and whose."""
    team = f", team {report.team}" if report.team else ""
    return f"Infra change control, {_span(report, 'week')}, {report.organisation}{team}"


def _span(report: WeeklyReport, word: str) -> str:
    return f"{word} {report.week.number}" if isinstance(report.week, Week) else str(report.week)


def verdict(report: WeeklyReport) -> str:
    """Return the first sentence: does anything need somebody, and what?"""
    return _of_changes(report) + _of_the_watch(report.seen)


def _of_changes(report: WeeklyReport) -> str:
    if not report.actions:
        if not report.seen.is_everything:
            return "Nothing that was seen needs you, but not everything was seen."
        if report.seen.alarms_standing:
            return f"No change needs you: {counted(report.changes, 'change')}, none waits for anybody."
        return f"Nothing needs you: {counted(report.changes, 'change')}, none waits for anybody."
    needs = Counter(_need(one) for one in report.actions)
    parts = (f"{needs[phrase]} {phrase}" for phrase in (*_NEEDS.values(), *_WAITS.values()) if needs[phrase])
    number = len(report.actions)
    return f"{number} {'needs' if number == 1 else 'need'} you: {', '.join(parts)}."


def _of_the_watch(seen: Seen) -> str:
    number = seen.alarms_standing
    if not number:
        return ""
    return f" {counted(number, 'alarm')} about the watch itself {'stands' if number == 1 else 'stand'}."


_NEEDS = {
    Missing.TICKET: "without a ticket",
    Missing.APPROVAL: "without an approval",
    Missing.REVIEW: "to be reviewed after an emergency",
    Missing.ANSWER: "for which the ticket system gave no answer",
    Missing.CODE: "to be put into code or reverted",
}

_WAITS = {Missing.TICKET: "waiting for a ticket", Missing.APPROVAL: "waiting for an approval"}
"""Of what is asked for, while there is still time."""


def _need(action: Action) -> str:
    kind = action.missing[0]
    return _WAITS.get(kind, _NEEDS[kind]) if action.is_pending else _NEEDS[kind]


def coverage(seen: Seen) -> str:
    """Say what the numbers rest on, and what was not seen."""
    return f"{_read(seen)} {_compared(seen)}{_covered(seen)}"


def _covered(seen: Seen) -> str:
    watch = seen.watch
    if not seen.sources or watch.is_complete:
        return ""
    return f" {percent(watch.covered, watch.of) or '0.0'} % of the time covered by every source."


def _read(seen: Seen) -> str:
    if not seen.sources:
        return "No audit log is configured: no change can be seen."
    names = ", ".join(source.name for source in seen.sources)
    gaps = [
        f"{seen.unreadable:,} of them unreadable" if seen.unreadable else "none unreadable",
        *([f"{counted(seen.excluded, 'write')} left out by the policy"] if seen.excluded else []),
        *([counted(seen.outages, "outage")] if seen.outages else []),
        *([f"{counted(len(seen.broken), 'span')} not as the cloud signed"] if seen.broken else []),
        *(f"{source.name} delivered nothing" for source in seen.sources if not source.records),
        *(f"{source.name} cannot be read now" for source in seen.sources if source.outage is not None),
        *(f"{source.name} waits for the vault" for source in seen.sources if source.held_up is not None),
    ]
    return f"{counted(seen.records, 'record')} read from {names}, {', '.join(gaps)}."


def unseen(seen: Seen) -> Iterator[str]:
    """Say what was not seen or is not controlled, each with the next step."""
    unread = [source for source in seen.sources if source.outage is not None]
    for source in unread:
        yield f"{source.name} cannot be read: {source.outage}; drift check says what is missing"
    for source in seen.sources:
        if source.held_up is not None:
            yield f"{source.name} is read no further: {source.held_up}; drift check tries the vault"
    if seen.outages and not unread:
        outages = counted(seen.outages, "outage")
        yield f"{outages} this week; drift check tells whether everything can be read again"
    yield from (f"Not what the cloud signed: {one}" for one in seen.broken[:MOST_BROKEN])
    for one in seen.unread:
        record = "" if one.index is None else f" record {one.index}"
        yield f"Unreadable: {one.file}{record}: {one.error}"
    yield from map(_accepted, seen.accepted)
    if more := seen.unreadable - len(seen.unread):
        yield f"Unreadable: {more:,} more; drift classify FILE shows all of a file"
    if bad := seen.badly_controlled:
        others = f", and {len(bad) - 1:,} more: drift status lists them" if len(bad) > 1 else ""
        yield f"Pipelines: {bad[0]}{others}"


def _accepted(one: Accepted) -> str:
    place = f", {one.place}" if one.place else ""
    begins = f", from {moment(one.from_at)}" if one.from_at else ""
    ends = f" to {moment(one.to_at)}" if one.to_at else ""
    return f"Not seen for good: {one.source}{place}{begins}{ends}; accepted by {one.by}: {one.reason}"


def _compared(seen: Seen) -> str:
    if not seen.declared:
        return "No declared resource was compared: no drift can be seen."
    return f"{seen.compared:,} of {counted(seen.declared, 'declared resource')} compared within a day."


def period(report: WeeklyReport) -> str:
    """Say which week it is, and how far it goes."""
    week = report.week
    last_day = week.until - timedelta(days=1)
    so_far = f", so far: until {moment(report.as_of)}" if report.as_of < week.until else ""
    if not isinstance(week, Week):
        first = " Nothing was read of the time before." if report.manual_writes.before is None else ""
        return f"{week}{so_far}. Times are UTC.{first}"
    first = " Nothing was read of the week before." if report.manual_writes.before is None else ""
    return f"Week {week}, {week.since:%Y-%m-%d} to {last_day:%Y-%m-%d}{so_far}. Times are UTC.{first}"


def witness(checkpoint: Checkpoint | None) -> str:
    """Say what the checkpoint is good for."""
    if checkpoint is None:
        return "The ledger was never sealed; drift run --once does it."
    return (
        "Keep this: it is a witness. A ledger that has another root at "
        f"{counted(checkpoint.size, 'entry', 'entries')} is another ledger. "
        "To check any later pack, keep this as FILE: drift evidence verify PACK --trusted-checkpoint FILE."
    )
