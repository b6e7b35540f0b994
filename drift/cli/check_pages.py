"""Whether people could sign in to the pages: the provider is asked, or the proxy's keys are read."""

from collections.abc import Callable, Iterator

from drift.config import Settings, WebSettings


def page_trials(web: WebSettings | None) -> Iterator[tuple[str, object, Callable[[], str]]]:
    """Yield who vouches for people, and how that can be tried."""
    from drift.website import oidc_of, proxy_of

    if web is None:
        return
    if oidc := oidc_of(web):
        yield "pages: [oidc]", oidc, oidc.check
    if proxy := proxy_of(web):
        yield "pages: [proxy]", proxy, proxy.check


def page_notes(settings: Settings) -> Iterator[str]:
    """Yield what whoever set up pages should know of them."""
    web = settings.web
    if web is None:
        return
    if not web.oidc and not web.proxy:
        yield "nobody vouches for people: on this machine, drift sign-in prints a link that signs in"
        return
    if not settings.access.roles:
        yield "no [[role]] names anybody: whoever signs in sees nothing"
    if not (web.url or "").startswith("https://"):
        yield '`url` does not begin with "https://": only browsers on this machine should sign in'
