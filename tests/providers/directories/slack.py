"""A Slack workspace of our own: its members, those of other companies and the bots among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from providers.slack.directory import SlackPeople, SlackPeopleSettings
from tests.providers.directories.system import DirectorySystem, Entry
from tests.providers.tickets.server import Answer, Asked, RefusedError, served

TOKEN = "xoxb-people"
TEAM = "T0EXAMPLE"
PAGE = 2
FIELDS = {"auth.test": set[str](), "users.list": {"limit", "cursor"}}


def refusal(code: str, status: int = 200, **details: str) -> Answer:
    """Refuse as Slack does: mostly with status 200."""
    return Answer(status=status, body={"ok": False, "error": code, **details})


class Members:
    """One workspace."""

    def __init__(self) -> None:
        self.members: list[dict[str, Any]] = []
        self.scopes = ["users:read", "users:read.email"]
        self.is_looping = False
        self.enterprise: str | None = None

    def answer(self, asked: Asked) -> Answer:
        """Answer one call as Slack does."""
        method = asked.path.removeprefix("/api/")
        if method not in FIELDS:
            raise RefusedError(refusal("unknown_method"), f"no method {method}")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal("invalid_auth")
        given = {**asked.query, **(asked.body or {})}
        if unknown := given.keys() - FIELDS[method]:
            raise RefusedError(refusal("invalid_arg_name"), f"unknown parameters {sorted(unknown)}")
        told = {"X-OAuth-Scopes": ",".join(self.scopes)}
        if method == "auth.test":
            body = {
                "ok": True,
                "team_id": TEAM,
                "team": "Example",
                "user": "drift",
                "enterprise_id": self.enterprise,
            }
            return Answer(body=body, headers=told)
        if not 1 <= int(given.get("limit", "0")) < 1000:
            raise RefusedError(refusal("limit_required"), "no limit")
        if "users:read" not in self.scopes:
            return refusal("missing_scope", needed="users:read")
        start = 0 if self.is_looping else int(given.get("cursor", "dXNlcjo0").removeprefix("dXNlcjo") or 0)
        start = start if "cursor" in given and not self.is_looping else 0
        following = f"dXNlcjo{start + PAGE}" if start + PAGE < len(self.members) or self.is_looping else ""
        page = self.members[start : start + PAGE]
        body = {"ok": True, "members": page, "response_metadata": {"next_cursor": following}}
        return Answer(body=body, headers=told)

    def enrol(self, entry: Entry, **but: Any) -> None:
        """Let somebody join."""
        member = {
            "id": f"U0{entry.number:07}",
            "team_id": TEAM,
            "name": entry.chosen.partition("@")[0],
            "deleted": not entry.is_active,
            "is_bot": False,
            "is_email_confirmed": True,
            "profile": {
                "real_name": entry.display_name,
                "display_name": entry.display_name,
                "title": entry.chosen,
                "email": entry.mail,
            },
        }
        self.members.append({**member, **but})


@contextmanager
def serving_members() -> Iterator[tuple[Members, Any]]:
    """Run a workspace."""
    service = Members()
    with served(service) as server:
        yield service, server


def people_of(url: str, token: str = TOKEN) -> SlackPeople:
    """Return the adapter that reads it."""
    return SlackPeople(SlackPeopleSettings(token=Secret(token), base_url=f"{url}/api/"))


@contextmanager
def slack(_: Path) -> Iterator[DirectorySystem]:
    """One workspace."""
    with serving_members() as (service, server):

        def refuse(status: int, body: Any = b"{}", **headers: str) -> None:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            server.fault = lambda _: Answer(status=status, body=body, headers=named)

        yield DirectorySystem(
            directory=people_of(server.url),
            stranger=lambda: people_of(server.url, "xoxb-wr0ng"),
            enrol=service.enrol,
            refuse=refuse,
            forbid=lambda: service.scopes.remove("users:read.email"),
            permission="users:read.email",
            drop=lambda: [one.pop("id") for one in service.members],
            loop=lambda: setattr(service, "is_looping", True),
            refused=server.refused,
            names=lambda one: {one.mail, f"U0{one.number:07}"},
            secret=TOKEN,
        )
