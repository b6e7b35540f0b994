"""The authorization API of Azure: roles and their assignments, page by page."""

import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.providers.azure.records import SUBSCRIPTION
from tests.providers.azure.sources.cloud import Answer, Asked, AzureCloud, azure_cloud

_PATH = re.compile(rf"/subscriptions/{SUBSCRIPTION}/providers/Microsoft\.Authorization/(\w+)")

ROLES = {
    "Contributor": ["*"],
    "Reader": ["*/read"],
    "Blob Reader": ["Microsoft.Storage/storageAccounts/read"],
}


def id_of(name: str) -> str:
    """Return the object id, or the id of the role, of this name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))


@dataclass(kw_only=True, slots=True)
class Authorization:
    """Who has which role on the subscription."""

    cloud: AzureCloud
    assigned: list[dict[str, Any]] = field(default_factory=list)

    def assign(self, name: str, role: str, kind: str = "User") -> str:
        """Give somebody a role; return the object id."""
        definition = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
        self.assigned.append(
            {
                "roleDefinitionId": f"{definition}/{id_of(role)}",
                "principalId": id_of(name),
                "principalType": kind,
                "scope": f"/subscriptions/{SUBSCRIPTION}",
            }
        )
        return id_of(name)

    def answer(self, asked: Asked) -> Answer:
        """Answer as Resource Manager does, two records a page."""
        place = _PATH.fullmatch(asked.path)
        known = {"roleAssignments": self._assignments, "roleDefinitions": self._definitions}
        if place is None or place[1] not in known or asked.query.get("api-version") != "2022-04-01":
            return Answer(status=400, body=b'{"error":{"code":"BadRequest","message":"no"}}')
        records, first = known[place[1]](), int(asked.query.get("$skipToken", "0"))
        page: dict[str, Any] = {"value": records[first : first + 2]}
        if first + 2 < len(records):
            query = f"api-version=2022-04-01&$skipToken={first + 2}"
            page["nextLink"] = f"{self.cloud.url}{asked.path}?{query}"
        return Answer(body=json.dumps(page).encode())

    def _assignments(self) -> list[dict[str, Any]]:
        return [{"id": f"/a/{number}", "properties": one} for number, one in enumerate(self.assigned)]

    def _definitions(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"/providers/Microsoft.Authorization/roleDefinitions/{id_of(name)}",
                "properties": {"roleName": name, "permissions": [{"actions": actions, "notActions": []}]},
            }
            for name, actions in ROLES.items()
        ]


@contextmanager
def authorization(folder: Path) -> Iterator[Authorization]:
    """Run the API."""
    with azure_cloud(folder, lambda _: Answer()) as cloud:
        service = Authorization(cloud=cloud)
        cloud.api = service.answer
        yield service
