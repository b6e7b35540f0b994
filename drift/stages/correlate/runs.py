"""Did a pipeline run make a change, and did somebody review what it deployed?"""

from drift.model.ticket import Approval, ApprovalDecision, Coverage, Deployment, TicketMatch
from drift.model.verdict import Actor, Channel, Confidence
from drift.stages.correlate.approvals import approval_of
from drift.stages.correlate.case import Case
from drift.stages.correlate.deployed import let_go_on, remarks_on, why_not_reviewed

BY_RUN = "pipeline run"

APPROVED, REFUSED = "approved", "changes_requested"
"""States of reviews that say something; a comment says nothing, nor does a review that was dismissed."""


def by_run(case: Case, deployment: Deployment) -> TicketMatch:
    """Return how far the review of what a run deployed, or the word that let it go on, covers the change."""
    approval, reason = _approval_of(case, deployment)
    coverage = Coverage.NOT_APPROVED
    if approval:
        coverage = Coverage.APPROVED_BEFORE if approval.at < case.began_at else Coverage.AFTERWARDS
        reason = f"{approval.by} approved {reason} {case.when(approval.at)}"
    return TicketMatch(
        coverage=coverage,
        method=BY_RUN,
        confidence=Confidence.HIGH,
        reasons=(f"run {deployment.run_id} of {deployment.repository}: {reason}", *remarks_on(deployment)),
        deployment=deployment,
        approved_at=approval.at if approval else None,
        approver=approval.by if approval else None,
    )


def _approval_of(case: Case, deployment: Deployment) -> tuple[Approval | None, str]:
    """Return who approved what: the final head, or else that the run goes on to its environment."""
    if reason := _why_not_of_run(case, deployment):
        return None, reason
    approval, reason = _review_of(case, deployment)
    if approval:
        return approval, "the pull request"
    let_go = let_go_on(case, deployment)
    if not let_go:
        return None, reason
    what = f"the run for {let_go[0].environment}"
    approval, why_not = approval_of(case, what, [one.approval for one in let_go])
    return (approval, what) if approval else (None, f"{reason}; {why_not}")


def _review_of(case: Case, deployment: Deployment) -> tuple[Approval | None, str]:
    """Return who approved the final head; a review of an earlier head is stale."""
    pull_request = deployment.pull_request
    if pull_request is None:
        return None, "it deployed no pull request"
    if reason := why_not_reviewed(deployment, pull_request):
        return None, reason
    what, said, is_stale, no_say = f"pull request #{pull_request.number}", [], False, list[str]()
    for review in pull_request.reviews:
        if review.state not in {APPROVED, REFUSED}:
            continue
        if review.no_say is not None:
            no_say.append(review.no_say)
        elif review.state == REFUSED:
            said.append(Approval(by=review.by, decision=ApprovalDecision.DECLINED, at=review.at))
        elif review.commit == pull_request.head_sha:
            said.append(Approval(by=review.by, decision=ApprovalDecision.APPROVED, at=review.at))
        else:
            is_stale = True
    if is_stale and not said:
        return None, f"{what} was pushed to after its last approval"
    if no_say and not said:
        return None, f"nobody approved {what} whose word counts: {no_say[0]}"
    return approval_of(case, what, said)


def _why_not_of_run(case: Case, deployment: Deployment) -> str | None:
    """Say why the run cannot have made the whole change: its session may name any run it likes."""
    own = [one for one in case.change.writes if one.classification.channel is not Channel.SERVICE]
    if any(one.classification.run_id != deployment.run_id for one in own):
        return "a part of the change was made outside of it"
    if not all(one.classification.pipeline or _says_repository(one.actor, deployment) for one in own):
        return "no configured pipeline fits, and the token does not say that it is of this repository"
    if deployment.is_branch_protected is False and not _is_merged_there(deployment):
        return f"it ran from {deployment.ref}, which nothing protects"
    if case.began_at < deployment.started_at:
        return "it began only after the first write"
    if deployment.finished_at is not None and case.change.ended_at > deployment.finished_at:
        return "it had ended before the last write"
    return None


def _is_merged_there(deployment: Deployment) -> bool:
    """Tell whether what was reviewed had been merged into the very branch that was deployed."""
    one = deployment.pull_request
    if one is None or one.merged_at is None or one.base_branch is None:
        return False
    return deployment.ref == f"refs/heads/{one.base_branch}"


def _says_repository(actor: Actor, deployment: Deployment) -> bool:
    return deployment.repository in (actor.subject or "").split(":")
