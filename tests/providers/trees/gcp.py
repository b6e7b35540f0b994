"""A Google Cloud organisation, at its Resource Manager."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from providers.gcp.organisation import GcpOrganisation, GcpOrganisationSettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, served
from tests.providers.trees.system import Company

NUMBER = "123456789012"
ROOT = f"organizations/{NUMBER}"
PAGE = 20


def refusal(status: int, reason: str, message: str) -> Answer:
    """Refuse as Google does."""
    return Answer(status=status, body={"error": {"code": status, "message": message, "status": reason}})


class ResourceManager:
    """Folders and projects, each with what it lies in."""

    def __init__(self) -> None:
        self.folders = {"folders/1": (ROOT, "Workloads"), "folders/2": ("folders/1", "Production")}
        self.projects = {"example-root": ROOT, "example-sandbox": "folders/1"}
        self.projects |= {f"example-{number:03}": "folders/2" for number in range(25)}

    def answer(self, asked: Asked) -> Answer:
        """Issue a token, or answer one request as Google does."""
        if (asked.method, asked.path) == ("POST", "/token"):
            return Answer(body={"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        match asked.method, asked.path:
            case "GET", path if path == f"/v3/{ROOT}":
                only(asked)
                return Answer(body={"name": ROOT, "displayName": "example.com", "state": "ACTIVE"})
            case "GET", "/v3/folders":
                held = [
                    {"name": name, "parent": parent, "displayName": title, "state": "ACTIVE"}
                    for name, (parent, title) in self.folders.items()
                ]
                return self._page(asked, "folders", held)
            case "GET", "/v3/projects":
                held = [
                    {"name": f"projects/{number}", "projectId": name, "parent": parent, "state": "ACTIVE"}
                    for number, (name, parent) in enumerate(self.projects.items(), start=1)
                ]
                return self._page(asked, "projects", held)
        raise RefusedError(Answer(status=404, body={}), "no such path")

    def _page(self, asked: Asked, kind: str, held: list[dict[str, Any]]) -> Answer:
        """Return a page; where there is nothing Google leaves the list out."""
        only(asked, "parent", "pageSize", "pageToken")
        parents = {ROOT, *self.folders}
        if asked.query.get("parent") not in parents:
            raise RefusedError(refusal(400, "INVALID_ARGUMENT", "parent"), "no such parent")
        within = [one for one in held if one["parent"] == asked.query["parent"]]
        begin = int(asked.query.get("pageToken", "t0").removeprefix("t"))
        body: dict[str, Any] = {kind: within[begin : begin + PAGE]} if within else {}
        if begin + PAGE < len(within):
            body["nextPageToken"] = f"t{begin + PAGE}"
        return Answer(body=body)


@contextmanager
def gcp_organization(folder: Path) -> Iterator[Company]:
    """Projects in the organisation, in a folder, and in a folder within it."""
    held = ResourceManager()
    paths = {ROOT: "example.com", "folders/1": "example.com/Workloads"}
    paths["folders/2"] = "example.com/Workloads/Production"
    placed = {name: paths[parent] for name, parent in held.projects.items()}
    with served(held) as server:
        key = a_key_file(folder, f"{server.url}/token")

        def tree() -> GcpOrganisation:
            settings = GcpOrganisationSettings(
                organisation=NUMBER, credentials_file=str(key), endpoint=server.url
            )
            return GcpOrganisation(settings)

        def answering(answer: Answer) -> None:
            server.fault = lambda asked: None if asked.path == "/token" else answer

        def stranger() -> GcpOrganisation:
            denied = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            server.fault = lambda asked: Answer(status=400, body=denied) if asked.path == "/token" else None
            return tree()

        def move() -> str:
            held.projects["example-sandbox"] = "folders/2"
            placed["example-sandbox"] = paths["folders/2"]
            return "example-sandbox"

        yield Company(
            tree=tree(),
            placed=placed,
            move=move,
            stranger=stranger,
            forbid=lambda: answering(refusal(403, "PERMISSION_DENIED", "The caller has no permission")),
            permission="resourcemanager.organizations.get",
            break_down=lambda: answering(refusal(503, "UNAVAILABLE", "later")),
            mend=lambda: setattr(server, "fault", None),
        )
        assert server.refused == []
