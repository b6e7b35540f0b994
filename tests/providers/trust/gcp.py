"""A service account that deploys, at Google's IAM and Resource Manager."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from providers.gcp.trust import GcpServiceAccounts, GcpServiceAccountsSettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, only_fields, served
from tests.providers.trust.system import TrustingCloud

ACCOUNT = "terraform@example-prod.iam.gserviceaccount.com"
PATH = f"/v1/projects/-/serviceAccounts/{ACCOUNT}"
PROJECT = "/v3/projects/example-prod:getIamPolicy"
POOL = "iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci"
MAIN = f"principal://{POOL}/subject/repo:example/infra:ref:refs/heads/main"
ACTS = "roles/iam.workloadIdentityUser"


def refusal(status: int, reason: str, message: str) -> Answer:
    """Refuse as Google does."""
    return Answer(status=status, body={"error": {"code": status, "message": message, "status": reason}})


class Iam:
    """What IAM and the Resource Manager hold."""

    def __init__(self) -> None:
        self.is_there = True
        self.members = [MAIN]
        self.roles = ["roles/editor"]
        self.is_hidden = False

    def answer(self, asked: Asked) -> Answer:
        """Issue a token, or answer one request as Google does."""
        if (asked.method, asked.path) == ("POST", "/token"):
            return Answer(body={"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        match asked.method, asked.path:
            case "GET", path if path == PATH:
                only(asked)
                if not self.is_there:
                    return refusal(404, "NOT_FOUND", "Unknown service account")
                return Answer(body={"name": PATH.removeprefix("/v1/"), "email": ACCOUNT})
            case "GET", path if path == f"{PATH}/keys":
                only(asked, "keyTypes")
                key = {"name": f"{PATH}/keys/0a1b", "validBeforeTime": "2027-01-01T00:00:00Z"}
                return Answer(body={"keys": [key]})
            case "POST", path if path == f"{PATH}:getIamPolicy":
                return self._policy(asked, [{"role": ACTS, "members": self.members}])
            case "POST", path if path == PROJECT:
                if self.is_hidden:
                    return refusal(403, "PERMISSION_DENIED", "The caller does not have permission")
                members = [f"serviceAccount:{ACCOUNT}"]
                return self._policy(asked, [{"role": role, "members": members} for role in self.roles])
        raise RefusedError(Answer(status=404, body={}), "no such path")

    def _policy(self, asked: Asked, bindings: list[dict[str, Any]]) -> Answer:
        bad = refusal(400, "INVALID_ARGUMENT", "Invalid JSON payload received.")
        only_fields(asked.body, {"options"}, set(), bad)
        only_fields(asked.body["options"], {"requestedPolicyVersion"}, set(), bad)
        return Answer(body={"version": 3, "etag": "BwXhqDVeDqk=", "bindings": bindings})


@contextmanager
def gcp_service_accounts(folder: Path) -> Iterator[TrustingCloud]:
    """One service account, which one branch of one repository may act as."""
    iam = Iam()
    with served(iam) as server:
        key = a_key_file(folder, f"{server.url}/token")

        def source() -> GcpServiceAccounts:
            settings = GcpServiceAccountsSettings(
                service_accounts=(ACCOUNT,),
                projects=("example-prod",),
                credentials_file=str(key),
                endpoint=server.url,
                resource_manager=server.url,
            )
            return GcpServiceAccounts(settings)

        def stranger() -> GcpServiceAccounts:
            denied = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            server.fault = lambda asked: Answer(status=400, body=denied) if asked.path == "/token" else None
            return source()

        broken = Answer(
            status=503, body={"error": {"code": 503, "message": "later", "status": "UNAVAILABLE"}}
        )
        yield TrustingCloud(
            source=source(),
            name=ACCOUNT,
            stranger=stranger,
            trust_somebody=lambda: iam.members.append("user:erin@example.com"),
            trust_any_branch=lambda: setattr(
                iam, "members", [f"principalSet://{POOL}/attribute.repository/example/infra"]
            ),
            allow_more=lambda: iam.roles.append("roles/owner"),
            hide_permissions=lambda: setattr(iam, "is_hidden", True),
            permission="resourcemanager.projects.getIamPolicy",
            delete=lambda: setattr(iam, "is_there", False),
            break_down=lambda: setattr(
                server, "fault", lambda asked: None if asked.path == "/token" else broken
            ),
        )
        assert server.refused == []
