"""What only Jira Cloud does: late searches, requests with approvals, tokens with scopes."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import Ticket, TicketKind
from drift.model.ticket_search import TicketSearch
from providers.jira.cloud import JiraCloud, JiraCloudSettings
from tests.builders import NOON, a_ticket, an_approval
from tests.providers.tickets.jira import EMAIL, Jira
from tests.providers.tickets.jira_systems import a_user, file
from tests.providers.tickets.server import TOKEN, Answer, Server, served
from tests.providers.tickets.system import in_their_zone

HOUR = timedelta(hours=1)


@pytest.fixture
def jira() -> Jira:
    """A site without issues."""
    return Jira(is_cloud=True)


@pytest.fixture
def server(jira: Jira) -> Iterator[Server]:
    """Its server. Nothing may be asked that it would refuse."""
    with served(jira) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def settings(server: Server) -> JiraCloudSettings:
    """Those of a site where nothing is unusual."""
    return JiraCloudSettings(base_url=server.url, token=Secret(TOKEN), email=EMAIL)


def only_ticket(settings: JiraCloudSettings, key: str = "OPS-1") -> Ticket:
    [ticket] = JiraCloud(settings).find([key], ())
    return ticket


def test_what_the_search_sees_late_is_found_as_it_is_now_if_its_key_is_known(
    jira: Jira, settings: JiraCloudSettings
) -> None:
    file(jira, a_ticket("OPS-1"))
    jira.indexed["OPS-1"] = deepcopy(jira.issues["OPS-1"])
    file(jira, a_ticket("OPS-1", resources=("sg-0abc",)))

    source = JiraCloud(settings)

    assert source.find((), ["sg-0abc"]) == []
    assert [one.resources for one in source.find(["OPS-1"], ["sg-0abc"])] == [("sg-0abc",)]


def test_an_issue_that_could_not_be_returned_is_not_taken_for_one_that_is_not_there(
    server: Server, settings: JiraCloudSettings
) -> None:
    errors = [{"id": "10001", "errorMessage": "Jira is unable to retrieve this issue"}]
    server.fault = lambda _: Answer(body={"issues": [], "issueErrors": errors})

    with pytest.raises(ProviderUnavailableError):
        JiraCloud(settings).find(["OPS-1"], ())


def test_a_moved_issue_is_found_by_its_former_key(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, replace(a_ticket("OPS-1"), former_keys=("OLD-7",)))

    ticket = only_ticket(settings, "OLD-7")

    assert (ticket.key, ticket.former_keys, ticket.project) == ("OPS-1", ("OLD-7",), "OPS")


def test_an_issue_that_was_moved_out_of_the_projects_counts_no_more(
    jira: Jira, settings: JiraCloudSettings
) -> None:
    file(jira, replace(a_ticket("HR-1"), former_keys=("OPS-7",)))

    assert JiraCloud(structs.replace(settings, projects=("OPS",))).find(["OPS-7"], ()) == []


def test_two_keys_of_one_issue_bring_it_once(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, replace(a_ticket("OPS-1"), former_keys=("OLD-7",)))

    assert len(JiraCloud(settings).find(["OPS-1", "OLD-7"], ())) == 1


def test_only_issues_of_the_configured_projects_count(jira: Jira, settings: JiraCloudSettings) -> None:
    for key in ("OPS-1", "HR-1"):
        file(jira, a_ticket(key, resources=("sg-0abc",)))

    source = JiraCloud(structs.replace(settings, projects=("OPS",)))

    assert [one.key for one in source.find(["HR-1"], ["sg-0abc"])] == ["OPS-1"]


def test_without_projects_every_issue_counts(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket("HR-1"))

    assert only_ticket(settings, "HR-1").project == "HR"


def test_what_an_approver_said_counts_only_once_all_is_decided(
    jira: Jira, settings: JiraCloudSettings
) -> None:
    """
    Of a pending approval no time is told, and somebody may still decline.
    """
    file(jira, a_ticket(approvals=(an_approval(at=NOON),)))
    [approval] = jira.issues["OPS-1"]["approvals"]
    del approval["completedDate"]
    approval["finalDecision"] = "pending"

    assert only_ticket(settings).approvals == ()


def test_who_was_asked_and_said_nothing_approved_nothing(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket(approvals=(an_approval(at=NOON),)))
    [approval] = jira.issues["OPS-1"]["approvals"]
    approval["approvers"].append({"approver": a_user("frank@example.com"), "approverDecision": "pending"})

    assert [one.by for one in only_ticket(settings).approvals] == ["erin@example.com"]


def test_an_issue_that_is_no_request_has_no_approvals(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket())
    jira.issues["OPS-1"]["approvals"] = None

    assert only_ticket(settings).approvals == ()


def test_more_approvals_than_a_page_come_whole(jira: Jira, settings: JiraCloudSettings) -> None:
    people = [f"person{number}@example.com" for number in range(5)]
    file(jira, a_ticket(approvals=[an_approval(person, at=NOON) for person in people]))

    assert sorted(one.by for one in only_ticket(settings).approvals) == people


def test_somebody_who_hides_their_address_is_named_by_an_id(jira: Jira, settings: JiraCloudSettings) -> None:
    """
    Anybody may call themselves as they like.
    """
    file(jira, a_ticket(approvals=(an_approval(at=NOON),)))
    del jira.issues["OPS-1"]["approvals"][0]["approvers"][0]["approver"]["emailAddress"]

    [approval] = only_ticket(settings).approvals

    assert (approval.by, approval.name, approval.is_by_deleted_user) == ("5b10erin", "Erin", False)


def test_whoever_only_calls_themselves_a_former_user_is_none(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket(approvals=(an_approval(at=NOON),)))
    jira.issues["OPS-1"]["approvals"][0]["approvers"][0]["approver"]["displayName"] = "Former user"

    [approval] = only_ticket(settings).approvals

    assert (approval.by, approval.is_by_deleted_user) == ("erin@example.com", False)


def test_a_user_of_whom_not_even_an_id_is_left_is_told_as_deleted(
    jira: Jira, settings: JiraCloudSettings
) -> None:
    file(jira, a_ticket(approvals=(an_approval(at=NOON),)))
    jira.issues["OPS-1"]["approvals"][0]["approvers"][0]["approver"] = {"accountId": "unknown"}

    [approval] = only_ticket(settings).approvals

    assert (approval.by, approval.is_by_deleted_user) == ("a deleted user", True)


def test_a_status_that_approves_counts_with_the_member_of_the_group_who_moved_it(
    jira: Jira, settings: JiraCloudSettings
) -> None:
    file(jira, a_ticket())
    jira.members = [a_user(f"member{number}@example.com") for number in range(4)] + [
        a_user("erin@example.com")
    ]
    for mail, hours in (("erin@example.com", 2), ("mallory@example.com", 1)):
        jira.issues["OPS-1"]["changelog"].append(
            {
                "author": a_user(mail),
                "created": in_their_zone(NOON - HOUR * hours),
                "items": [{"field": "status", "fromString": "To Do", "toString": "Approved"}],
            }
        )

    by_group = structs.replace(settings, approved_statuses=("Approved",), approver_group="change-approvers")
    by_anybody = structs.replace(settings, approved_statuses=("Approved",))

    assert [one.by for one in only_ticket(by_group).approvals] == ["erin@example.com"]
    assert len(only_ticket(by_anybody).approvals) == 2


def test_a_token_that_stands_alone_is_a_bearer(server: Server, settings: JiraCloudSettings) -> None:
    server.fault = lambda _: Answer(body={"issues": []})

    JiraCloud(structs.replace(settings, email=None)).find(["OPS-1"], ())

    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_scope_that_a_token_lacks_is_named(server: Server, settings: JiraCloudSettings) -> None:
    """
    Atlassian answers that with 401, as if the token were unknown.
    """
    body = {"code": 401, "message": "Unauthorized; scope does not match"}
    server.fault = lambda _: Answer(status=401, body=body)

    with pytest.raises(ProviderAccessError) as raised:
        JiraCloud(settings).find(["OPS-1"], ())

    assert "scope read:jira-work" in raised.value.what


def test_issues_are_read_where_people_read_them(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket())

    ticket = only_ticket(structs.replace(settings, site="https://example.atlassian.net/"))

    assert ticket.url == "https://example.atlassian.net/browse/OPS-1"


def test_types_that_are_incidents_can_be_named(jira: Jira, settings: JiraCloudSettings) -> None:
    file(jira, a_ticket(kind=TicketKind.INCIDENT))

    assert only_ticket(settings).kind is TicketKind.INCIDENT
    assert only_ticket(structs.replace(settings, incident_types=("Outage",))).kind is TicketKind.CHANGE


def test_a_field_that_jira_does_not_have_is_told_when_it_is_tried(settings: JiraCloudSettings) -> None:
    source = JiraCloud(structs.replace(settings, resources_field="customfield_99999"))

    with pytest.raises(ProviderResponseError, match="customfield_99999"):
        source.check()


def test_trying_it_finds_out_that_approvals_may_not_be_read(
    jira: Jira, server: Server, settings: JiraCloudSettings
) -> None:
    file(jira, a_ticket())
    server.fault = lambda asked: (
        Answer(status=403, body={"errorMessage": "no"}) if "servicedeskapi" in asked.path else None
    )

    with pytest.raises(ProviderAccessError, match="Service desk team"):
        JiraCloud(settings).check()
    assert JiraCloud(structs.replace(settings, service_desk=False)).check()


def test_who_is_looked_for_in_vain_hides_no_candidate(
    jira: Jira, server: Server, settings: JiraCloudSettings
) -> None:
    """
    To look for people takes a permission that reading tickets does not.
    """
    file(jira, a_ticket())
    server.fault = lambda asked: Answer(status=403, body={}) if "user/search" in asked.path else None

    search = TicketSearch(near=NOON, people=("nobody@example.com",), words=("port",))

    assert [one.key for one in JiraCloud(settings).candidates(search)] == ["OPS-1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"projects": ("ops",)},
        {"resources_field": "Affected resources"},
        {"resources_field": 'cf" OR x'},
        {"window_start_field": "customfield_1"},
        {"approver_group": "approvers"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        JiraCloudSettings(base_url="https://x", token=Secret("x"), **wrong)


def test_every_error_of_jira_is_one_of_ours(server: Server, settings: JiraCloudSettings) -> None:
    server.fault = lambda _: Answer(status=418, body={"errorMessages": [{"deep": ["x"]}, 7, None]})

    with pytest.raises(ProviderError):
        JiraCloud(settings).find(["OPS-1"], ())
