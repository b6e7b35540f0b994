"""The pages of the running service: what they are made of, and where they are."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from drift.config import Settings, WebSettings
from drift.desk import Desk
from drift.equipment import Equipment
from drift.operations import http
from drift.packs import Making, Packs
from drift.reports.status import Status
from drift.store import meta
from drift.web.app import app
from drift.web.ask import wall_clock
from drift.web.limits import SignInLimits
from drift.web.prepared import Prepared
from drift.web.site import Site
from drift.web.visits import Visits

if TYPE_CHECKING:
    from drift.web.vouching.oidc import Oidc
    from drift.web.vouching.proxy import Proxy


MOST_CONNECTIONS = 256
"""At once: a browser keeps several open for a while, and a proxy before the pages one for each of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """The service as it is whenever it is asked."""

    settings: Callable[[], Settings]
    have: Callable[[], Equipment]
    is_alive: Callable[[], bool]
    status: Callable[[], Status]
    acted: Callable[[], None] = lambda: None
    """Called when somebody did something about a change."""


@contextmanager
def pages_at(web: WebSettings, running: Running, make_pack: Making) -> Iterator[str]:
    """Show the pages within the block; yield their address.

    Raises:
        ConfigError: Nobody can listen there.
    """

    def url(port: int) -> str:
        return web.url or web.listen.url(port)

    packs = Packs(make_pack)
    with (
        closing(packs),
        http.serving(
            web.listen, lambda port: app(site_of(web, running, packs, url(port))), MOST_CONNECTIONS
        ) as port,
    ):
        with running.have().database.transaction() as connection:
            meta.write(connection, meta.PAGES_URL, url(port))
        yield url(port)


def site_of(web: WebSettings, running: Running, packs: Packs, url: str) -> Site:
    """Return what the pages are made of."""
    have = running.have()
    return Site(
        organisation=running.settings().organisation,
        database=have.database,
        clock=have.clock,
        web=web,
        settings=running.settings,
        url=url,
        desk=lambda: Desk.of(running.have()),
        people=lambda: running.have().policy.correlation.people,
        is_alive=running.is_alive,
        status=running.status,
        acted=running.acted,
        packs=packs,
        reports=Prepared(wall_clock),
        oidc=cache(lambda: oidc_of(web)),
        proxy=cache(lambda: proxy_of(web)),
        limits=SignInLimits(),
        visits=Visits(),
    )


# Slow to import, and of use only to whom it vouches for.


def oidc_of(web: WebSettings) -> "Oidc | None":
    """Return the provider that vouches for people, if one does."""
    if web.oidc is None:
        return None
    from drift.web.vouching.oidc import Oidc

    return Oidc(web.oidc)


def proxy_of(web: WebSettings) -> "Proxy | None":
    """Return the proxy that vouches for people, if one does."""
    if web.proxy is None:
        return None
    from drift.web.vouching.proxy import Proxy

    return Proxy(web.proxy)
