"""Puts a month into words: each emergency with why it was one and what the code says now, and the sample."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from drift.model.action import FollowUp
from drift.model.audience import Audience
from drift.model.control_test import Result
from drift.model.evidence import Checkpoint
from drift.reports.emergency import EmergencyRow, Register
from drift.reports.figures import percent
from drift.reports.monthly.layout import LookBack, MonthPage
from drift.reports.monthly.sample import sample_lines
from drift.reports.read_checks import ReadSample
from drift.reports.weekly.audience import nameless
from drift.reports.weekly.health import ledger_line
from drift.reports.weekly.sentences import witness
from drift.reports.wording import counted, duration, moment


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthFacts:
    """What the page of a month rests on."""

    organisation: str
    register: Register
    sample: ReadSample | None
    """`None`: none was drawn of this month."""
    checkpoint: Checkpoint | None
    configuration_sha256: str
    tool_version: str
    links: str | None
    as_of: datetime
    covered: str | None = None
    """How much of the month was read, in percent, if that was not all of it."""

    @property
    def run_id(self) -> str:
        """Tell this page from any other."""
        sealed = self.checkpoint.root if self.checkpoint else ""
        of = (self.organisation, str(self.register.month), self.as_of.isoformat())
        made_of = "\n".join((*of, self.configuration_sha256, sealed))
        return f"mr-{sha256(made_of.encode()).hexdigest()[:12]}"


def month_page(facts: MonthFacts, audience: Audience) -> MonthPage:
    """Put a month into words for an audience; managers read neither names nor who had several."""
    register, month = facts.register, facts.register.month
    number = len(register.rows)
    still = sum(map(_is_open, register.rows))
    seen = "" if facts.covered is None else " seen"
    page = MonthPage(
        subject=f"[{counted(number, 'emergency', 'emergencies')}{seen}] Infra change control - {month}"
        f" - {facts.organisation}",
        title=f"Looking back at {month}, {facts.organisation}",
        period=f"{month}, emergencies as they stand at {moment(facts.as_of)}. Times are UTC.",
        verdict=_verdict(facts, still),
        needs_somebody=still > 0,
        is_covered=facts.covered is None,
        none_told=_none_told(facts),
        emergencies=tuple(_look_back(row, facts) for row in register.rows),
        emergencies_in_all=number,
        again=tuple(_again(register, audience)),
        sample=tuple(sample_lines(facts.sample, month, facts.as_of)),
        made_by=f"Report {facts.run_id}, {facts.tool_version}, rules {facts.configuration_sha256}",
        ledger=ledger_line(facts.checkpoint),
        witness=witness(facts.checkpoint),
        note=facts.checkpoint.note if facts.checkpoint else None,
    )
    return page if audience.names_people else nameless(page, frozenset(_names(facts)))


def _verdict(facts: MonthFacts, still: int) -> str:
    register = facts.register
    share = percent(register.production, register.changes)
    of = f"{register.production:,} of {counted(register.changes, 'production change')}"
    ratio = f"{of} made in an emergency" + (f" ({share} %)" if share else "")
    approved = f", {register.in_time:,} of {register.due:,} approved in time" if register.due else ""
    asks = (
        f"; {still:,} of {counted(len(register.rows), 'emergency', 'emergencies')} not complete"
        if still
        else ""
    )
    said = f"{ratio}{approved}{asks}."
    return said if facts.covered is None else f"Seen: {said} {facts.covered} % of the month is covered."


def _none_told(facts: MonthFacts) -> str:
    """Say that there was none; where not everything was read, that is not known."""
    if facts.covered is None:
        return "None began in this month."
    return f"None was seen in this month, of which {facts.covered} % is covered."


def _is_open(row: EmergencyRow) -> bool:
    return row.complete is not Result.PASS


def _look_back(row: EmergencyRow, facts: MonthFacts) -> LookBack:
    where = f", {row.environment}" if row.environment else ""
    return LookBack(
        title=f"{moment(row.began_at)}{where}: {row.resource}",
        ref=row.change_id,
        link=f"{facts.links}/changes/{row.change_id}" if facts.links else "",
        facts=(
            ("who", row.actor),
            ("why it was one", _qualified(row)),
            ("approved", _approved(row)),
            ("could it be code", _code(row)),
            ("complete", f"{(row.complete or 'not judged').replace('_', ' ')}: {row.reason}"),
        ),
        is_open=_is_open(row),
    )


def _qualified(row: EmergencyRow) -> str:
    access = "emergency access was used" if row.is_break_glass else "it was declared one"
    incident = f", {row.incident}" if row.incident else ""
    return f"{access}{incident}: {row.justification or 'nobody has said why'}"


def _approved(row: EmergencyRow) -> str:
    if row.approved_at is None or row.approval_took is None:
        return "never" if row.approved_in_time is False else "not yet"
    late = "" if row.approved_in_time else ", too late"
    return f"by {row.approver}, {duration(row.approval_took)} after the first write{late}"


def _code(row: EmergencyRow) -> str:
    """Say what the review asked for: whoever reviewed it knows whether the code could have made it."""
    match row.follow_up:
        case None:
            return "nobody has said: the review is missing"
        case FollowUp.NOTHING:
            return "the review asks for nothing"
        case FollowUp.REVERT:
            what = "no, it is to be reverted"
        case _:
            what = "yes, it is to be put into code"
    if row.follow_up_due_at is None:
        return f"{what}; done"
    return f"{what}, by {row.follow_up_owner}, due {moment(row.follow_up_due_at)}"


def _again(register: Register, audience: Audience) -> Iterator[str]:
    if audience.names_people:
        for name, number in register.actors:
            yield f"{name}: {counted(number, 'emergency', 'emergencies')}"
    for name, number in register.resources:
        yield f"{name}: {counted(number, 'emergency', 'emergencies')}"


def _names(facts: MonthFacts) -> Iterator[str]:
    for row in facts.register.rows:
        yield row.actor.partition(" (")[0]
        yield from filter(None, (row.approver, row.follow_up_owner))
    if facts.sample is not None:
        yield from filter(None, (facts.sample.sample.reader,))
        yield from (one.by.name for one in facts.sample.reads.values())
