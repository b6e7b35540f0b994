"""The style sheet."""

from starlette.responses import Response

from drift.web import answers
from drift.web.ask import Ask


def sheet(_ask: Ask) -> Response:
    """Return the one style sheet."""
    return answers.style()
