"""GitLab's REST API (v4), as far as it is asked: paths, parameters, pages by `X-Next-Page`, refusals.

Documents follow https://docs.gitlab.com/api/rest/.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from drift.model.secret import Secret
from providers.gitlab.code_host import GitLab, GitLabSettings
from tests.builders import NOON
from tests.providers.code_service import CodeService, Document, Route, next_page_header
from tests.providers.state_stores.loopback import json_answer, served
from tests.providers.state_stores.proxy import Headers, Proxy

TOKEN = "glpat-EXAMPLE"

PROJECT = "example/infra"

ONE = r"projects/[\w.%-]+"


def _a_list(path: str, *parameters: str) -> Route:
    return Route(pattern=path, parameters=frozenset(parameters), is_list=True)


def _one(path: str, *parameters: str) -> Route:
    return Route(pattern=path, parameters=frozenset(parameters))


SPANS = ("updated_after", "updated_before", "order_by", "sort", "environment", "status")

ROUTES = (
    _one(ONE),
    _a_list(r"groups/[\w.%-]+/projects", "include_subgroups", "archived"),
    _a_list(f"{ONE}/pipelines"),
    _one(rf"{ONE}/pipelines/\d+"),
    _a_list(rf"{ONE}/pipelines/\d+/jobs", "include_retried"),
    _a_list(f"{ONE}/deployments", *SPANS),
    _one(rf"{ONE}/deployments/\d+"),
    _a_list(f"{ONE}/merge_requests"),
    _one(rf"{ONE}/merge_requests/\d+"),
    _one(rf"{ONE}/merge_requests/\d+/approvals"),
    _a_list(rf"{ONE}/merge_requests/\d+/(versions|reviewers|commits)"),
    _a_list(rf"{ONE}/merge_requests/\d+/notes", "sort"),
    _a_list(rf"{ONE}/repository/commits/\w+/merge_requests"),
    _a_list(rf"{ONE}/repository/commits/\w+/statuses", "all"),
    _one(rf"{ONE}/repository/branches/[\w%.-]+"),
    _one(rf"{ONE}/repository/files/[\w%.-]+", "ref"),
    _one(f"{ONE}/repository/merge_base", "refs[]"),
    _a_list(f"{ONE}/(protected_branches|approval_rules|protected_environments|deploy_keys)"),
    _a_list(f"{ONE}/members/all"),
    _one(f"{ONE}/(approvals|push_rule)"),
    _one(rf"{ONE}/jobs/\d+/trace"),
)


@dataclass(kw_only=True)
class Lab:
    """The service, what it holds, and a client of it."""

    service: CodeService
    proxy: Proxy
    host: GitLab

    def put(self, path: str, document: Document, project: str = PROJECT) -> None:
        """Have something lie at a path of a project."""
        self.service.documents[f"projects/{project}/{path}" if path else f"projects/{project}"] = document

    def has(self, path: str, project: str = PROJECT) -> Document:
        """Return what lies at a path of a project, to be changed."""
        return self.service.documents[f"projects/{project}/{path}"]


def is_signed_in(headers: Headers) -> bool:
    """Tell whether a request bears the token."""
    return headers.get("private-token") == TOKEN


def a_user(name: str | None) -> Document:
    """An account; of a deleted one, nothing."""
    return name and {"id": sum(name.encode()), "username": name, "state": "active"}


def a_project(name: str = PROJECT, **more: Document) -> Document:
    """A project."""
    return {
        "id": 1,
        "path_with_namespace": name,
        "default_branch": "main",
        "ci_config_path": "",
        "merge_method": "merge",
        **more,
    }


def a_file(text: str) -> Document:
    """A file, as GitLab gives it."""
    return {"encoding": "base64", "content": base64.b64encode(text.encode()).decode()}


def _at(one: Document, name: str) -> datetime:
    found = one.get(name, NOON)
    return datetime.fromisoformat(found) if isinstance(found, str) else found


@contextmanager
def gitlab(**settings: Document) -> Iterator[Lab]:
    """Run the service with an empty project, whose branch nothing protects."""
    service = CodeService(
        routes=ROUTES,
        is_signed_in=is_signed_in,
        unauthorised=json_answer(b'{"message": "401 Unauthorized"}', 401),
        paged=next_page_header,
        root="/api/v4",
        filters={
            "updated_after": lambda one, value: _at(one, "updated_at") >= datetime.fromisoformat(value),
            "updated_before": lambda one, value: _at(one, "updated_at") <= datetime.fromisoformat(value),
            "environment": lambda one, value: one["environment"]["name"] == value,
            "status": lambda one, value: one["status"] == value,
        },
    )
    with served(service.answer) as proxy:
        service.url = proxy.url
        given = {"token": Secret(TOKEN), "repositories": (PROJECT,), **settings}
        base_url = f"{proxy.url}/api/v4"
        lab = Lab(
            service=service, proxy=proxy, host=GitLab(GitLabSettings(**{"base_url": base_url, **given}))
        )
        lab.put("", a_project())
        lab.put("repository/branches/main", {"name": "main", "protected": False})
        for path in ("pipelines", "merge_requests", "deployments", "members/all", "protected_branches"):
            lab.put(path, [])
        yield lab
        assert service.mistakes == []
