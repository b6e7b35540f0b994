"""`drift check` tries every ticket system, and names what is missing."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.builders import a_ticket
from tests.cli.running import CONFIG, Drift
from tests.providers.tickets.jira import EMAIL, Jira
from tests.providers.tickets.jira_systems import file
from tests.providers.tickets.server import TOKEN, Answer, Server, served

TICKETS = """
[[tickets]]
name = "jira"
type = "jira-cloud"
base_url = "{url}"
email = "{email}"
token_env = "JIRA_TOKEN"
projects = ["OPS"]
"""


@pytest.fixture
def check(
    drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Server], tuple[int, list[str]]]:
    """Tries a configuration with a Jira; returns the exit code and what is said of tickets."""

    def tried(server: Server) -> tuple[int, list[str]]:
        monkeypatch.setenv("JIRA_TOKEN", TOKEN)
        (tmp_path / "config.toml").write_text(CONFIG + TICKETS.format(url=server.url, email=EMAIL))
        ran = drift("check")
        assert TOKEN not in ran.out + ran.err
        return ran.code, [line for line in ran.lines if "tickets" in line]

    return tried


def test_a_ticket_system_that_answers_says_as_whom_it_is_read(
    check: Callable[[Server], tuple[int, list[str]]],
) -> None:
    jira = Jira(is_cloud=True)
    file(jira, a_ticket())
    with served(jira) as server:
        code, lines = check(server)

    assert lines == [f"ok      tickets jira: {EMAIL} reads OPS"]
    assert code == 0


def test_a_permission_that_is_missing_is_named_with_where_to_read_on(
    check: Callable[[Server], tuple[int, list[str]]],
) -> None:
    refusal = Answer(status=403, body={"errorMessages": ["You may not"]})
    with ExitStack() as opened:
        server = opened.enter_context(served(Jira(is_cloud=True)))
        server.fault = lambda asked: refusal if "search/jql" in asked.path else None
        code, [line] = check(server)

    assert line.startswith("FAILED  tickets jira: searching issues in Jira was answered with status 403:")
    assert 'the permission "Browse projects" (scope read:jira-work) is missing: You may not' in line
    assert line.endswith("docs/tickets.md lists what each system needs")
    assert code == 1
