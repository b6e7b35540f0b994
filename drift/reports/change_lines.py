"""What is known of a change in lines: a terminal and a page say the same, and only lay it out."""

from collections.abc import Iterator

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.routing import EVERYBODY, Owner
from drift.reports.permitted import COVERED
from drift.reports.wording import counted, means, moment
from drift.store.lookup import AlertRow


def actor_line(change: Change) -> str:
    """Say who is recorded, and how surely."""
    actor = change.actor
    return f"{actor.name}, {actor.kind}, {actor.confidence} confidence"


def identity_lines(change: Change) -> Iterator[str]:
    """Say behind which identities somebody stands, and how that is known."""
    actor, principal = change.actor, change.first.event.call.principal
    if actor.principal:
        yield f"as {actor.principal}"
    if actor.chain:
        yield f"through {actor.chain[0]}"
        yield from (f"opened by {one}" for one in actor.chain[1:])
    if principal and principal.mfa is not None:
        yield "with MFA" if principal.mfa else "without MFA"
    yield from actor.reasons


def channel_line(change: Change) -> str:
    """Say through which channel it was made, with what, and in which lane."""
    found = change.last.classification
    pipeline = f" {found.pipeline}" if found.pipeline else ""
    run = f", run {found.run_id}" if found.run_id else ""
    return f"{change.channel}{pipeline}: {means(found)}{run}, {change.lane} lane"


def channel_reasons(change: Change) -> Iterator[str]:
    """Say why it is taken for that, as far as the actor's reasons do not."""
    reasons = change.last.classification.reasons
    yield from (reason for reason in reasons if reason not in change.actor.reasons)


def coverage_line(judgement: Judgement) -> str:
    """Say what covers it, and how surely."""
    match = judgement.match
    return COVERED[match.coverage] + (f" ({match.confidence} confidence)" if match.method else "")


def coverage_reasons(judgement: Judgement) -> Iterator[str]:
    """Say why that counts, as far as the decision's reasons do not, and what was perhaps meant."""
    match = judgement.match
    yield from (reason for reason in match.reasons if reason not in judgement.decision.reasons)
    if match.suggestions:
        yield f"perhaps meant, but counts for nothing until it is linked: {', '.join(match.suggestions)}"


def owner_line(owner: Owner) -> str | None:
    """Say who answers for it, and by which rule; `None` where no teams are configured."""
    return None if owner.team.name == EVERYBODY else f"{owner.team.name} ({owner.rule})"


def told_line(alert: AlertRow) -> str:
    """Say what became of a message."""
    where = alert.notifier or "nobody yet: no notifier is configured"
    tries = f" after {counted(alert.attempts, 'attempt')}" if alert.attempts else ""
    at = f" {moment(alert.sent_at)}" if alert.sent_at else tries
    why = f": {alert.last_error}" if alert.last_error else ""
    return f"{where}, {alert.status}{at}{why}"
