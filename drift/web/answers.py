"""How the pages answer: a page, a redirect within the site, a refusal. What comes from outside stays text."""

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final
from urllib.parse import quote

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from drift.errors import DriftError
from drift.model.visitor import Permission, Role
from drift.reports.pages import environment
from drift.reports.wording import duration, moment
from drift.web.ask import Ask
from drift.web.navigation import navigation
from drift.web.tokens import form_token

SECURITY: Final = {
    # Nothing runs, nothing is loaded from elsewhere, and no other page frames ours.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Headers of every answer."""

_LONGEST = 2_000
"""Characters of one text on a page."""


def page(ask: Ask, template: str, /, *, status: int = 200, **values: object) -> Response:
    """Return a page made of a template, with what every page has around it."""
    html = _template(template).render(
        organisation=ask.site.organisation,
        navigation=navigation(ask.visitor) if ask.visitor else (),
        section=f"/{ask.target.partition('?')[0].split('/')[1]}",
        visitor=ask.visitor,
        csrf=form_token(ask.token) if ask.session else "",
        target=ask.target,
        now=ask.now,
        style=f"/style.css?{_style_version()}",
        Role=Role,
        Permission=Permission,
        sees_names=ask.visitor is not None and ask.visitor.may(Permission.SEE_NAMES),
        **values,
    )
    return HTMLResponse(html, status)


def refusal(ask: Ask, status: int, what: str, hint: str) -> Response:
    """Return the page that says why not, and what to do next."""
    return page(ask, "refusal.html.j2", status=status, title=what, what=what, hint=hint)


def failed(ask: Ask, error: DriftError, status: int) -> Response:
    """Return the page of an error of the program's own."""
    return refusal(ask, status, error.what, error.hint)


def to(path: str) -> Response:
    """Have the browser open a path of ours; whatever else it is, it becomes the first page."""
    return RedirectResponse(within(path), 303)


def within(path: str) -> str:
    """Return a path if it leads to a page of ours, else that of the first page.

    Browsers read `//host`, `/\\host` and paths with control characters as the address of somebody else.
    """
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours and "\\" not in path and len(path) <= _LONGEST else "/"


def quoted(text: str) -> str:
    """Return a text as one step of an address: no slash in it leads elsewhere."""
    return quote(text, safe="", errors="replace")


def style() -> Response:
    """Return the style sheet, which changes its address whenever it changes."""
    return Response(_style(), media_type="text/css", headers={"cache-control": "public, max-age=31536000"})


@cache
def _style() -> bytes:
    return files("drift.web").joinpath("style.css").read_bytes()


@cache
def _style_version() -> str:
    return sha256(_style()).hexdigest()[:12]


@cache
def _template(name: str) -> jinja2.Template:
    made = environment("drift.web", longest=_LONGEST)
    made.filters |= {"path": quoted, "day": _day, "last_day": _last_day}
    made.filters |= {"minute": moment, "second": _second, "long": duration}
    return made.get_template(name)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _last_day(until: datetime) -> str:
    """Return the last day of what ends before a time."""
    return _day(until - timedelta(microseconds=1))


def _second(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
