"""The first page: does anything need somebody now?"""

from starlette.responses import Response

from drift.web import answers
from drift.web.ask import Ask


def overview(ask: Ask) -> Response:
    """Show what needs somebody, and whether the watch works."""
    return answers.page(ask, "overview.html.j2", title="Overview")
