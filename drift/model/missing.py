"""What somebody still has to bring about a change."""

from collections.abc import Iterator
from enum import StrEnum

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition


class Missing(StrEnum):
    """What somebody still has to bring."""

    TICKET = "ticket"
    APPROVAL = "approval"
    ANSWER = "answer of the ticket system"
    """It could not be asked; the change is judged again."""
    REVIEW = "review"
    """Emergency access and emergency changes are reviewed after use."""
    CODE = "code"
    """The code must say what is there, or what is there must be reverted."""


def missing_from(change: Change, judgement: Judgement) -> Iterator[Missing]:
    """Yield what a change still lacks; nothing for one that nobody has to know of."""
    match, decision = judgement.match, judgement.decision
    if not (decision.alert or decision.is_withheld):
        return
    if change.is_emergency or decision.disposition is Disposition.EMERGENCY:
        if not _is_reviewed(change, judgement):
            yield Missing.REVIEW
    elif decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED):
        yield _MISSING.get(match.coverage, Missing.TICKET)
    elif decision.disposition is Disposition.RETROACTIVE and match.approver is None:
        yield Missing.APPROVAL
    if judgement.standing.findings:
        yield Missing.CODE


_MISSING = {Coverage.NOT_APPROVED: Missing.APPROVAL, Coverage.NOT_EVALUABLE: Missing.ANSWER}


def _is_reviewed(change: Change, judgement: Judgement) -> bool:
    approved_at = judgement.match.approved_at
    return approved_at is not None and approved_at >= change.ended_at
