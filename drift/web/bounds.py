"""What of time whoever asks may see: an auditor their period, everybody else all of it."""

from starlette.responses import Response

from drift.reports.population import Period
from drift.web import answers
from drift.web.ask import Ask


def within(ask: Ask) -> Period:
    """Return what may be seen, as views take it."""
    return Period(since=ask.span.since, until=ask.span.until) if ask.span else Period()


def sees_now(ask: Ask) -> bool:
    """Tell whether what is now lies in what may be seen."""
    return within(ask).holds(ask.now)


def outside(ask: Ask) -> Response:
    """Return the answer about what may not be seen: the same as about what does not exist."""
    return answers.refusal(
        ask, 404, "There is no such page.", "Or it lies outside of the period that you were invited to see."
    )
