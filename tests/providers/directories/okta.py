"""An Okta of our own: its users, with those that were deactivated in a list apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from providers.okta.directory import Okta, OktaSettings
from tests.providers.directories.system import DirectorySystem, Entry
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, served

PAGE = 2
"""Okta may give fewer than were asked for."""

GONE = 'status eq "DEPROVISIONED"'

FORBIDDEN = {
    "errorCode": "E0000006",
    "errorSummary": "You do not have permission to perform the requested action",
    "errorLink": "E0000006",
    "errorId": "oae1",
    "errorCauses": [],
}


class OktaService:
    """One organisation."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as Okta does."""
        if asked.headers.get("authorization") != f"SSWS {TOKEN}":
            return Answer(
                status=401, body={"errorCode": "E0000011", "errorSummary": "Invalid token provided"}
            )
        if (asked.method, asked.path) != ("GET", "/api/v1/users"):
            raise RefusedError(Answer(status=404, body={"errorCode": "E0000022"}), "no such path")
        only(asked, "limit", "after", "filter", "q", "search")
        if not 1 <= int(asked.query.get("limit", "0")) <= 200:
            raise RefusedError(Answer(status=400, body={"errorCode": "E0000001"}), "a limit beyond 200")
        which = asked.query.get("filter")
        if which not in (None, GONE):
            raise RefusedError(Answer(status=400, body={"errorCode": "E0000031"}), f"no filter: {which}")
        found = [one for one in self.users if (one["status"] == "DEPROVISIONED") == (which is not None)]
        start = 0 if self.is_looping else int(asked.query.get("after", "mark0").removeprefix("mark"))
        url = f"http://{asked.headers['host']}{asked.path}?limit=200"
        links = f'<{url}>; rel="self"'
        if start + PAGE < len(found) or self.is_looping:
            links += f', <{url}&after=mark{start + PAGE}>; rel="next"'
        return Answer(body=found[start : start + PAGE], headers={"Link": links})

    def enrol(self, entry: Entry) -> None:
        """Create a user."""
        profile = {
            "login": entry.mail,
            "email": entry.alias,
            "secondEmail": entry.chosen,
            "displayName": entry.display_name,
            "firstName": "Alice",
            "lastName": "Example",
            "mobilePhone": None,
        }
        self.users.append(
            {
                "id": f"00u{entry.number}",
                "status": "ACTIVE" if entry.is_active else "DEPROVISIONED",
                "profile": profile | ({"githubLogin": entry.github} if entry.github else {}),
                "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
            }
        )


@contextmanager
def okta(_: Path) -> Iterator[DirectorySystem]:
    """One organisation."""
    service = OktaService()
    with served(service) as server:

        def with_token(token: str) -> Okta:
            settings = OktaSettings(base_url=server.url, token=Secret(token), github_attribute="githubLogin")
            return Okta(settings)

        def refuse(status: int, body: Any = b"{}", **headers: str) -> None:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            server.fault = lambda _: Answer(status=status, body=body, headers=named)

        yield DirectorySystem(
            directory=with_token(TOKEN),
            stranger=lambda: with_token("wr0ng-token"),
            enrol=service.enrol,
            refuse=refuse,
            forbid=lambda: refuse(403, FORBIDDEN),
            permission="okta.users.read",
            drop=lambda: [one["profile"].pop("login") for one in service.users],
            loop=lambda: setattr(service, "is_looping", True),
            refused=server.refused,
            names=lambda one: {one.mail, one.alias, f"00u{one.number}", *filter(None, [one.github])},
            secret=TOKEN,
        )
