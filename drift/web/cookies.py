"""What a browser holds for us."""

from collections.abc import Mapping

from starlette.responses import Response

from drift.store.sign_ins_begun import BACK_WITHIN
from drift.web.site import Site


def session_cookie(site: Site) -> str:
    """Return the cookie's name. With this prefix no neighbouring host can set it (RFC 6265bis)."""
    return "__Host-driftledger" if site.is_secure else "driftledger"


def begun_cookie(site: Site) -> str:
    """Return the name of the cookie that is held while somebody is at the provider."""
    return f"{session_cookie(site)}-sign-in"


def held(site: Site, cookies: Mapping[str, str]) -> str | None:
    """Return what the browser holds of its session."""
    return cookies.get(session_cookie(site)) or None


def held_begun(site: Site, cookies: Mapping[str, str]) -> str | None:
    """Return what the browser holds of a sign-in that it began."""
    return cookies.get(begun_cookie(site)) or None


def give(site: Site, answer: Response, secret: str) -> None:
    """Have the browser hold a session. It follows links from elsewhere, Slack for example, but no forms."""
    _set(site, answer, session_cookie(site), secret, None)


def give_begun(site: Site, answer: Response, secret: str) -> None:
    """Have the browser hold what it began until it is back from the provider."""
    _set(site, answer, begun_cookie(site), secret, int(BACK_WITHIN.total_seconds()))


def take_back(site: Site, answer: Response) -> None:
    """Have the browser forget its session."""
    _forget(site, answer, session_cookie(site))


def take_back_begun(site: Site, answer: Response) -> None:
    """Have the browser forget the sign-in that it began."""
    _forget(site, answer, begun_cookie(site))


def _set(site: Site, answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, secure=site.is_secure, httponly=True, samesite="lax", path="/"
    )


def _forget(site: Site, answer: Response, name: str) -> None:
    answer.delete_cookie(name, secure=site.is_secure, httponly=True, samesite="lax", path="/")
