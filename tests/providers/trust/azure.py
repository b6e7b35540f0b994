"""An application that deploys, at Microsoft Graph and Resource Manager over HTTPS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from providers.azure.trust import AzureApplications, AzureApplicationsSettings
from tests.providers.azure.sources.cloud import Answer, Asked, azure_cloud
from tests.providers.trust.system import TrustingCloud

APPLICATION = "a99b0000-1111-2222-3333-444455556666"
SUBSCRIPTION = "11112222-3333-4444-5555-666677778888"
OBJECT, PRINCIPAL = "0b1ec700-0000-0000-0000-000000000001", "5e1ec700-0000-0000-0000-000000000002"
ISSUER = "https://token.actions.githubusercontent.com"
MAIN = "repo:example/infra:ref:refs/heads/main"
ASSIGNMENTS = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments"


def federated(name: str, **subject: Any) -> dict[str, Any]:
    """A federated credential."""
    return {
        "id": name,
        "name": name,
        "issuer": ISSUER,
        "audiences": ["api://AzureADTokenExchange"],
        **subject,
    }


class Tenant:
    """What Graph and Resource Manager hold."""

    def __init__(self) -> None:
        self.application: dict[str, Any] | None = {
            "id": OBJECT,
            "appId": APPLICATION,
            "passwordCredentials": [],
            "keyCredentials": [],
        }
        self.federated = [federated("main", subject=MAIN)]
        self.roles = ["Contributor"]
        self.is_hidden = False
        self.refused: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as the service does."""
        lists = {
            "/v1.0/applications": ({"$filter", "$select"}, [self.application] if self.application else []),
            f"/v1.0/applications/{OBJECT}/federatedIdentityCredentials": (set(), self.federated),
            f"/v1.0/applications/{OBJECT}/owners": (
                {"$select"},
                [{"id": "87d349ed", "userPrincipalName": "erin@example.com"}],
            ),
            "/v1.0/servicePrincipals": ({"$filter", "$select"}, [{"id": PRINCIPAL}]),
            ASSIGNMENTS: ({"$filter", "api-version"}, [self._assignment(role) for role in self.roles]),
        }
        known, found = lists.get(asked.path, (None, []))
        if known is None or set(asked.query) != known:
            self.refused.append(f"{asked.path} {asked.query}")
            return Answer(status=400, body=b'{"error":{"code":"Request_BadRequest","message":"no"}}')
        if self.is_hidden and asked.path == ASSIGNMENTS:
            return Answer(status=403, body=b'{"error":{"code":"AuthorizationFailed","message":"no"}}')
        return Answer(body=json.dumps({"value": found}).encode())

    def _assignment(self, role: str) -> dict[str, Any]:
        return {
            "id": f"{ASSIGNMENTS}/{role}",
            "properties": {
                "roleDefinitionId": f"/roleDefinitions/{role}",
                "scope": f"/subscriptions/{SUBSCRIPTION}",
                "principalId": PRINCIPAL,
            },
        }


@contextmanager
def azure_applications(folder: Path) -> Iterator[TrustingCloud]:
    """One application, which one branch of one repository may act as."""
    tenant = Tenant()
    with azure_cloud(folder, tenant.answer) as cloud:
        signed_in = cloud.signed_in() | {"management": cloud.url}

        def source(**but: Any) -> AzureApplications:
            given = {"applications": (APPLICATION,), "subscriptions": (SUBSCRIPTION,), **signed_in, **but}
            return AzureApplications(AzureApplicationsSettings(**given))

        def trust_somebody() -> None:
            assert tenant.application is not None
            until = {"keyId": "1", "displayName": "by hand", "endDateTime": "2027-01-01T00:00:00Z"}
            tenant.application["passwordCredentials"] = [{**until, "hint": "s3s"}]

        def trust_any_branch() -> None:
            expression = "claims['sub'] matches 'repo:example/infra:*'"
            flexible = {"claimsMatchingExpression": {"value": expression, "languageVersion": 1}}
            tenant.federated = [federated("any", **flexible)]

        yield TrustingCloud(
            source=source(),
            name=APPLICATION,
            stranger=lambda: source(client_secret=Secret("wr0ng-secret")),
            trust_somebody=trust_somebody,
            trust_any_branch=trust_any_branch,
            allow_more=lambda: tenant.roles.append("Owner"),
            hide_permissions=lambda: setattr(tenant, "is_hidden", True),
            permission="Microsoft.Authorization/roleAssignments/read",
            delete=lambda: setattr(tenant, "application", None),
            break_down=lambda: cloud.refuse(503, "ServiceUnavailable"),
        )
        assert tenant.refused == []
