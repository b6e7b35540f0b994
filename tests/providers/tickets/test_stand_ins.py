"""The stand-ins refuse what the real systems refuse: one that accepts anything proves nothing."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.builders import a_ticket
from tests.providers.tickets import github, gitlab, jira, pagerduty, servicenow
from tests.providers.tickets.jira_systems import file
from tests.providers.tickets.server import TOKEN, Server, Service, served

BASIC = b64encode(f"{jira.EMAIL}:{TOKEN}".encode()).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """One of them, and what it must refuse of whoever has the right token."""

    service: Service
    headers: Mapping[str, str]
    path: str
    """One that it answers."""
    parameters: Mapping[str, str]


def stand_ins() -> Iterator[tuple[str, StandIn]]:
    """Yield each by its name."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    paging = {"sysparm_limit": "1", "sysparm_offset": "0", "sysparm_display_value": "all"}
    rows = {"sysparm_query": "ORDERBYsys_id", "sysparm_fields": "number", **paging}
    version = {"X-GitHub-Api-Version": "2022-11-28"}
    key = {"Authorization": f"Token token={TOKEN}", "Accept": "application/vnd.pagerduty+json;version=2"}
    for name, service, headers, path, parameters in (
        ("jira cloud", jira.Jira(is_cloud=True), {"Authorization": f"Basic {BASIC}"}, "rest/api/3/field", {}),
        ("jira server", jira.Jira(is_cloud=False), bearer, "rest/api/2/field", {}),
        ("servicenow", servicenow.ServiceNow(), bearer, "api/now/table/incident", rows),
        ("github", github.GitHub(), bearer | version, "repos/example/infra/issues", {}),
        ("gitlab", gitlab.GitLab(), {"PRIVATE-TOKEN": TOKEN}, "api/v4/projects/example%2Fops%2Finfra", {}),
        ("pagerduty", pagerduty.PagerDuty(), key, "incidents", {}),
    ):
        yield name, StandIn(service=service, headers=headers, path=path, parameters=parameters)


every_stand_in = pytest.mark.parametrize(
    "one", [one for _, one in stand_ins()], ids=[name for name, _ in stand_ins()]
)


def asked(one: StandIn, path: str, parameters: Mapping[str, str], **headers: str) -> tuple[int, list[str]]:
    """Ask; return the status, and what was refused as a mistake of whoever asked."""
    with served(one.service) as server:
        answer = httpx.get(f"{server.url}/{path}", params=parameters, headers={**one.headers, **headers})
        return answer.status_code, server.refused


@every_stand_in
def test_what_is_right_is_answered(one: StandIn) -> None:
    assert asked(one, one.path, one.parameters) == (200, [])


@every_stand_in
def test_another_token_is_refused(one: StandIn) -> None:
    wrong = {name: f"{value}x" for name, value in one.headers.items() if TOKEN in value or BASIC in value}

    assert asked(one, one.path, one.parameters, **wrong)[0] == 401


@every_stand_in
@pytest.mark.parametrize(
    "path", ["", "rest/api/3/search", "api/v4/issues", "issues", "incidents/x/y", "api/now/x"]
)
def test_an_unknown_path_is_refused(one: StandIn, path: str) -> None:
    status, refused = asked(one, path, {})

    assert status >= 400
    assert refused


@every_stand_in
def test_an_unknown_parameter_is_refused(one: StandIn) -> None:
    status, refused = asked(one, one.path, {**one.parameters, "bogus": "1"})

    assert status >= 400
    assert refused


@pytest.mark.parametrize(
    "body",
    [
        {"jql": "project in (OPS) ORDER BY key ASC", "startAt": 0},
        {"jql": "project in (OPS) ORDER BY key ASC", "nextPageToken": "made-up"},
        {"jql": "project in (OPS) ORDER BY key ASC", "fields": ["bogus"]},
        {"jql": "bogus = 1 ORDER BY key ASC"},
        {"jql": "ORDER BY key ASC"},
        {},
    ],
    ids=json.dumps,
)
def test_jira_refuses_a_search_of_another_form(body: dict[str, Any]) -> None:
    site = jira.Jira(is_cloud=True)
    file(site, a_ticket())
    with served(site) as server:
        answer = _search(server, body)

    assert answer.status_code == 400


def test_jira_refuses_a_page_token_of_another_question() -> None:
    site = jira.Jira(is_cloud=True)
    for number in range(1, 5):
        file(site, a_ticket(f"OPS-{number}"))
    question = {"jql": "project in (OPS) ORDER BY key ASC"}
    with served(site) as server:
        token = _search(server, question).json()["nextPageToken"]
        same = _search(server, question | {"nextPageToken": token})
        other = _search(server, question | {"maxResults": 7, "nextPageToken": token})

    assert (same.status_code, other.status_code) == (200, 400)


def _search(server: Server, body: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Basic {BASIC}"}
    return httpx.post(f"{server.url}/rest/api/3/search/jql", json=body, headers=headers)
