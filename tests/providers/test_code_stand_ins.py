"""What the stand-ins of code hosts refuse: one that takes anything would prove nothing."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.providers.github import service as hub
from tests.providers.gitlab import service as lab

GITHUB = {
    "Authorization": f"Bearer {hub.TOKEN}",
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "a test",
}
GITLAB = {"PRIVATE-TOKEN": lab.TOKEN, "User-Agent": "a test"}
HOSTS: dict[str, tuple[Callable[[], AbstractContextManager[Any]], dict[str, str], str]] = {
    "github": (hub.github, GITHUB, "/repos/example/infra"),
    "gitlab": (lab.gitlab, GITLAB, "/api/v4/projects/example%2Finfra"),
}
LIST = {"github": "pulls", "gitlab": "protected_branches"}


class Host:
    """A stand-in, and what it answers to requests that are made by hand."""

    def __init__(self, name: str, opened: Any) -> None:
        self.service = opened.service
        self.list = LIST[name]
        self._address = urlsplit(opened.proxy.url).netloc
        _, self._headers, self._root = HOSTS[name]

    def ask(self, path: str, method: str = "GET", **headers: str) -> int:
        """Return the status."""
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            connection.request(method, f"{self._root}{path}", headers={**self._headers, **headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    with HOSTS[request.param][0]() as opened:
        made = Host(request.param, opened)
        yield made
        made.service.mistakes.clear()  # they were made on purpose


def test_what_is_right_is_answered(host: Host) -> None:
    assert host.ask("") == 200
    assert host.service.mistakes == []


def test_another_token_is_refused(host: Host) -> None:
    assert host.ask("", **{"Authorization": "Bearer other", "PRIVATE-TOKEN": "other"}) == 401


def test_an_unknown_path_is_refused_and_noticed(host: Host) -> None:
    assert host.ask("/nowhere") == 422
    assert "unknown path" in host.service.mistakes[0]


def test_an_unknown_parameter_is_refused_and_noticed(host: Host) -> None:
    assert host.ask("?colour=red") == 422
    assert "unknown parameters" in host.service.mistakes[0]


def test_a_list_that_is_asked_for_without_pages_is_refused_and_noticed(host: Host) -> None:
    assert host.ask(f"/{host.list}") == 422
    assert "no per_page" in host.service.mistakes[0]


def test_whoever_would_change_something_is_refused_and_noticed(host: Host) -> None:
    assert host.ask("", method="DELETE") == 422
    assert host.service.mistakes
