"""Google's Admin SDK: the users of one customer, for a service account in an administrator's name."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from providers.gcp.workspace import SCOPE, GoogleWorkspace, GoogleWorkspaceSettings
from tests.providers.directories.system import DirectorySystem, Entry
from tests.providers.gcp.key_file import a_key_file
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, served

PAGE = 2
ADMIN = "admin@example.com"


def refusal(status: int, reason: str, message: str) -> Answer:
    """Refuse as Google does."""
    errors = [{"message": message, "domain": "global", "reason": reason}]
    return Answer(status=status, body={"error": {"code": status, "message": message, "errors": errors}})


class Workspace:
    """One customer."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Issue a token, or answer one request as Google does."""
        if (asked.method, asked.path) == ("POST", "/token"):
            return _token(asked)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "authError", "Invalid Credentials")
        if (asked.method, asked.path) != ("GET", "/admin/directory/v1/users"):
            raise RefusedError(Answer(status=404, body={}), "no such path")
        only(asked, "customer", "domain", "maxResults", "pageToken", "projection", "customFieldMask")
        if ("customer" in asked.query) == ("domain" in asked.query):
            raise RefusedError(refusal(400, "badRequest", "Bad Request"), "neither customer nor domain")
        if not 1 <= int(asked.query.get("maxResults", "100")) <= 500:
            raise RefusedError(refusal(400, "badRequest", "Bad Request"), "a page beyond 500")
        start = 0 if self.is_looping else int(asked.query.get("pageToken", "page0").removeprefix("page"))
        has_schema = (
            asked.query.get("projection") == "custom" and asked.query["customFieldMask"] == "accounts"
        )
        page = [
            {key: value for key, value in one.items() if has_schema or key != "customSchemas"}
            for one in self.users[start : start + PAGE]
        ]
        body: dict[str, Any] = {"kind": "admin#directory#users", "users": page}
        if start + PAGE < len(self.users) or self.is_looping:
            body["nextPageToken"] = f"page{start + PAGE}"
        return Answer(body=body)

    def enrol(self, entry: Entry) -> None:
        """Create a user."""
        user = {
            "id": f"11{entry.number:019}",
            "primaryEmail": entry.mail,
            "name": {"fullName": entry.display_name},
            "emails": [{"address": entry.mail, "primary": True}, {"address": entry.chosen, "type": "home"}],
            "recoveryEmail": entry.chosen,
            "aliases": [entry.alias],
            "suspended": not entry.is_active,
        }
        if entry.github:
            user["customSchemas"] = {"accounts": {"githubLogin": entry.github}}
        self.users.append(user)


def _token(asked: Asked) -> Answer:
    """Issue a token to the service account in the name of the administrator, for reading people alone."""
    claims = json.loads(base64.urlsafe_b64decode(asked.body["assertion"].split(".")[1] + "=="))
    if (claims.get("sub"), claims.get("scope")) != (ADMIN, SCOPE):
        said = "Client is unauthorized to retrieve access tokens using this method"
        return Answer(status=401, body={"error": "unauthorized_client", "error_description": said})
    return Answer(body={"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})


@contextmanager
def workspace(folder: Path) -> Iterator[DirectorySystem]:
    """One customer."""
    service = Workspace()
    with served(service) as server:
        key = a_key_file(folder, f"{server.url}/token")

        def asked_for(subject: str) -> GoogleWorkspace:
            settings = GoogleWorkspaceSettings(
                base_url=server.url,
                credentials_file=str(key),
                subject=subject,
                github_attribute="accounts.githubLogin",
            )
            return GoogleWorkspace(settings)

        def always(answer: Answer) -> None:
            server.fault = lambda asked: None if asked.path == "/token" else answer

        def refuse(status: int, body: Any = b"{}", **headers: str) -> None:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            always(Answer(status=status, body=body, headers=named))

        yield DirectorySystem(
            directory=asked_for(ADMIN),
            stranger=lambda: asked_for("mallory@example.com"),
            enrol=service.enrol,
            refuse=refuse,
            forbid=lambda: always(refusal(403, "forbidden", "Not Authorized to access this resource/api")),
            permission=SCOPE,
            drop=lambda: [one.pop("primaryEmail") for one in service.users],
            loop=lambda: setattr(service, "is_looping", True),
            refused=server.refused,
            names=lambda one: {
                one.mail,
                one.alias,
                f"11{one.number:019}",
                *filter(None, [one.github]),
            },
            secret=TOKEN,
        )
