"""GitHub's REST API, as far as it is asked: paths, parameters, pages by `Link`, permissions and refusals.

Documents follow https://docs.github.com/rest, version 2022-11-28.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drift.model.secret import Secret
from providers.github.code_host import GitHub, GitHubSettings
from tests.providers.code_service import CodeService, Document, Route, link_header
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.proxy import Headers, Proxy

TOKEN = "github_pat_11EXAMPLE"

REPOSITORY = "example/infra"

REPO = r"repos/[\w.-]+/[\w.-]+"

NOT_IN_PLAN = {
    "message": "Upgrade to GitHub Pro or make this repository public to enable this feature.",
    "documentation_url": "https://docs.github.com/rest/repos/rules",
}


def _a_list(path: str, *parameters: str, wrapped_in: str | None = None) -> Route:
    return Route(pattern=path, parameters=frozenset(parameters), is_list=True, wrapped_in=wrapped_in)


def _one(path: str, *parameters: str) -> Route:
    return Route(pattern=path, parameters=frozenset(parameters))


ROUTES = (
    _one(REPO),
    _a_list(r"orgs/[\w-]+/repos"),
    _a_list("installation/repositories", wrapped_in="repositories"),
    _a_list(f"{REPO}/actions/runs", wrapped_in="workflow_runs"),
    _one(rf"{REPO}/actions/runs/\d+"),
    _one(rf"{REPO}/actions/runs/\d+/attempts/\d+"),
    _a_list(rf"{REPO}/actions/runs/\d+/jobs", "filter", wrapped_in="jobs"),
    _one(rf"{REPO}/actions/runs/\d+/approvals"),
    _one(rf"{REPO}/actions/jobs/\d+/logs"),
    _a_list(f"{REPO}/deployments", "sha", "environment"),
    _a_list(rf"{REPO}/deployments/\d+/statuses"),
    _a_list(rf"{REPO}/commits/[0-9a-z]+/pulls"),
    _a_list(rf"{REPO}/commits/\w+/check-runs", "filter", wrapped_in="check_runs"),
    _a_list(rf"{REPO}/commits/\w+/statuses"),
    _a_list(f"{REPO}/pulls"),
    _one(rf"{REPO}/pulls/\d+"),
    _a_list(rf"{REPO}/pulls/\d+/reviews"),
    _a_list(rf"{REPO}/pulls/\d+/commits"),
    _one(rf"{REPO}/compare/\w+\.\.\.\w+", "per_page", "page"),
    _one(rf"{REPO}/branches/[\w%.-]+"),
    _one(rf"{REPO}/branches/[\w%.-]+/protection"),
    _a_list(rf"{REPO}/rules/branches/[\w%.-]+"),
    _a_list(f"{REPO}/rulesets", "includes_parents"),
    _one(rf"{REPO}/rulesets/\d+", "includes_parents"),
    _a_list(rf"{REPO}/rulesets/\d+/history"),
    _a_list(f"{REPO}/rulesets/rule-suites", "rule_suite_result", "time_period"),
    _a_list(f"{REPO}/environments", wrapped_in="environments"),
    _a_list(f"{REPO}/collaborators", "affiliation"),
    _a_list(f"{REPO}/teams"),
    _a_list(f"{REPO}/keys"),
    _one(f"{REPO}/actions/permissions/workflow"),
    _one(rf"{REPO}/contents/[\w%./-]+", "ref"),
)


@dataclass(kw_only=True)
class Hub:
    """The service, what it holds, and a client of it."""

    service: CodeService
    proxy: Proxy
    host: GitHub

    def put(self, path: str, document: Document, repository: str = REPOSITORY) -> None:
        """Have something lie at a path of a repository."""
        self.service.documents[f"repos/{repository}/{path}" if path else f"repos/{repository}"] = document

    def has(self, path: str, repository: str = REPOSITORY) -> Document:
        """Return what lies at a path of a repository, to be changed."""
        return self.service.documents[f"repos/{repository}/{path}"]


def is_signed_in(headers: Headers) -> bool:
    """Tell whether a request bears what GitHub asks for: without a user agent it refuses everybody."""
    return (
        headers.get("authorization") == f"Bearer {TOKEN}"
        and headers.get("accept") == "application/vnd.github+json"
        and headers.get("x-github-api-version") == "2022-11-28"
        and bool(headers.get("user-agent"))
    )


def a_user(login: str | None, type_: str = "User") -> Document:
    """An account; of a deleted one, nothing."""
    return login and {"login": login, "id": 1, "type": type_, "site_admin": False}


def a_repository(name: str = REPOSITORY, **more: Document) -> Document:
    """A repository."""
    return {"id": 1, "full_name": name, "default_branch": "main", "archived": False, "private": True, **more}


def a_file(text: str) -> Document:
    """A file, as GitHub gives it: in lines of base64."""
    return {"type": "file", "encoding": "base64", "content": base64.encodebytes(text.encode()).decode()}


@contextmanager
def github(**settings: Document) -> Iterator[Hub]:
    """Run the service with an empty repository, whose branch nothing protects."""
    service = CodeService(
        routes=ROUTES,
        is_signed_in=is_signed_in,
        unauthorised=json_answer(b'{"message": "Bad credentials"}', 401),
        paged=link_header,
        filters={
            "sha": lambda one, value: one["sha"] == value,
            "environment": lambda one, value: one["environment"] == value,
        },
    )
    with served(service.answer) as proxy:
        service.url = proxy.url
        given = {"token": Secret(TOKEN), "repositories": (REPOSITORY,), **settings}
        hub = Hub(
            service=service, proxy=proxy, host=GitHub(GitHubSettings(**{"base_url": proxy.url, **given}))
        )
        hub.put("", a_repository())
        hub.put("branches/main", {"name": "main", "protected": False, "protection": {"enabled": False}})
        for path in ("rules/branches/main", "deployments", "pulls", "actions/runs", "rulesets"):
            hub.put(path, [])
        for path in ("commits/main/check-runs", "commits/main/statuses"):
            hub.put(path, [])
        yield hub
        assert service.mistakes == []
