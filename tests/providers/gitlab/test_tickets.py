"""What only GitLab does: notes that tell of edits, labels that are deleted, paths of any depth."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from drift.model.ticket import ApprovalDecision, Edit, Ticket, TicketKind
from providers.gitlab.tickets import GitLabIssues, GitLabIssuesSettings
from tests.builders import NOON, a_ticket, an_approval
from tests.providers.tickets.gitlab import PROJECT, GitLab
from tests.providers.tickets.gitlab_system import FORBIDDEN, a_label, a_user, file, in_zulu, settings_for
from tests.providers.tickets.server import Answer, Server, served

HOUR = timedelta(hours=1)
KEY = f"{PROJECT}#7"


@pytest.fixture
def service() -> GitLab:
    """A project with an issue."""
    made = GitLab()
    file(made, replace(a_ticket(KEY), requested_by="alice"))
    return made


@pytest.fixture
def server(service: GitLab) -> Iterator[Server]:
    """Its server. Nothing may be asked that it would refuse."""
    with served(service) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def settings(server: Server) -> GitLabIssuesSettings:
    """Those under which the label "approved" approves."""
    return settings_for(server.url)


def only_ticket(settings: GitLabIssuesSettings, key: str = KEY) -> Ticket:
    [ticket] = GitLabIssues(settings).find([key], ())
    return ticket


def noted(service: GitLab, *bodies: str, **fields: Any) -> None:
    service.events[7, "notes"] = [
        {"id": 1, "body": body, "author": a_user("erin"), "created_at": in_zulu(NOON), "system": True}
        | fields
        for body in bodies
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("changed the description", "text"),
        ("assigned to @frank", "assignee"),
        ("unassigned @frank", "assignee"),
        ("changed due date to November 20, 2026", "due date"),
        ("made the issue confidential", "confidentiality"),
        ("moved from example/other#3", "project"),
        ("changed type from issue to incident", "kind"),
    ],
)
def test_an_edit_that_gitlab_notes_is_told(
    service: GitLab, settings: GitLabIssuesSettings, body: str, field: str
) -> None:
    noted(service, body)

    assert only_ticket(settings).history == (Edit(at=NOON, by="erin", field=field),)


def test_only_the_part_of_a_title_that_changed_is_marked_and_the_marks_are_left_out(
    service: GitLab, settings: GitLabIssuesSettings
) -> None:
    noted(service, "changed title from **Open {-a-} port** to **Open {+every+} port**")

    [edit] = only_ticket(settings).history

    assert (edit.field, edit.before, edit.after) == ("title", "Open a port", "Open every port")


@pytest.mark.parametrize(
    "fields", [{"system": False}, {"body": "mentioned in issue #9"}, {"body": "added ~3"}]
)
def test_what_changes_nothing_is_no_edit(
    service: GitLab, settings: GitLabIssuesSettings, fields: dict[str, Any]
) -> None:
    """
    A comment may say that somebody changed the description.
    """
    noted(service, "changed the description", **fields)

    assert only_ticket(settings).history == ()


def test_labels_and_states_are_told_as_edits(service: GitLab, settings: GitLabIssuesSettings) -> None:
    service.events[7, "resource_label_events"] = [a_label(an_approval("erin", at=NOON))]
    service.events[7, "resource_state_events"] = [
        {"id": 1, "user": a_user("frank"), "created_at": in_zulu(NOON + HOUR), "state": "closed"}
    ]

    told = [(one.field, one.by, one.after) for one in only_ticket(settings).history]

    assert told == [("labels", "erin", "approved"), ("status", "frank", "closed")]


def test_a_label_that_is_removed_takes_the_approval_back(
    service: GitLab, settings: GitLabIssuesSettings
) -> None:
    given = a_label(an_approval("erin", at=NOON))
    service.events[7, "resource_label_events"] = [
        given,
        a_label(an_approval("frank", at=NOON + HOUR), "remove"),
    ]

    decisions = [(one.by, one.decision) for one in only_ticket(settings).approvals]

    assert decisions == [("erin", ApprovalDecision.APPROVED), ("erin", ApprovalDecision.WITHDRAWN)]


def test_a_label_that_was_deleted_since_approves_nothing(
    service: GitLab, settings: GitLabIssuesSettings
) -> None:
    service.events[7, "resource_label_events"] = [a_label(an_approval("erin", at=NOON)) | {"label": None}]

    assert only_ticket(settings).approvals == ()


def test_an_issue_is_an_incident_by_its_type_or_by_a_label(
    service: GitLab, settings: GitLabIssuesSettings
) -> None:
    service.issues[7]["labels"] = ["sev::1"]

    by_label = only_ticket(structs.replace(settings, incident_labels=("sev::1",)))

    assert (only_ticket(settings).kind, by_label.kind) == (TicketKind.CHANGE, TicketKind.INCIDENT)


def test_a_path_in_other_capitals_means_the_same_issue(settings: GitLabIssuesSettings) -> None:
    ticket = only_ticket(settings, "Example/Ops/Infra#7")

    assert (ticket.key, ticket.is_called("Example/Ops/Infra#7")) == (KEY, True)


def test_a_project_that_is_not_there_is_told_when_it_is_tried(settings: GitLabIssuesSettings) -> None:
    source = GitLabIssues(structs.replace(settings, projects=("example/gone",)))

    with pytest.raises(ProviderResponseError, match="404 Project Not Found"):
        source.check()


def test_the_scope_that_a_token_lacks_is_named_as_gitlab_does(
    server: Server, settings: GitLabIssuesSettings
) -> None:
    server.fault = lambda _: FORBIDDEN

    with pytest.raises(ProviderAccessError, match=r"insufficient_scope .* api read_api"):
        GitLabIssues(settings).find([KEY], ())


def test_a_page_number_that_is_none_ends_the_list(server: Server, settings: GitLabIssuesSettings) -> None:
    server.fault = lambda asked: (
        Answer(body=[], headers={"X-Next-Page": "²"}) if "notes" in asked.path else None
    )

    assert only_ticket(settings).key == KEY


@pytest.mark.parametrize("projects", [(), ("infra",), ("a/../b",), ("a/b?x=1",), ("a/b ",)])
def test_settings_that_cannot_be_are_refused(projects: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="project"):
        GitLabIssuesSettings(token=Secret("x"), projects=projects)
