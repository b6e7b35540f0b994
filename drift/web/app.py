"""Lets requests in: a page is shown only to whom the table of routes says, and nothing is shown by default.

1. The address must be ours, and the body short.
2. Who is it? The session of the browser, and the roles that its owner has now.
3. May they? Else they are asked to sign in, or refused.
4. A form must come from a page of the same session.
5. The page; whatever it could not do is said on a page, too.
"""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from drift.errors import DriftError, ProviderError, RefusedError, StoreError, UsageError
from drift.web import answers
from drift.web.ask import Ask
from drift.web.cookies import give
from drift.web.routes import PAGES, Door, Page
from drift.web.site import Site
from drift.web.tokens import is_ours
from drift.web.who import Known, known

MOST_BYTES = 64 * 1024
"""Of a form: a justification is text, and nothing is uploaded."""

_log = logging.getLogger(__name__)


def app(site: Site) -> Starlette:
    """Return the pages."""
    routes = [
        Route(one.path, _endpoint(site, one), methods=[one.method], name=f"{one.method} {one.path}")
        for one in PAGES
    ]
    made = Starlette(routes=routes, exception_handlers={404: _nothing_here, 405: _nothing_here})
    made.router.redirect_slashes = False  # it would answer before anybody is let in
    return made


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            answer: Response = PlainTextResponse("That is too long.", 413)
        else:
            answer = await run_in_threadpool(_answer, site, page, request, body)
        return _secured(site, answer)

    return endpoint


async def _body(request: Request) -> bytes | None:
    """Return what was sent, or `None` if that is too much."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MOST_BYTES:
            return None
    return bytes(read)


def _answer(site: Site, page: Page, request: Request, body: bytes) -> Response:
    if page.path != "/healthz" and request.headers.get("host", "").lower() not in site.hosts:
        return PlainTextResponse(f"These pages are at {site.url}.", 421)
    if not all(str(one).isprintable() for one in request.path_params.values()):
        return PlainTextResponse("There is no such page.", 404)
    of = Known(ask=_asked(site, request, body))
    try:
        of = _known(page, of.ask)
        answer = _let_in(page, of.ask) or page.show(of.ask)
    except StoreError as error:  # it names where the store is, which is nobody's to know
        _log.error("a page failed: %s %s: %s", page.method, page.path, error)
        hint = "Try again in a minute; the log says why."
        answer = answers.refusal(of.ask, 503, "The store cannot be read now.", hint)
    except DriftError as error:
        answer = answers.failed(of.ask, error, _status(error))
    except Exception:  # noqa: BLE001 - the one seam: whoever asked is told, and the log has the rest
        _log.exception("a page failed: %s %s", page.method, page.path)
        answer = answers.refusal(of.ask, 500, "This page failed.", "It is written down; the log says why.")
    if of.secret:
        give(site, answer, of.secret)
    return answer


def _status(error: DriftError) -> int:
    if isinstance(error, RefusedError | UsageError):
        return 403
    return 502 if isinstance(error, ProviderError) else 503


def _known(page: Page, ask: Ask) -> Known:
    """Find out who it is. Of what is open to anybody a proxy need not say that: it asks for it itself."""
    return Known(ask=ask) if page.needs is Door.OPEN and ask.site.web.proxy else known(ask)


def _asked(site: Site, request: Request, body: bytes) -> Ask:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Ask(
        site=site,
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        form=dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
        visitor=None,
        session=None,
        now=site.now(),
        target=target,
        client=request.client.host if request.client else "",
        headers=dict(request.headers),
        cookies=request.cookies,
    )


def _let_in(page: Page, ask: Ask) -> Response | None:
    """Return why a page is not shown, or `None` if it is."""
    if page.needs is Door.OPEN:
        return None
    if ask.visitor is None:
        back = ask.target if page.method == "GET" else "/"
        return answers.to(f"/sign-in?next={answers.quoted(back)}")
    if page.needs is not Door.SIGNED_IN and not ask.visitor.may(page.needs):
        return answers.refusal(
            ask, 403, f"{ask.visitor.name} may not open this page.", "Ask who runs Driftledger for a role."
        )
    if page.method != "GET" and not is_ours(ask):
        return answers.refusal(
            ask, 403, "This form is no longer good.", "Open the page anew, and send it again."
        )
    return None


def _nothing_here(_request: Request, _error: Exception) -> Response:
    answer = PlainTextResponse("There is no such page.", 404)
    answer.headers.update(answers.SECURITY)
    return answer


def _secured(site: Site, answer: Response) -> Response:
    for name, value in answers.SECURITY.items():
        answer.headers.setdefault(name, value)
    if site.is_secure:
        answer.headers["strict-transport-security"] = "max-age=31536000"
    return answer
