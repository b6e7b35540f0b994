"""Who is it? Told anew for each request, by the session of the browser or by what a proxy signed.

With a proxy, nobody is let in whom it does not vouch for in this very request, whatever the browser holds:
the session is kept for the forms alone, and ends as soon as the proxy names somebody else.
"""

from dataclasses import dataclass, replace

from drift.errors import RefusedError
from drift.model.visitor import Identity, Visitor
from drift.store import web_sessions
from drift.store.web_sessions import WebSession
from drift.web.access import visitor_of
from drift.web.ask import Ask, wall_clock
from drift.web.cookies import held


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A request of which it is known whose it is."""

    ask: Ask
    secret: str | None = None
    """What the browser is to hold from now on, where a proxy signed somebody in."""


def known(ask: Ask) -> Known:
    """Return the request with its visitor, if there is one.

    Raises:
        RefusedError: What a proxy sent proves nothing.
        ProviderError: The proxy's keys could not be asked for.
    """
    proxy = ask.site.proxy()
    if proxy is None:
        session = _session(ask)
        return Known(ask=_of(ask, session, session.identity) if session else ask)
    try:
        identity = proxy.identity(ask.headers, wall_clock().timestamp())
    except RefusedError:
        ask.site.visits.refused(ask.site.database, ask.site.vouched_by, "proxy", ask.now)
        raise
    return Known(ask=ask) if identity is None else _vouched_for(ask, identity)


def _vouched_for(ask: Ask, identity: Identity) -> Known:
    session = _session(ask)
    if session and _is_same(session.identity, identity):
        return Known(ask=_of(ask, session, identity))
    now = wall_clock()
    with ask.site.database.transaction() as connection:
        web_sessions.forget_ended(connection, now)
        if session:
            web_sessions.end(connection, session.token)
        secret = web_sessions.begin(connection, identity, now, now + ask.site.web.signed_in_for)
        visitor = visitor_of(connection, identity, ask.site.settings().access, ask.site.people(), now)
        ask.site.visits.came_by_proxy(connection, visitor, ask.now)
    begun = WebSession(token=web_sessions.hashed(secret), identity=identity, seen_at=now)
    return Known(ask=replace(ask, session=begun, visitor=visitor), secret=secret)


def _is_same(before: Identity, now: Identity) -> bool:
    return (before.by, before.name, before.subject) == (now.by, now.name, now.subject)


def _session(ask: Ask) -> WebSession | None:
    """Return the session of the browser, if whoever vouches for people now vouched for it."""
    site, now = ask.site, wall_clock()
    secret = held(site, ask.cookies)
    if secret is None:
        return None
    with site.database.reading() as connection:
        session = web_sessions.session_of(connection, secret, now, site.web.idle_for)
    if session is None or session.identity.by is not site.vouched_by:
        return None
    if session.is_to_note(now):
        with site.database.transaction() as connection:
            web_sessions.note_seen(connection, session.token, now)
    return session


def _of(ask: Ask, session: WebSession, identity: Identity) -> Ask:
    with ask.site.database.reading() as connection:
        visitor: Visitor = visitor_of(
            connection, identity, ask.site.settings().access, ask.site.people(), wall_clock()
        )
    return replace(ask, session=session, visitor=visitor)
