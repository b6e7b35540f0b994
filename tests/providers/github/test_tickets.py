"""What only GitHub does: issues that move, labels that are taken off, bodies that are edited."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import ApprovalDecision, Edit, Ticket
from drift.model.ticket_search import TicketSearch
from providers.github.ticket_documents import Issue
from providers.github.ticket_rules import MAX_QUERY, phrase
from providers.github.tickets import GitHubIssues, GitHubIssuesSettings
from tests.builders import NOON, a_ticket, an_approval
from tests.providers.tickets.github import GitHub, in_utc
from tests.providers.tickets.github_system import a_label, a_user, file, settings_for
from tests.providers.tickets.server import Answer, Server, served

HOUR = timedelta(hours=1)
KEY = "example/infra#7"


@pytest.fixture
def service() -> GitHub:
    """A repository without issues."""
    return GitHub()


@pytest.fixture
def server(service: GitHub) -> Iterator[Server]:
    """Its server. Nothing may be asked that it would refuse."""
    with served(service) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def settings(server: Server) -> GitHubIssuesSettings:
    """Those under which the label "approved" approves."""
    return settings_for(server.url)


def only_ticket(settings: GitHubIssuesSettings, key: str = KEY) -> Ticket:
    [ticket] = GitHubIssues(settings).find([key], ())
    return ticket


def file_by(service: GitHub, author: str = "alice", **fields: Any) -> None:
    file(service, replace(a_ticket(KEY), requested_by=author, **fields))


def test_an_edit_of_the_body_is_told_and_its_first_version_is_none(
    service: GitHub, settings: GitHubIssuesSettings
) -> None:
    edits = tuple(Edit(at=NOON + HOUR * n, by="erin", field="text") for n in range(4))
    file_by(service, history=edits)

    assert only_ticket(settings).history == edits


def test_an_issue_that_moved_within_the_repositories_is_found_by_its_former_key(
    service: GitHub, settings: GitHubIssuesSettings
) -> None:
    file(service, replace(a_ticket("example/infra#8"), requested_by="alice"))
    service.transferred[7] = "repositories/2/issues/8"

    ticket = only_ticket(settings)

    assert (ticket.key, ticket.former_keys) == ("example/infra#8", (KEY,))


def test_an_issue_that_moved_out_of_the_repositories_counts_no_more(
    service: GitHub, settings: GitHubIssuesSettings
) -> None:
    file(service, replace(a_ticket("example/infra#8"), requested_by="alice"))
    service.issues[8]["repository_url"] = "https://api.github.com/repos/mallory/infra"
    service.transferred[7] = "repositories/2/issues/8"

    assert GitHubIssues(settings).find([KEY], ()) == []


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:9/repositories/2/issues/8", "ftp://x/y", "http://["])
def test_the_token_goes_nowhere_else(service: GitHub, settings: GitHubIssuesSettings, elsewhere: str) -> None:
    service.transferred[7] = elsewhere

    with pytest.raises(ProviderResponseError, match="another address"):
        GitHubIssues(settings).find([KEY], ())


def test_a_key_in_other_capitals_means_the_same_issue(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    shown = service.issues[7]
    server.fault = lambda asked: Answer(body=shown) if asked.path == "/repos/Example/Infra/issues/7" else None

    assert only_ticket(settings, "Example/Infra#7").is_called("Example/Infra#7")


def test_a_pull_request_is_no_ticket(service: GitHub, settings: GitHubIssuesSettings) -> None:
    file_by(service, resources=("sg-0abc",))
    service.issues[7]["pull_request"] = {"url": "https://api.github.com/repos/example/infra/pulls/7"}

    assert GitHubIssues(settings).find([KEY], ["sg-0abc"]) == []


def test_a_label_that_is_taken_off_takes_the_approval_back(
    service: GitHub, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    approval = a_label(an_approval("erin", at=NOON - HOUR))
    off = approval | {"event": "unlabeled", "actor": a_user("frank"), "created_at": in_utc(NOON)}
    again = a_label(an_approval("grace", at=NOON + HOUR))
    service.events[7] = [again, off, approval]

    told = [(one.by, one.decision, one.at) for one in only_ticket(settings).approvals]

    assert told == [
        ("erin", ApprovalDecision.APPROVED, NOON - HOUR),
        ("erin", ApprovalDecision.WITHDRAWN, NOON),
        ("grace", ApprovalDecision.APPROVED, NOON + HOUR),
    ]


def test_only_approvers_approve_where_they_are_named(service: GitHub, settings: GitHubIssuesSettings) -> None:
    file_by(service)
    service.events[7] = [a_label(an_approval(who, at=NOON)) for who in ("mallory", "Erin")]

    named = structs.replace(settings, approvers=("erin",))

    assert [one.by for one in only_ticket(named).approvals] == ["Erin"]


def test_without_labels_that_approve_nobody_approves_anything(
    service: GitHub, settings: GitHubIssuesSettings
) -> None:
    file_by(service, approvals=(an_approval("erin", at=NOON),))

    assert only_ticket(structs.replace(settings, approval_labels=())).approvals == ()


def test_the_forms_that_issue_forms_write_are_read(service: GitHub, settings: GitHubIssuesSettings) -> None:
    file_by(service)
    service.issues[7]["body"] = (
        "### Resources\r\n\r\nsg-0abc\r\n- `sg-0def`\r\n\r\n### Environments\r\n\r\n_No response_\r\n\r\n"
        "### Window\r\n\r\n2026-11-16 12:00 UTC - 2026-11-16 13:30 UTC\r\n\r\n### Why\r\n\r\nsg-0other"
    )

    ticket = only_ticket(settings)

    assert (ticket.resources, ticket.environments) == (("sg-0abc", "sg-0def"), ())
    assert (ticket.window_start, ticket.window_end) == (NOON, NOON + HOUR * 1.5)


def test_nothing_is_searched_for_where_keys_alone_count(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service, resources=("sg-0abc",))

    source = GitHubIssues(structs.replace(settings, by_resource=False))

    assert source.find((), ["sg-0abc"]) == []
    assert len(source.find([KEY], ["sg-0abc"])) == 1
    assert not any("search" in asked.path for asked in server.asked)


def test_a_search_that_ran_out_of_time_is_no_answer(server: Server, settings: GitHubIssuesSettings) -> None:
    server.fault = lambda _: Answer(body={"total_count": 0, "incomplete_results": True, "items": []})

    with pytest.raises(ProviderUnavailableError):
        GitHubIssues(settings).find((), ["sg-0abc"])


@pytest.mark.parametrize("headers", [{"X-RateLimit-Remaining": "0"}, {"Retry-After": "60"}])
def test_a_limit_that_is_used_up_is_no_missing_permission(
    server: Server, settings: GitHubIssuesSettings, headers: dict[str, str]
) -> None:
    server.fault = lambda _: Answer(status=403, body={"message": "API rate limit exceeded"}, headers=headers)

    with pytest.raises(ProviderUnavailableError):
        GitHubIssues(settings).find([KEY], ())


def test_edits_of_the_body_that_may_not_be_read_are_not_taken_for_none(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    refusal = {"data": {"repository": None}, "errors": [{"type": "FORBIDDEN", "message": "not accessible"}]}
    server.fault = lambda asked: Answer(body=refusal) if asked.path == "/graphql" else None

    with pytest.raises(ProviderAccessError, match="not accessible"):
        GitHubIssues(settings).find([KEY], ())


def test_an_issue_whose_edits_github_keeps_no_list_of_has_none(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    empty = {"data": {"repository": {"issue": {"userContentEdits": None}}}}
    server.fault = lambda asked: Answer(body=empty) if asked.path == "/graphql" else None

    assert only_ticket(settings).history == ()


def test_issues_that_were_switched_off_are_not_deleted(
    server: Server, settings: GitHubIssuesSettings
) -> None:
    server.fault = lambda _: Answer(status=410, body={"message": "Issues are disabled for this repo"})

    assert list(GitHubIssues(settings).deleted([KEY])) == []


def test_the_edits_of_a_server_of_ones_own_are_beside_its_rest_api(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    shown = service.issues[7]
    server.fault = lambda asked: {
        "/api/v3/repos/example/infra/issues/7": Answer(body=shown),
        "/api/v3/repos/example/infra/issues/7/events": Answer(body=[]),
        "/api/graphql": Answer(status=503, body={}),
    }[asked.path]

    with pytest.raises(ProviderUnavailableError):
        GitHubIssues(structs.replace(settings, base_url=f"{server.url}/api/v3/")).find([KEY], ())

    assert server.asked[-1].path == "/api/graphql"


def test_a_repository_that_was_renamed_is_told_when_it_is_tried(
    server: Server, settings: GitHubIssuesSettings
) -> None:
    server.fault = lambda _: Answer(status=301, body={}, headers={"Location": f"{server.url}/repositories/2"})

    with pytest.raises(ProviderResponseError, match="called otherwise"):
        GitHubIssues(settings).check()


def test_who_cannot_be_searched_for_hides_no_candidate(
    service: GitHub, server: Server, settings: GitHubIssuesSettings
) -> None:
    file_by(service)
    nobody = Answer(status=422, body={"message": "The listed users cannot be searched"})
    server.fault = lambda asked: nobody if "nobody" in asked.query.get("q", "") else None

    search = TicketSearch(near=NOON, people=("nobody", "x@example.com"), words=("port",))

    assert [one.key for one in GitHubIssues(settings).candidates(search)] == [KEY]


def test_many_repositories_are_searched_in_several_questions(settings: GitHubIssuesSettings) -> None:
    names = tuple(f"example/repository-number-{number}" for number in range(40))
    many = structs.replace(settings, repositories=names)

    questions = list(many.searches("in:body", phrase("sg-0abc")))

    assert all(len(question) <= MAX_QUERY for question in questions)
    assert [part for question in questions for part in question.split() if part.startswith("repo:")] == [
        f"repo:{name}" for name in names
    ]


def test_a_long_id_is_searched_for_up_to_the_end_of_a_word() -> None:
    long = "/subscriptions/" + "-".join(["0abc"] * 40)

    assert phrase(long).startswith('"/subscriptions/0abc-0abc')
    assert len(phrase(long)) <= 102
    assert phrase(long).endswith('-"')


@pytest.mark.parametrize("names", [(), ("infra",), ("a/b c",), ("a/..",), ("a/b", "a/b?x=y")], ids=str)
def test_settings_that_cannot_be_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="repositor"):
        GitHubIssuesSettings(token=Secret("x"), repositories=names)


def test_an_issue_of_the_public_documents_is_understood() -> None:
    """
    Its form: @octokit/webhooks-examples, event `issues`.
    """
    shown = {
        "url": "https://api.github.com/repos/octocat/hello/issues/1",
        "repository_url": "https://api.github.com/repos/octocat/hello",
        "html_url": "https://github.com/octocat/hello/issues/1",
        "id": 1,
        "number": 1,
        "title": "A spelling mistake",
        "user": {"login": "octocat", "id": 2, "type": "User"},
        "labels": [{"id": 3, "name": "bug", "color": "d73a4a", "default": True}],
        "state": "open",
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": {"number": 1, "title": "v1.0", "due_on": "2026-11-23T07:00:00Z"},
        "comments": 0,
        "created_at": "2026-11-15T15:20:18Z",
        "updated_at": "2026-11-15T15:20:18Z",
        "closed_at": None,
        "author_association": "OWNER",
        "body": None,
    }

    issue = msgspec.json.decode(json.dumps(shown), type=Issue)

    assert (issue.key, issue.labels[0].name, issue.pull_request) == ("octocat/hello#1", "bug", None)
