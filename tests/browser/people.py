"""Who opens the pages."""

from datetime import UTC, datetime, timedelta
from typing import Final

from drift.model.visitor import Invitation, Role
from drift.store.invitations import keep_invitation
from drift.web.ask import wall_clock
from drift.web.cookies import session_cookie
from tests.browser.chromium import Watched
from tests.web.visiting import NAMES, Visited

AUDITOR: Final = "audrey@auditors.example"

EVERYBODY: Final = {**NAMES, Role.AUDITOR: AUDITOR}
"""Somebody of each role."""


def invite_auditor(visited: Visited) -> None:
    """Invite somebody who may read everything of the stories."""
    now = wall_clock()
    one = Invitation(
        id="invitation-1",
        name=AUDITOR,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2027, 1, 1, tzinfo=UTC),
        expires_at=now + timedelta(days=1),
        by=NAMES[Role.ADMIN],
        invited_at=now,
    )
    with visited.database.transaction() as connection:
        keep_invitation(connection, one, ledger_seq=1)


def sign_in(watched: Watched, visited: Visited, who: Role | str) -> None:
    """Have a browser hold the session of somebody, by name or role."""
    if who is Role.AUDITOR:
        invite_auditor(visited)
    name = session_cookie(visited.site)
    secret = visited.visitor(EVERYBODY[who] if isinstance(who, Role) else who).cookies[name]
    watched.context.add_cookies([{"name": name, "value": secret, "url": visited.site.url}])
