"""HCP Terraform's API, as far as states need it: its paths, pages, JSON:API documents and refusals."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from drift.model.secret import Secret
from providers.terraform.backends.hcp import HcpStates, HcpStatesSettings
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.proxy import Answer, Headers, Proxy
from tests.providers.state_stores.shelf import Shelf

ORGANISATION = "example"
TOKEN = "secret.atlasv1.token"
NOT_FOUND = b'{"errors": [{"status": "404", "title": "not found"}]}'


@dataclass(kw_only=True, slots=True)
class Workspace:
    """One workspace, as its users left it."""

    id: str
    name: str
    versions: list[bytes] = field(default_factory=list)
    execution_mode: str = "remote"
    locked_by: tuple[str, str] | None = None
    """Type and id of who holds it."""
    run_status: str | None = None
    """Of the run that holds it."""
    timestamps: dict[str, str] = field(default_factory=dict)

    @property
    def version_id(self) -> str | None:
        """The id of the current state version."""
        return f"sv-{self.id}-{len(self.versions)}" if self.versions else None

    def document(self) -> dict[str, Any]:
        """Return it as the list of workspaces shows it."""
        version = self.version_id and {"id": self.version_id, "type": "state-versions"}
        relations: dict[str, Any] = {
            "organization": {"data": {"id": ORGANISATION, "type": "organizations"}},
            "current-state-version": {"data": version},
        }
        if self.locked_by:
            type_, id_ = self.locked_by
            relations["locked-by"] = {"data": {"id": id_, "type": type_}, "links": {"related": "/api/v2/"}}
        if self.run_status and self.locked_by:
            relations["current-run"] = {"data": {"id": self.locked_by[1], "type": "runs"}}
        return {
            "id": self.id,
            "type": "workspaces",
            "attributes": {
                "name": self.name,
                "locked": self.locked_by is not None,
                "execution-mode": self.execution_mode,
                "terraform-version": "1.11.4",
            },
            "relationships": relations,
        }

    def run(self) -> Iterator[dict[str, Any]]:
        """Yield the run that holds it, as it is included in a page."""
        if self.run_status and self.locked_by:
            attributes = {"status": self.run_status, "status-timestamps": self.timestamps}
            yield {"id": self.locked_by[1], "type": "runs", "attributes": attributes}


@dataclass(kw_only=True, slots=True)
class Service:
    """The workspaces of an organisation, and where their states are kept."""

    archive: Proxy
    """Another host, whose addresses are signed, and which must see no token."""
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    page: int = 100
    """How many workspaces it gives at most."""
    api: Proxy | None = None
    is_enterprise: bool = False
    """The download starts at the API, which wants the token and leads to the archive."""

    def workspace(self, name: str) -> Workspace:
        """Return a workspace, a new one if need be."""
        made = Workspace(id=f"ws-{len(self.workspaces):04}", name=name)
        return self.workspaces.setdefault(name, made)

    def answer(self, method: str, path: str, headers: Headers) -> Answer:
        """Answer one request as the API does."""
        if method != "GET":
            return json_answer(b"{}", 405)
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return json_answer(b'{"errors": [{"status": "401", "title": "unauthorized"}]}', 401)
        address = urlsplit(path)
        parts = address.path.split("/")
        if parts[3:] == ["organizations", ORGANISATION, "workspaces"]:
            return self._list({name: values[0] for name, values in parse_qs(address.query).items()})
        if parts[3:4] == ["workspaces"] and parts[5:] == ["current-state-version"]:
            return self._current(parts[4])
        if parts[3:4] == ["state-versions"] and parts[5:] == ["hosted_state"]:
            return 302, {"Location": f"{self.archive.url}/signed/{parts[4]}"}, b""
        return json_answer(NOT_FOUND, 404)

    def archived(self, _method: str, path: str, headers: Headers) -> Answer:
        """Answer one request as the archive does."""
        if "authorization" in headers:
            return 400, {}, b"a signed address and a token"
        for one in self.workspaces.values():
            if path == f"/signed/{one.version_id}":
                return 200, {"Content-Type": "text/plain"}, one.versions[-1]
        return 403, {}, b"expired"

    def _list(self, asked: dict[str, str]) -> Answer:
        fitting = [
            one for name, one in sorted(self.workspaces.items()) if asked.get("search[name]", "") in name
        ]
        number, size = int(asked["page[number]"]), min(self.page, int(asked["page[size]"]))
        shown = fitting[(number - 1) * size : number * size]
        total = max(1, -(-len(fitting) // size))
        pagination = {
            "current-page": number,
            "page-size": size,
            "prev-page": number - 1 or None,
            "next-page": number + 1 if number < total else None,
            "total-pages": total,
            "total-count": len(fitting),
        }
        document = {
            "data": [one.document() for one in shown],
            "included": [run for one in shown for run in one.run()] if asked.get("include") else [],
            "meta": {"pagination": pagination},
        }
        return json_answer(json.dumps(document).encode())

    def _current(self, id_: str) -> Answer:
        found = next((one for one in self.workspaces.values() if one.id == id_ and one.versions), None)
        if found is None:
            return json_answer(NOT_FOUND, 404)
        url = f"{self.archive.url}/signed/{found.version_id}"
        if self.is_enterprise and self.api:
            url = f"{self.api.url}/api/v2/state-versions/{found.version_id}/hosted_state"
        attributes = {
            "serial": len(found.versions),
            "status": "finalized",
            "created-at": "2026-11-16T11:00:00.000Z",
            "hosted-state-download-url": url,
        }
        data = {"id": found.version_id, "type": "state-versions", "attributes": attributes}
        return json_answer(json.dumps({"data": data}).encode())


@contextmanager
def hcp_service() -> Iterator[tuple[Service, Proxy]]:
    """Run the service, and its archive beside it."""
    with served(lambda *_: (404, {}, b"")) as archive:
        service = Service(archive=archive)
        archive.answer = service.archived
        with served(service.answer) as api:
            service.api = api
            yield service, api


@contextmanager
def hcp() -> Iterator[Shelf]:
    """Each state is a workspace whose runs are made on people's machines."""
    with hcp_service() as (service, api):

        def put(name: str, body: bytes) -> None:
            service.workspace(f"network-{name}").versions.append(body)

        def hold(name: str, info: bytes) -> None:
            one = service.workspace(f"network-{name}")
            is_plan = json.loads(info)["Operation"] == "OperationTypePlan"
            one.locked_by = ("runs", json.loads(info)["Who"])
            one.run_status = "planned" if is_plan else "applying"
            one.timestamps = {"applying-at": json.loads(info)["Created"]}

        def release(name: str) -> None:
            one = service.workspace(f"network-{name}")
            one.locked_by, one.run_status = None, None

        yield Shelf(
            store=HcpStates(HcpStatesSettings(token=Secret(TOKEN), endpoint=api.url)),
            location=f"tfe://app.terraform.io/{ORGANISATION}/network-",
            uri=lambda name: f"tfe://app.terraform.io/{ORGANISATION}/network-{name}",
            put=put,
            remove=lambda name: service.workspaces.pop(f"network-{name}") and None,
            hold=hold,
            release=release,
            deny=lambda: api.refuse(404, NOT_FOUND),
            permission='the permission "Read workspaces" is missing',
            break_down=lambda: api.refuse(429, b"{}", Retry_After="17"),
            proxy=api,
        )
