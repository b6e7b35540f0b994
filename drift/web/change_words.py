"""What a page says of a change in sentences: what it is, how it stands, and what it needs now."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.missing import Missing
from drift.model.verdict import Channel, Disposition, Tool
from drift.reports.change_lines import coverage_line, coverage_reasons
from drift.reports.wording import moment

STANDS: Final = {
    Disposition.AUTHORISED: "It was allowed before it was made.",
    Disposition.EMERGENCY: "It was an emergency: it is reviewed afterwards.",
    Disposition.RETROACTIVE: "Its ticket or its approval came after it was made: it stays a deviation.",
    Disposition.UNTICKETED: "Nothing that was approved covers it.",
    Disposition.WAIVED: "It is accepted as it is for a while.",
    Disposition.PENDING: "Nothing is known to cover it yet.",
    Disposition.EXPLAINED: "Nobody has to answer for it.",
    Disposition.BEFORE_ENROLMENT: "It was made before this account was watched.",
}
"""How a change stands."""

NOT_JUDGED: Final = "It is not judged yet: that is done within moments."


def way_of(change: Change) -> str:
    """Say through which channel it was made, as one says it."""
    found = change.last.classification
    tool = "an unknown program" if found.tool is Tool.UNKNOWN else found.tool.value
    match change.channel:
        case Channel.CONSOLE:
            return "by hand in the console" if found.tool is Tool.CONSOLE else f"by hand in the {tool}"
        case Channel.MANUAL:
            return f"by hand with {tool}"
        case Channel.PIPELINE:
            return f"by the pipeline {found.pipeline}" if found.pipeline else f"by a pipeline with {tool}"
        case Channel.AUTOMATION:
            return f"by a machine with {tool}"
        case Channel.SERVICE:
            return "by the cloud itself"
        case Channel.UNKNOWN:
            return f"with {tool}, through a channel that is not known"
        case _:
            assert_never(change.channel)


def needs_of(change: Change, missing: tuple[Missing, ...], due_at: datetime, now: datetime) -> Iterator[str]:
    """Say what somebody still has to bring, one sentence each."""
    when = f"by {moment(due_at)}" if now < due_at else f"which was due {moment(due_at)}"
    for one in missing:
        match one:
            case Missing.TICKET:
                yield f"A ticket that names {change.resource.short_id}, {when}."
            case Missing.APPROVAL:
                yield "An approval by somebody who did not make it."
            case Missing.ANSWER:
                yield "An answer of the ticket system, which could not be asked: it is judged again."
            case Missing.REVIEW:
                yield "A review by an approver, since it was an emergency."
            case Missing.CODE:
                yield "The code must say what is there, or what is there must be reverted."
            case _:
                assert_never(one)


def covered_by(judgement: Judgement) -> Iterator[str]:
    """Say what covers it, who approved that, and why it counts."""
    match = judgement.match
    yield coverage_line(judgement)
    if match.approver:
        at = f", {moment(match.approved_at)}" if match.approved_at else ""
        yield f"approved by {match.approver}{at}"
    yield from coverage_reasons(judgement)
