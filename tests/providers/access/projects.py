"""Google's Resource Manager and IAM: who has which role on a project, and what a role allows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from providers.gcp.project_roles import GcpProjectRoles, GcpProjectRolesSettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.tickets.server import (
    TOKEN,
    Answer,
    Asked,
    RefusedError,
    Server,
    only,
    only_fields,
    served,
)

PROJECT = "example-prod"
ROLES = {
    "roles/editor": ["compute.instances.get", "compute.instances.insert"],
    "roles/viewer": ["compute.instances.get", "compute.instances.list", "storage.buckets.getIamPolicy"],
}


def refusal(status: int, reason: str) -> Answer:
    """Refuse as Google does."""
    return Answer(status=status, body={"error": {"code": status, "message": "no", "status": reason}})


@dataclass(kw_only=True, slots=True)
class Projects:
    """One project."""

    bindings: list[dict[str, object]] = field(default_factory=list)

    def bind(self, name: str, role: str) -> str:
        """Give a person a role; return how they are called."""
        self.bindings.append({"role": role, "members": [f"user:{name}@example.com"]})
        return f"{name}@example.com"

    def answer(self, asked: Asked) -> Answer:
        """Issue a token, or answer one request as Google does."""
        if (asked.method, asked.path) == ("POST", "/token"):
            return Answer(body={"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "UNAUTHENTICATED")
        role = asked.path.removeprefix("/v1/")
        match asked.method, asked.path:
            case "POST", path if path == f"/v3/projects/{PROJECT}:getIamPolicy":
                bad = refusal(400, "INVALID_ARGUMENT")
                only_fields(asked.body, {"options"}, set(), bad)
                only_fields(asked.body["options"], {"requestedPolicyVersion"}, set(), bad)
                return Answer(body={"version": 3, "etag": "BwXhqDVeDqk=", "bindings": self.bindings})
            case "GET", path if path.startswith("/v1/roles/"):
                only(asked)
                if role not in ROLES:
                    return refusal(404, "NOT_FOUND")
                return Answer(body={"name": role, "includedPermissions": ROLES[role]})
        raise RefusedError(Answer(status=404, body={}), "no such path")


@contextmanager
def projects(folder: Path) -> Iterator[tuple[Projects, GcpProjectRoles, Server]]:
    """Run the APIs."""
    service = Projects()
    with served(service) as server:
        key = a_key_file(folder, f"{server.url}/token")
        settings = GcpProjectRolesSettings(
            projects=(PROJECT,), credentials_file=str(key), endpoint=server.url, iam=server.url
        )
        yield service, GcpProjectRoles(settings), server
        assert server.refused == []
