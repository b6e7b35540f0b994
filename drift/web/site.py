"""What the pages are made of, as the running program has it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from drift.config import Settings, WebSettings
from drift.desk import Desk
from drift.model.person import People
from drift.model.visitor import SignedInBy
from drift.packs import Packs
from drift.ports import Clock
from drift.reports.status import Status
from drift.reports.weekly.report import WeeklyReport
from drift.store.database import Database
from drift.web.prepared import Prepared

if TYPE_CHECKING:
    from drift.web.limits import SignInLimits
    from drift.web.visits import Visits
    from drift.web.vouching.oidc import Oidc
    from drift.web.vouching.proxy import Proxy


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The pages' surroundings. Everything that is called is asked anew for each request, from any thread."""

    organisation: str
    database: Database
    clock: Clock
    web: WebSettings
    """As they were at the start."""
    settings: Callable[[], Settings]
    """As they are in force: who may see what changes without a restart."""
    url: str
    """Where browsers reach the pages."""
    desk: Callable[[], Desk]
    people: Callable[[], People]
    is_alive: Callable[[], bool]
    status: Callable[[], Status]
    acted: Callable[[], None]
    """Called when somebody did something about a change: it is to be judged again."""
    reports: Prepared[WeeklyReport]
    """The weekly reports that somebody looked at lately, by their weeks."""
    packs: Packs
    """What people asked for of the evidence."""
    oidc: "Callable[[], Oidc | None]"
    """The provider that vouches for people, if one does; it remembers its keys."""
    proxy: "Callable[[], Proxy | None]"
    """The proxy that vouches for people, if one does; it remembers its keys."""
    limits: "SignInLimits"
    visits: "Visits"

    @property
    def vouched_by(self) -> SignedInBy:
        """Who vouches for people. Whoever signed in otherwise, under another configuration, is not."""
        if self.web.proxy:
            return SignedInBy.PROXY
        return SignedInBy.OIDC if self.web.oidc else SignedInBy.LINK

    @property
    def is_secure(self) -> bool:
        """Browsers reach it over TLS alone."""
        return self.url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """As whom a browser may call it: a name that is led here for a moment must not act for a visitor."""
        found = urlsplit(self.url)
        port = f":{found.port}" if found.port else ""
        near = {f"localhost{port}", f"127.0.0.1{port}", f"[::1]{port}"} if not self.is_secure else set()
        return frozenset({found.netloc.lower(), *near})

    @property
    def origins(self) -> frozenset[str]:
        """From where forms may come, as browsers say it."""
        scheme = "https" if self.is_secure else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)

    def now(self) -> datetime:
        """Return what time it is by the clock of the records: ages and deadlines count by it."""
        return self.clock.now()
