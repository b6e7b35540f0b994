"""HCP Terraform's API, as far as runs need it: its paths, parameters, JSON:API documents and refusals.

Documents follow https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlsplit

from drift.model.secret import Secret
from drift.model.ticket import Deployment
from providers.terraform.hcp_runs import HcpRuns, HcpRunsSettings
from tests.providers.code_service import Document, answered
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.proxy import Answer, Headers, Proxy

TOKEN = "secret.atlasv1.token"

ORGANISATION = "example"

INCLUDE = {"workspace", "created_by", "configuration_version", "configuration_version.ingress_attributes"}

NOT_FOUND = json_answer(b'{"errors": [{"status": "404", "title": "not found"}]}', 404)

STATUSES = {None: "applying", "success": "applied", "errored": "errored"}


@dataclass(kw_only=True)
class Service:
    """The runs and users of HCP Terraform."""

    proxy: Proxy
    runs: dict[str, Document] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def answer(self, method: str, address: str, headers: Headers) -> Answer:
        """Answer one request as the API does."""
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return json_answer(b'{"errors": [{"status": "401", "title": "unauthorized"}]}', 401)
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        if method == "GET" and parts.path == f"/api/v2/organizations/{ORGANISATION}" and not asked:
            return answered({"data": {"id": ORGANISATION, "type": "organizations"}})
        if found := re.fullmatch(r"/api/v2/runs/(run-\w{16})", parts.path):
            if asked.keys() != {"include"} or set(asked["include"].split(",")) - INCLUDE:
                return self._mistake(address)
            run = self.runs.get(found[1])
            return answered(run) if run else NOT_FOUND
        if (found := re.fullmatch(r"/api/v2/users/(user-\w+)", parts.path)) and not asked:
            name = self.users.get(found[1])
            return (
                answered({"data": {"id": found[1], "attributes": {"username": name}}}) if name else NOT_FOUND
            )
        return self._mistake(address)

    def _mistake(self, address: str) -> Answer:
        self.mistakes.append(address)
        return json_answer(b'{"errors": [{"status": "400"}]}', 400)

    def run(self, one: Deployment, *, organisation: str = ORGANISATION) -> Document:
        """Let a commit start a run, or let it go on; return the run, to be changed."""
        confirmed = one.approvals[0] if one.approvals else None
        status = STATUSES[one.conclusion]
        relations: dict[str, Document] = {
            "workspace": {"data": {"id": "ws-1", "type": "workspaces"}},
            "configuration-version": {"data": {"id": "cv-1", "type": "configuration-versions"}},
            "created-by": {"data": None},
        }
        if confirmed:
            self.users["user-1"] = confirmed.by
            relations["confirmed-by"] = {"data": {"id": "user-1", "type": "users"}}
        self.runs[one.run_id] = {
            "data": {
                "id": one.run_id,
                "type": "runs",
                "attributes": {
                    "status": status,
                    "created-at": one.started_at,
                    "source": "tfe-configuration-version",
                    "status-timestamps": {
                        "confirmed-at": confirmed and confirmed.at,
                        f"{status}-at": one.finished_at or one.started_at,
                    },
                },
                "relationships": relations,
            },
            "included": [
                {
                    "id": "ws-1",
                    "type": "workspaces",
                    "attributes": {"name": one.environment or "network", "locked": False},
                    "relationships": {
                        "organization": {"data": {"id": organisation, "type": "organizations"}}
                    },
                },
                {
                    "id": "ia-1",
                    "type": "ingress-attributes",
                    "attributes": {
                        "identifier": one.repository,
                        "branch": one.ref.removeprefix("refs/heads/"),
                        "tag": None,
                        "commit-sha": one.head_sha,
                        "sender-username": one.actor,
                    },
                },
            ],
        }
        return self.runs[one.run_id]


def named(run_id: str) -> str:
    """Return what HCP Terraform would call a run."""
    return f"run-{run_id:0>16}"


def told(one: Deployment) -> Deployment:
    """Return what HCP Terraform can tell of a run: its code is elsewhere."""
    workspace = one.environment or "network"
    return replace(
        one,
        run_id=named(one.run_id),
        run_url=f"https://app.terraform.io/app/{ORGANISATION}/workspaces/{workspace}/runs/{named(one.run_id)}",
        environment=workspace,
        pull_request=None,
        event="tfe-configuration-version",
        workflow=None,
        is_branch_protected=None,
        is_reviewed_elsewhere=True,
    )


@contextmanager
def hcp_runs() -> Iterator[tuple[Service, HcpRuns]]:
    """Run the service, with a client of it."""
    with served(lambda *_: NOT_FOUND) as proxy:
        service = Service(proxy=proxy)
        proxy.answer = service.answer
        settings = HcpRunsSettings(organisation=ORGANISATION, token=Secret(TOKEN), endpoint=proxy.url)
        yield service, HcpRuns(settings)
        assert service.mistakes == []
