"""T1 to T4: what must have happened before the first write."""

from datetime import datetime

from drift.model.ticket import Coverage, Deployment, PullRequest
from drift.stages.assess.question import Answer, Question, failed, not_evaluable, passed

SUCCESS = frozenset({"success", "neutral", "skipped"})
"""Conclusions of checks that found nothing wrong; a check that was skipped was not asked for."""

RAN = frozenset({"success", "neutral"})

APPROVED = "approved"


def documented_before(question: Question) -> Answer:
    """T1: a ticket or a pull request says what was to be done."""
    match, began_at = question.match, question.change.began_at
    if match.standard:
        return passed(f"the standard change {match.standard} describes it")
    if match.ticket:
        said = f"{match.ticket.key} was created {question.when(match.ticket.created_at)}"
        return passed(said) if match.ticket.created_at < began_at else failed(said)
    if pull_request := _pull_request(match.deployment):
        first = min(_times_of(pull_request), default=None)
        name = f"pull request #{pull_request.number}"
        if first is None:
            return not_evaluable(f"the code host does not tell when {name} was made")
        said = f"{name} was there {question.when(first)}"
        return passed(said) if first < began_at else failed(said)
    return question.not_known or failed("no ticket or pull request says what was to be done")


def reviewed_by_another(question: Question) -> Answer:
    """T2: somebody reviewed it who did not make it, under whatever name."""
    match, person = question.match, question.rules.people.person
    if match.approver and person(match.approver) not in question.makers:
        return passed(f"{match.approver} reviewed it, and did not make it")
    if pull_request := _pull_request(match.deployment):
        reviewers = [one.by for one in pull_request.reviews if one.state == APPROVED]
        others = [one for one in reviewers if person(one) not in question.makers]
        if others:
            return failed(f"{others[0]} reviewed an earlier state of it, and nobody the final one")
        if reviewers:
            return failed(f"only {reviewers[0]} approved it, who made it")
    if match.ticket and match.ticket.approvals:
        return failed(f"nobody's approval of {match.ticket.key} counts but that of who made it")
    return question.not_known or failed("nobody else reviewed it")


def tested_before(question: Question) -> Answer:
    """T3: the automatic checks of what was deployed had passed."""
    match, began_at = question.match, question.change.began_at
    if pull_request := _pull_request(match.deployment):
        if not any(one.conclusion in RAN for one in pull_request.checks):
            bad = next((one for one in pull_request.checks), None)
            return failed(f"the check {bad.name} ended with {bad.conclusion}" if bad else "no check ran")
        for check in pull_request.checks:
            if check.conclusion not in SUCCESS:
                return failed(f"the check {check.name} ended with {check.conclusion}")
            if check.completed_at >= began_at:
                return failed(f"the check {check.name} ended {question.when(check.completed_at)}")
        return passed(f"{len(pull_request.checks)} checks had passed before the first write")
    if match.deployment:
        return failed("the run deployed no pull request, so no check of it is known")
    if match.standard:
        return not_evaluable(f"how the standard change {match.standard} is tested is not recorded")
    if match.ticket:
        return not_evaluable(f"no pipeline ran: tests are told in {match.ticket.key}, if anywhere")
    return question.not_known or failed("no pipeline ran, and no ticket tells of a test")


def approved_before(question: Question) -> Answer:
    """T4: the approval is older than the first write."""
    match, began_at = question.match, question.change.began_at
    if match.approver and match.approved_at:
        said = f"{match.approver} approved {question.when(match.approved_at)}"
        if match.approved_at >= began_at:
            return failed(said)
        if match.coverage is Coverage.APPROVED_BEFORE:
            return passed(said)
        return failed(f"{said}, but not this: {match.reasons[-1]}")
    return question.not_known or failed(match.reasons[-1] if match.reasons else "nobody approved it")


def _pull_request(deployment: Deployment | None) -> PullRequest | None:
    return deployment.pull_request if deployment else None


def _times_of(one: PullRequest) -> list[datetime]:
    times = [one.created_at, one.merged_at, *(review.at for review in one.reviews)]
    return [at for at in times if at is not None]
