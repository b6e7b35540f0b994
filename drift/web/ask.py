"""What somebody asks for: the request as a page sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from drift.errors import RefusedError
from drift.model.action import Doer, Origin
from drift.model.visitor import Permission, SignedInBy, Span, Visitor
from drift.store.web_sessions import WebSession
from drift.web.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A request that was let in."""

    site: Site
    path: Mapping[str, str]
    """What stands in the place of the names in the route."""
    query: Mapping[str, str]
    """The last of each name."""
    form: Mapping[str, str]
    """The last of each field; empty unless something was sent."""
    visitor: Visitor | None
    session: WebSession | None
    now: datetime
    """By the clock of the records."""
    target: str
    """Path and query as they were asked for."""
    client: str
    """The address that asked."""
    headers: Mapping[str, str]
    """By their names in lower case."""
    cookies: Mapping[str, str]

    @property
    def who(self) -> Visitor:
        """Whoever is signed in; pages that are open to nobody else ask for it."""
        if self.visitor is None:
            raise RefusedError("nobody is signed in", hint="sign in first")
        return self.visitor

    @property
    def span(self) -> Span | None:
        """What of time may be seen."""
        return self.who.span

    @property
    def sees_names(self) -> bool:
        """Whether full names of people are shown."""
        return self.who.may(Permission.SEE_NAMES)

    @property
    def doer(self) -> Doer:
        """Whoever acts, as the evidence has it. A link is no more than the word of who made it."""
        identity = self.who.identity
        return Doer(
            name=identity.name,
            origin=Origin.WEB,
            account=identity.subject,
            is_self_asserted=identity.by is SignedInBy.LINK,
        )

    @property
    def token(self) -> str:
        """What identifies the session; empty without one."""
        return self.session.token if self.session else ""


def wall_clock() -> datetime:
    """Return the time by which people stay signed in, whichever time the records are of."""
    return datetime.now(UTC)
