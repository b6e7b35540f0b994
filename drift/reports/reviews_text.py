"""Says which reviews are missing, for status and the weekly report."""

from collections.abc import Iterator

from drift.model.review import ReviewStanding
from drift.reports.wording import counted

MOST_NAMED = 4


def review_lines(standing: ReviewStanding) -> Iterator[tuple[str, bool]]:
    """Yield what is to be said about reviews, and whether it is bad; nothing where nobody has to review."""
    overdue = [f"{one.period} (was due {one.due_at:%d %b})" for one in standing.overdue]
    if overdue:
        yield f"{counted(len(overdue), 'review')} overdue: {_some(overdue)}; drift report sign", True
    elif standing.duties:
        last = standing.duties[-1]
        signed = standing.first_signature(last.period)
        by = f"signed by {signed.review.by.name}" if signed else f"due {last.due_at:%d %b}"
        yield f"no review overdue; {last.period} {by}", False
    wanted = [f"{one.id} ({one.owner})" for one in standing.open_follow_ups]
    if wanted:
        late = len(standing.late_follow_ups)
        overdue_part = f", {late:,} of them overdue" if late else ""
        many = counted(len(wanted), "follow-up")
        yield f"{many} open{overdue_part}: {_some(wanted)}; drift report follow-up", bool(late)


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
