"""Whether the service lives: the one page for nobody in particular."""

from starlette.responses import JSONResponse, Response

from drift.web.ask import Ask


def alive(ask: Ask) -> Response:
    """Say whether the schedule runs."""
    is_alive = ask.site.is_alive()
    return JSONResponse({"alive": is_alive}, status_code=200 if is_alive else 503)
