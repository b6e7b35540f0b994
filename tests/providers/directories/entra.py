"""Microsoft Graph's users of a tenant, over HTTPS, for tokens of our own authority only."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from providers.azure.directory import Entra, EntraSettings
from tests.providers.azure.sources.cloud import SECRET, Answer, Asked, azure_cloud
from tests.providers.directories.system import DirectorySystem, Entry

PAGE = 2
FIELDS = "id,userPrincipalName,mail,proxyAddresses,onPremisesExtensionAttributes"


class Graph:
    """One tenant."""

    def __init__(self) -> None:
        self.users: list[dict[str, Any]] = []
        self.is_looping = False
        self.url = ""
        self.refused: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as Graph does."""
        is_known = asked.path == "/v1.0/users" and set(asked.query) <= {"$select", "$top", "$skiptoken"}
        is_sized = 1 <= int(asked.query.get("$top", "100")) <= 999
        if not (is_known and is_sized and asked.query.get("$select") == FIELDS):
            self.refused.append(f"{asked.path} {asked.query}")
            return Answer(status=400, body=b'{"error":{"code":"Request_BadRequest","message":"no"}}')
        if asked.audience != self.url:
            return Answer(
                status=401, body=b'{"error":{"code":"InvalidAuthenticationToken","message":"who?"}}'
            )
        start = 0 if self.is_looping else int(asked.query.get("$skiptoken", "0"))
        page: dict[str, Any] = {"@odata.context": f"{self.url}/v1.0/$metadata#users"}
        if start + PAGE < len(self.users) or self.is_looping:
            query = f"$select={FIELDS}&$top=999&$skiptoken={start + PAGE}"
            page["@odata.nextLink"] = f"{self.url}/v1.0/users?{query}"
        page["value"] = self.users[start : start + PAGE]
        return Answer(body=json.dumps(page).encode())

    def enrol(self, entry: Entry) -> None:
        """Create a user; Graph gives nothing that was not asked for."""
        self.users.append(
            {
                "id": f"87d349ed-0000-0000-0000-{entry.number:012}",
                "userPrincipalName": entry.mail,
                "mail": None,
                "proxyAddresses": [f"SMTP:{entry.mail}", f"smtp:{entry.alias}", f"SIP:{entry.chosen}"],
                "onPremisesExtensionAttributes": {
                    "extensionAttribute1": entry.github,
                    "extensionAttribute2": entry.display_name,
                },
            }
        )


@contextmanager
def entra(folder: Path) -> Iterator[DirectorySystem]:
    """One tenant."""
    service = Graph()
    with azure_cloud(folder, service.answer) as cloud:
        service.url = cloud.url
        signed_in = cloud.signed_in()

        def directory(**but: Any) -> Entra:
            return Entra(EntraSettings(**signed_in, github_attribute="extensionAttribute1", **but))

        def refuse(status: int, body: Any = b"{}", **headers: str) -> None:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            cloud.instead = lambda _: Answer(status=status, body=content, headers=named)

        wrong = signed_in | {"client_secret": Secret("wr0ng-secret")}
        yield DirectorySystem(
            directory=directory(),
            stranger=lambda: Entra(EntraSettings(**wrong)),
            enrol=service.enrol,
            refuse=refuse,
            forbid=lambda: cloud.refuse(403, "Authorization_RequestDenied"),
            permission="User.Read.All",
            drop=lambda: [one.pop("userPrincipalName") for one in service.users],
            loop=lambda: setattr(service, "is_looping", True),
            refused=service.refused,
            names=lambda one: {
                one.mail,
                one.alias,
                f"87d349ed-0000-0000-0000-{one.number:012}",
                *filter(None, [one.github]),
            },
            secret=SECRET,
        )
