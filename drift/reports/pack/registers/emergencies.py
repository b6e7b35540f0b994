"""The register of emergencies: why each was one, who approved it how late, and what has to become of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from drift.model.action import FollowUp
from drift.model.control_test import ControlTest, Result
from drift.model.evidence import DispositionRecord
from drift.model.verdict import Disposition, Lane
from drift.reports.figures import percent, quantile, ratio, seconds
from drift.reports.month import Month, month_at
from drift.reports.pack.listing import IS_PRODUCTION_BY, Document, Fields, Listing
from drift.reports.pack.registers.emergency_answers import ASSESSED, Answers, answers_of, is_emergency
from drift.reports.pack.registers.facts import Facts, joined_by
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Yielded
from drift.reports.pack.registers.write_up import write_up
from drift.reports.pack.registers.write_up_page import MOST_PAGES, write_up_page
from drift.reports.pack.view import Recorded

FOLDER = "04_emergency"

COLUMNS = (
    *("change_id", "month", "began_at", "ended_at", "account", "environment", "is_production"),
    *("resource_type", "resource_id", "address", "summary", "actor", "corrected_actor", "channel"),
    *("qualified_by", "incident", "ticket", "justification", "declared_by", "declared_at"),
    *("approver", "approved_at", "approval_took_s", "reviewed_by", "reviewed_at", "review"),
    *("follow_up", "follow_up_owner", "follow_up_due_at", "could_be_code"),
    *("actor_again", "resource_again", "complete", "why", "disposition"),
    *PLACE,
)
RATIO_COLUMNS = (
    *("month", "emergencies", "production_changes", "ratio", "percent"),
    *("complete", "incomplete", "not_due", "not_asked", "approval_p50_s", "approval_p95_s"),
)

Found = Recorded[DispositionRecord]


def emergencies(facts: Facts) -> Iterator[Yielded]:
    """Yield the register, and how often there were emergencies in each month."""
    found, production = list[Found](), Counter[Month]()
    for one in facts.answered():
        production[month_at(one.body.began_at)] += facts.is_production(one.body)
        if is_emergency(one.body, facts):
            found.append(one)
    months = _months(facts, production)
    yield Register(
        listing=Listing(
            path=f"{FOLDER}/register",
            title="Emergencies",
            lists="Each change of 02_population/changes in the emergency lane, with the disposition"
            " `emergency`, or that somebody declared one, by its beginning, with what `action` entries say"
            " of it. What nobody has to answer for is left out.",
            columns=COLUMNS,
            rows=_rows(facts, found),
            totals=("account", "environment", "disposition"),
            dated_by="began_at",
            limits=(
                "`incident` is what the declaration names, or the incident ticket that made it an emergency.",
                "`could_be_code` tells whether code declares the resource or the review asks for code.",
                "`complete` is what test t7 found with the deadlines of the policy, and `why` its reason.",
                IS_PRODUCTION_BY,
                joined_by(facts),
            ),
        ),
        witness=facts.covered.witness,
    )
    yield Register(
        listing=Listing(
            path=f"{FOLDER}/ratio",
            title="Emergencies by month",
            lists="Each month of the period in UTC: the emergencies in production, of all production"
            " changes that somebody has to answer for. Counted are changes, not API calls.",
            columns=RATIO_COLUMNS,
            rows=[_month(facts, month, found, production[month]) for month in months],
            limits=(IS_PRODUCTION_BY,),
        ),
        witness=facts.covered.witness,
    )
    for month in months:
        mine = [one for one in found if month_at(one.body.began_at) == month]
        yield Document(
            path=f"{FOLDER}/retrospectives/{month}.html",
            content=write_up_page(
                f"Emergencies of {month}",
                f"{len(mine)} began in this month{_cut(len(mine))}. For each: did it qualify, could it have"
                " been code, and who or what comes back? The register beside it says what is recorded of"
                " that.",
                [write_up(one.body, one.entry.seq, facts) for one in mine[:MOST_PAGES]],
            ),
        )


def _months(facts: Facts, production: Mapping[Month, int]) -> list[Month]:
    """Return the months of the period; of one without a beginning, those before the first coverage too."""
    return sorted({*facts.months, *production})


def _cut(emergencies: int) -> str:
    return f"; the first {MOST_PAGES} stand here" if emergencies > MOST_PAGES else ""


def _rows(facts: Facts, found: Sequence[Found]) -> Iterator[Fields]:
    people = facts.view.request.people
    actors = Counter(people.person(_actor(one.body)) for one in found)
    resources = Counter(_resource(one.body) for one in found)
    for one in found:
        change, answers = one.body, answers_of(one.body, facts)
        yield {
            **_change(change, facts),
            **_answered(change, answers),
            "could_be_code": _could_be_code(change, answers),
            "actor_again": actors[people.person(_actor(change))],
            "resource_again": resources[_resource(change)],
            "complete": change.t7,
            "why": _why(change),
            "disposition": change.disposition,
            **place_of(one.entry),
        }


def _change(change: DispositionRecord, facts: Facts) -> Fields:
    return {
        "change_id": change.change_id,
        "month": str(month_at(change.began_at)),
        "began_at": time(change.began_at),
        "ended_at": time(change.ended_at),
        "account": change.account,
        "environment": change.environment,
        "is_production": facts.is_production(change),
        "resource_type": change.resource_type,
        "resource_id": change.resource_id,
        "address": change.address,
        "summary": change.summary,
        "actor": change.actor,
        "corrected_actor": change.corrected_actor,
        "channel": change.channel,
    }


def _answered(change: DispositionRecord, answers: Answers) -> Fields:
    action, declared = answers.declared or (None, None)
    reviewed, review = answers.reviewed or (None, None)
    took = answers.approved_at - change.began_at if answers.approved_at else None
    return {
        "qualified_by": _qualified_by(change, answers),
        "incident": declared.incident if declared else _incident_ticket(change),
        "ticket": change.ticket,
        "justification": declared.justification if declared else None,
        "declared_by": action.by.name if action else None,
        "declared_at": time(action.at) if action else None,
        "approver": answers.approver,
        "approved_at": time(answers.approved_at),
        "approval_took_s": seconds(took),
        "reviewed_by": reviewed.by.name if reviewed else None,
        "reviewed_at": time(reviewed.at) if reviewed else None,
        "review": review.notes if review else None,
        "follow_up": review.then if review else None,
        "follow_up_owner": review.owner if review else None,
        "follow_up_due_at": time(review.due_at) if review else None,
    }


def _incident_ticket(change: DispositionRecord) -> str | None:
    """Return the ticket that made it an emergency; of another emergency it is any ticket."""
    return change.ticket if change.disposition is Disposition.EMERGENCY else None


def _qualified_by(change: DispositionRecord, answers: Answers) -> list[str]:
    """Say each thing that makes it an emergency."""
    said = list[str]()
    if change.lane is Lane.EMERGENCY:
        said.append("emergency access was used")
    if answers.declared:
        said.append("somebody declared it one")
    if not answers.declared and change.disposition is Disposition.EMERGENCY:
        said.append("an incident ticket was open before it")
    return said or ["test t7 took it for one"]


def _could_be_code(change: DispositionRecord, answers: Answers) -> str:
    review = answers.reviewed[1] if answers.reviewed else None
    if review and review.then is FollowUp.NEEDS_CODIFY:
        return "yes: the review asks for it"
    if change.address:
        return "yes: code declares the resource"
    return "not shown"


def _why(change: DispositionRecord) -> str | None:
    begins = f"{ControlTest.EMERGENCY_COMPLETE}: {change.t7}, "
    return next((one.removeprefix(begins) for one in change.tests if one.startswith(begins)), None)


def _actor(change: DispositionRecord) -> str:
    return change.corrected_actor or change.actor


def _resource(change: DispositionRecord) -> tuple[str | None, str]:
    return change.account, change.resource_id


def _month(facts: Facts, month: Month, found: Sequence[Found], production: int) -> Fields:
    mine = [one.body for one in found if month_at(one.body.began_at) == month]
    counted = [one for one in mine if facts.is_production(one)]
    complete = Counter(one.t7 for one in counted)
    answers = [(one, answers_of(one, facts)) for one in counted]
    took = sorted(one.approved_at - change.began_at for change, one in answers if one.approved_at)
    return {
        "month": str(month),
        "emergencies": len(counted),
        "production_changes": production,
        "ratio": ratio(len(counted), production),
        "percent": percent(len(counted), production),
        "complete": complete[Result.PASS],
        "incomplete": complete[Result.FAIL],
        "not_due": complete[Result.NOT_EVALUABLE],
        "not_asked": len(counted) - sum(complete[one] for one in ASSESSED),
        "approval_p50_s": seconds(quantile(took, 0.5)),
        "approval_p95_s": seconds(quantile(took, 0.95)),
    }
