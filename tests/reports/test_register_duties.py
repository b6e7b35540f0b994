"""Segregation of duties as it was: who did what, under which names, and who did too much."""

from dataclasses import replace
from pathlib import Path

import pytest

from drift.ledger.entry import NewEntry
from drift.model.action import Approved
from drift.model.evidence import ConfigRecord, DeploymentRecord, EnrolmentRecord, EnrolmentTurn, EntryKind
from drift.model.person import People, Person
from drift.model.rules_edit import RulesEdit
from drift.model.run_log import RunLogs
from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from drift.model.verdict import Channel, Disposition
from tests.builders import a_deployment, a_review
from tests.ledger.building import NOON, a_coverage, a_disposition, an_entry
from tests.reports.registering import DAY, ERIN, HOUR, SINCE, UNTIL, Tables, an_action, tables_of

MATRIX, CONFLICTS, NAMES = "06_sod/matrix", "06_sod/conflicts", "06_sod/identity_map"
PEOPLE = People.known([Person(name="dave@example.com", names=("dave-gh", "U0DAVE"))])
REVIEWED = a_deployment(a_review(), run_id="1")
OWN_REVIEW = replace(
    a_deployment(a_review("dave-gh"), a_review("frank@example.com", state="commented"), run_id="2"),
    dispatched_by="frank@example.com",
    approvals=(
        EnvironmentApproval(
            environment="production", by="frank@example.com", decision=ApprovalDecision.APPROVED, at=NOON
        ),
    ),
)


EDITED = ConfigRecord(sha256="0" * 64, tool_version="0.1.0", edit=RulesEdit(edited_by="heidi@example.com"))


def a_run(run: Deployment, change_id: str) -> NewEntry:
    """An entry that tells of a run that has ended."""
    body = DeploymentRecord(host="github", deployment=run, logs=RunLogs(), changes=(change_id,), undoes=())
    return NewEntry(kind=EntryKind.DEPLOYMENT, ref=run.run_url, body=body, recorded_at=NOON)


def enrolled(by: str) -> NewEntry:
    """An entry that says that somebody had a scope alert."""
    body = EnrolmentRecord(scope="everything", turn=EnrolmentTurn.ENFORCE, by=by)
    return NewEntry(kind=EntryKind.ENROLMENT, ref="everything", body=body, recorded_at=NOON)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """A reviewed run, one of which its author and its starter allowed too much, and writes by hand."""
    piped = {"channel": Channel.PIPELINE, "actor": "infra-deploy", "approver": ERIN, "approved_at": NOON}
    entries = [
        a_disposition("chg-1", deployment=REVIEWED.run_url, disposition=Disposition.AUTHORISED, **piped),
        a_run(REVIEWED, "chg-1"),
        a_disposition(
            "chg-2",
            began_at=NOON + HOUR,
            deployment=OWN_REVIEW.run_url,
            tests=("t2: fail, nobody else reviewed it; compensated by two of us: read within a day (erin)",),
            **piped,
        ),
        a_run(OWN_REVIEW, "chg-2"),
        a_disposition(
            "chg-3", began_at=NOON + DAY, actor="U0DAVE", ticket="OPS-1", approver="dave-gh", approved_at=NOON
        ),
        a_disposition("chg-4", began_at=NOON + 2 * DAY, actor="grace@example.com"),
        an_action("chg-4", Approved()),
        a_disposition("chg-5", began_at=NOON + 3 * DAY, deployment="https://code.example.com/9", **piped),
        enrolled("grace@example.com"),
        an_entry("cfg", EDITED, kind=EntryKind.CONFIG_VERSION),
        a_coverage(from_at=SINCE, to_at=UNTIL),
    ]
    return tables_of(tmp_path_factory.mktemp("duties"), sqlite_template, entries, people=PEOPLE)


def test_the_matrix_counts_about_how_many_changes_each_person_did_what(tables: Tables) -> None:
    did = {
        row["person"]: {name: row[name] for name in row if row[name] not in ("0", row["person"])}
        for row in tables.rows(MATRIX)
    }

    assert did == {
        "dave@example.com": {
            "names": "U0DAVE; dave-gh; dave@example.com",
            "author": "2",
            "reviewer": "1",
            "console_writer": "1",
            "ticket_approver": "1",
            "changes": "3",
            "conflicts": "2",
        },
        ERIN: {"reviewer": "1", "approver": "2", "changes": "3"},
        "frank@example.com": {"deployer": "1", "approver": "1", "changes": "1", "conflicts": "1"},
        "grace@example.com": {"console_writer": "1", "rule_editor": "1", "changes": "1"},
        "heidi@example.com": {"rule_editor": "1"},
    }


def test_each_conflict_names_the_change_the_duties_and_the_names(tables: Tables) -> None:
    found = [
        (row["change_id"], row["person"], row["does_as"], row["allows_as"], row["why"])
        for row in tables.rows(CONFLICTS)
    ]

    assert found == [
        ("chg-2", "dave@example.com", "dave@example.com", "dave-gh", "reviewed their own code"),
        ("chg-2", *["frank@example.com"] * 3, "approved a run that they started"),
        ("chg-3", "dave@example.com", "U0DAVE", "dave-gh", "approved the ticket of their write"),
    ]


def test_what_a_small_team_does_instead_stands_beside_its_conflict(tables: Tables) -> None:
    row = tables.row(CONFLICTS, change_id="chg-2", person="dave@example.com")

    assert row["compensated_by"] == "two of us: read within a day (erin)"


def test_each_name_says_for_whom_it_stands(tables: Tables) -> None:
    row = tables.row(NAMES, name="dave-gh")

    assert (row["person"], row["is_joined"]) == ("dave@example.com", "true")
    assert row["duties"] == "reviewer; ticket_approver"
    assert tables.row(NAMES, name=ERIN)["is_joined"] == "false"
