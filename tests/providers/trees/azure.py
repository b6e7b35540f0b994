"""Management groups of a tenant, at Resource Manager over HTTPS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from providers.azure.organisation import AzureManagementGroups, AzureManagementGroupsSettings
from tests.providers.azure.sources.cloud import TENANT, Answer, Asked, azure_cloud
from tests.providers.trees.system import Company

GROUPS = "/providers/Microsoft.Management/managementGroups"
TOP, WORKLOADS, PRODUCTION = TENANT, "workloads", "workloads-prod"
NAMES = {TOP: "Tenant Root Group", WORKLOADS: "Workloads", PRODUCTION: "Production"}
PATHS = {
    TOP: "Tenant Root Group",
    WORKLOADS: "Tenant Root Group/Workloads",
    PRODUCTION: "Tenant Root Group/Workloads/Production",
}
PAGE = 20


def subscription(number: int) -> str:
    """Return the id of a subscription."""
    return f"11112222-3333-4444-5555-{number:012}"


class Tenant:
    """Groups and subscriptions, each with the group that it lies in."""

    def __init__(self) -> None:
        self.url = ""
        self.groups = {WORKLOADS: TOP, PRODUCTION: WORKLOADS}
        self.subscriptions = {subscription(1): TOP, subscription(2): WORKLOADS}
        self.subscriptions |= {subscription(number): PRODUCTION for number in range(100, 125)}
        self.refused: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as Resource Manager does."""
        known = {GROUPS: self._groups, f"{GROUPS}/{TOP}/descendants": self._descendants}
        if asked.path not in known or not set(asked.query) <= {"api-version", "$skiptoken"}:
            self.refused.append(f"{asked.path} {asked.query}")
            return Answer(status=400, body=b'{"error":{"code":"BadRequest","message":"no"}}')
        found, begin = known[asked.path](), int(asked.query.get("$skiptoken", "0"))
        page: dict[str, Any] = {"value": found[begin : begin + PAGE]}
        if begin + PAGE < len(found):
            version = asked.query["api-version"]
            link = f"{self.url}{asked.path}?api-version={version}&$skiptoken={begin + PAGE}"
            page["nextLink"] = link
        return Answer(body=json.dumps(page).encode())

    def _groups(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{GROUPS}/{name}",
                "type": "Microsoft.Management/managementGroups",
                "name": name,
                "properties": {"tenantId": TENANT, "displayName": title},
            }
            for name, title in NAMES.items()
        ]

    def _descendants(self) -> list[dict[str, Any]]:
        """Tell what lies below the top, in no particular order."""
        subscriptions = [
            _descendant(f"/subscriptions/{name}", "/subscriptions", f"Subscription {name}", parent)
            for name, parent in self.subscriptions.items()
        ]
        groups = [
            _descendant(f"{GROUPS}/{name}", "Microsoft.Management/managementGroups", NAMES[name], parent)
            for name, parent in self.groups.items()
        ]
        return [*subscriptions, *groups]


def _descendant(id_: str, kind: str, title: str, parent: str) -> dict[str, Any]:
    return {
        "id": id_,
        "type": kind,
        "name": id_.rpartition("/")[2],
        "properties": {"displayName": title, "parent": {"id": f"{GROUPS}/{parent}"}},
    }


@contextmanager
def azure_management_groups(folder: Path) -> Iterator[Company]:
    """Subscriptions in the root group, in a group, and in a group within it."""
    tenant = Tenant()
    placed = {name: PATHS[parent] for name, parent in tenant.subscriptions.items()}
    with azure_cloud(folder, tenant.answer) as cloud:
        tenant.url = cloud.url

        def tree(**but: Any) -> AzureManagementGroups:
            given = {"group": TOP, **cloud.signed_in(), **but}
            return AzureManagementGroups(AzureManagementGroupsSettings(**given))

        def move() -> str:
            tenant.subscriptions[subscription(2)] = PRODUCTION
            placed[subscription(2)] = PATHS[PRODUCTION]
            return subscription(2)

        yield Company(
            tree=tree(),
            placed=placed,
            move=move,
            stranger=lambda: tree(client_secret=Secret("wr0ng-secret")),
            forbid=lambda: cloud.refuse(403, "AuthorizationFailed"),
            permission="Microsoft.Management/managementGroups/descendants/read",
            break_down=lambda: cloud.refuse(503, "ServiceUnavailable"),
            mend=lambda: setattr(cloud, "instead", None),
        )
        assert tenant.refused == []
