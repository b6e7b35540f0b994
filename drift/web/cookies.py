"""What a browser holds for us."""

from collections.abc import Mapping

from starlette.responses import Response

from drift.web.site import Site


def session_cookie(site: Site) -> str:
    """Return the cookie's name. With this prefix no neighbouring host can set it (RFC 6265bis)."""
    return "__Host-driftledger" if site.is_secure else "driftledger"


def held(site: Site, cookies: Mapping[str, str]) -> str | None:
    """Return what the browser holds of its session."""
    return cookies.get(session_cookie(site)) or None


def give(site: Site, answer: Response, secret: str) -> None:
    """Have the browser hold a session. It follows links from elsewhere, Slack for example, but no forms."""
    answer.set_cookie(
        session_cookie(site), secret, secure=site.is_secure, httponly=True, samesite="lax", path="/"
    )


def take_back(site: Site, answer: Response) -> None:
    """Have the browser forget its session."""
    answer.delete_cookie(session_cookie(site), secure=site.is_secure, httponly=True, samesite="lax", path="/")
