"""Why somebody may not do what they want to. Each refusal says what would be possible instead."""

from collections.abc import Collection, Sequence
from datetime import datetime

from drift.errors import RefusedError
from drift.model.action import (
    Acknowledged,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Disowned,
    FollowUp,
    LinkedTicket,
    Request,
    Reviewed,
    Waived,
)
from drift.model.approval import ActionRules
from drift.model.person import People
from drift.model.verdict import Disposition
from drift.stages.act.subject import Subject

NOT_ASKED = (Disposition.EXPLAINED, Disposition.BEFORE_ENROLMENT)
"""Nobody has to answer for these."""

LEAST_WORDS = 3
"""A justification that an auditor reads is a sentence, not a dot."""

NAMED = 5


def refuse(
    request: Request,
    subject: Subject,
    rules: ActionRules,
    people: People,
    projects: Collection[str],
    now: datetime,
) -> None:
    """Return if the request may be granted.

    Raises:
        RefusedError: It may not; a person understands why.
    """
    if not request.by.name.strip():
        raise RefusedError("nobody is named who acts", hint="say who you are")
    match request.deed:
        case LinkedTicket():
            _only_changes(subject, "a ticket is linked to")
            _check_project(request.deed, projects)
        case DeclaredEmergency():
            _only_changes(subject, "an emergency is declared of")
            _check_asked(subject, "an emergency")
            _check_words("justification", request.deed.justification)
        case Approved():
            _only_changes(subject, "approved is")
            _check_asked(subject, "an approval")
            allowed = rules.approving(is_emergency=subject.is_emergency)
            _check_other(request, subject, allowed, people, "approve")
        case Waived():
            _check_waiver(request.deed, rules, now)
            _check_other(request, subject, rules.approvers, people, "waive")
        case Acknowledged():
            _check_text("reason", request.deed.reason)
        case CorrectedActor():
            _only_changes(subject, "the actor is corrected of")
            _check_text("actor", request.deed.actor)
            _check_text("reason", request.deed.reason)
        case Disowned():
            _only_changes(subject, "one disowns")
            _check_own(request, subject, people)
        case Reviewed():
            _check_review(request.deed, subject)


def _check_other(
    request: Request, subject: Subject, allowed: Sequence[str], people: People, what: str
) -> None:
    """Let only those approve who may, and never who made it, under whatever name they come."""
    person = people.person(request.by.name)
    others = [one for one in allowed if people.person(one) not in subject.makers]
    if person in subject.makers:
        raise RefusedError(
            f"{request.by.name} made this change, and nobody may {what} their own", hint=_ask(others)
        )
    if person not in {people.person(one) for one in allowed}:
        raise RefusedError(
            f"{request.by.name} is not among those who may {what} the {subject.name}", hint=_ask(others)
        )


def _ask(allowed: Sequence[str]) -> str:
    if not allowed:
        return "name who may in config.toml: [approvals] approvers"
    more = " or another approver" if len(allowed) > NAMED else ""
    return f"ask {', '.join(allowed[:NAMED])}{more}"


def _check_own(request: Request, subject: Subject, people: People) -> None:
    if people.person(request.by.name) not in subject.makers:
        raise RefusedError(
            f"the {subject.name} is not recorded under {request.by.name}",
            hint="say who made it with `drift correct`, if the record is wrong",
        )


def _only_changes(subject: Subject, what: str) -> None:
    if subject.change is None:
        raise RefusedError(
            f"{subject.ref} is a finding, and {what} a change",
            hint="`drift show` names the changes that made it so",
        )


def _check_asked(subject: Subject, what: str) -> None:
    if subject.disposition in NOT_ASKED:
        raise RefusedError(
            f"the {subject.name} is {subject.disposition}: it needs no {what.partition(' ')[2]}",
            hint="`drift show` says why",
        )


def _check_project(deed: LinkedTicket, projects: Collection[str]) -> None:
    project = deed.ticket.project
    if projects and project and project not in projects:
        raise RefusedError(
            f"{deed.ticket.key} is a ticket of the project {project}, whose tickets do not count",
            hint=f"link one of {', '.join(sorted(projects))}",
        )


def _check_words(name: str, text: str) -> None:
    if len(text.split()) < LEAST_WORDS:
        raise RefusedError(f"the {name} says too little", hint="write a sentence: an auditor will read it")


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise RefusedError(f"the {name} is empty", hint=f"write the {name}")


def _check_waiver(deed: Waived, rules: ActionRules, now: datetime) -> None:
    _check_text("reason", deed.reason)
    _check_text("owner", deed.owner)
    if deed.expires_at <= now:
        raise RefusedError(
            f"the waiver would have ended at {deed.expires_at:%Y-%m-%d %H:%M} UTC already",
            hint="give a time that is to come",
        )
    if deed.expires_at > now + rules.longest_waiver:
        raise RefusedError(
            f"the waiver would last for more than {rules.longest_waiver.days} days",
            hint="give an earlier time: a waiver that never ends is a change of the policy",
        )


def _check_review(deed: Reviewed, subject: Subject) -> None:
    _only_changes(subject, "reviewed is")
    if not subject.is_emergency:
        raise RefusedError(
            f"the {subject.name} was no emergency", hint="declare one with `drift emergency`, if it was"
        )
    _check_words("review", deed.notes)
    if deed.then is not FollowUp.NOTHING and not (deed.owner or "").strip():
        raise RefusedError(
            f"{deed.then} without an owner is done by nobody", hint="name who does it with --owner"
        )
