"""The register of emergencies, and how an empty register is to be read."""

import re
from pathlib import Path

import pytest

from drift.ledger.verify import verify_pack
from drift.model.action import Approved, DeclaredEmergency, FollowUp, Reviewed
from drift.model.control_test import Result
from drift.model.environment import Environment
from drift.model.evidence import GapStatus
from drift.model.person import People, Person
from drift.model.verdict import Disposition, Lane
from tests.ledger.building import NOON, a_coverage, a_disposition, a_gap
from tests.reports.registering import DAY, ERIN, HOUR, SINCE, UNTIL, Tables, an_action, tables_of

REGISTER, RATIO, STATES = "04_emergency/register", "04_emergency/ratio", "01_ipe/registers"
REVIEW = Reviewed(
    notes="The rule was missing in the code.",
    then=FollowUp.NEEDS_CODIFY,
    owner="dave@example.com",
    due_at=NOON + 7 * DAY,
)
PEOPLE = People.known(
    [Person(name="alice@example.com", names=("al",)), Person(name="bob@example.com", names=("bob",))]
)
TESTING = Environment(name="testing", accounts=(re.compile("9+"),), is_production=False)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """Three emergencies and a change of another sort, and one of each that was not made in production."""
    entries = [
        a_disposition("chg-glass", lane=Lane.EMERGENCY, disposition=Disposition.UNTICKETED, t7=Result.FAIL),
        a_disposition(
            "chg-declared",
            began_at=NOON + HOUR,
            disposition=Disposition.EMERGENCY,
            address="aws_security_group.web",
            t7=Result.PASS,
            tests=("t1: fail, no ticket", "t7: pass, justified, approved in time by erin, reviewed by dana"),
        ),
        an_action("chg-declared", DeclaredEmergency(justification="The site was down.", incident="INC-1")),
        an_action("chg-declared", Approved(), at=NOON + 3 * HOUR),
        an_action("chg-declared", REVIEW, by="dana@example.com", at=NOON + DAY),
        a_disposition(
            "chg-incident",
            began_at=NOON + 2 * HOUR,
            disposition=Disposition.EMERGENCY,
            ticket="INC-2",
            actor="BOB",
            approver=ERIN,
            approved_at=NOON + HOUR,
            resource_id="sg-9",
            t7=Result.NOT_EVALUABLE,
        ),
        a_disposition("chg-usual", began_at=NOON + 3 * HOUR, t7=Result.NA),
        a_disposition("chg-test", environment="testing", lane=Lane.EMERGENCY, actor="al"),
        a_disposition("chg-cloud", disposition=Disposition.EXPLAINED, lane=Lane.EMERGENCY),
        a_coverage(from_at=SINCE, to_at=UNTIL),
    ]
    return tables_of(
        tmp_path_factory.mktemp("emergencies"),
        sqlite_template,
        entries,
        environments=(TESTING,),
        people=PEOPLE,
    )


def test_each_emergency_that_somebody_answers_for_has_a_row(tables: Tables) -> None:
    rows = tables.rows(REGISTER)

    assert [row["change_id"] for row in rows] == ["chg-glass", "chg-test", "chg-declared", "chg-incident"]
    assert [row["qualified_by"] for row in rows] == [
        "emergency access was used",
        "emergency access was used",
        "somebody declared it one",
        "an incident ticket was open before it",
    ]


def test_a_row_says_why_who_approved_it_how_late_and_what_is_to_become_of_it(tables: Tables) -> None:
    row = tables.row(REGISTER, change_id="chg-declared")

    assert (row["justification"], row["incident"]) == ("The site was down.", "INC-1")
    assert (row["approver"], row["approval_took_s"]) == (ERIN, "7200")
    assert (row["reviewed_by"], row["review"]) == ("dana@example.com", "The rule was missing in the code.")
    assert (row["follow_up"], row["follow_up_owner"]) == ("needs_codify", "dave@example.com")
    assert row["follow_up_due_at"] == "2026-11-27T12:00:00.000000Z"
    assert row["could_be_code"] == "yes: the review asks for it"
    assert (row["complete"], row["why"]) == (
        "pass",
        "justified, approved in time by erin, reviewed by dana",
    )


def test_an_approval_that_came_before_took_less_than_no_time(tables: Tables) -> None:
    row = tables.row(REGISTER, change_id="chg-incident")

    assert (row["approver"], row["approval_took_s"]) == (ERIN, "'-3600")
    assert row["could_be_code"] == "not shown"


def test_who_and_what_comes_back_is_counted(tables: Tables) -> None:
    again = {row["change_id"]: (row["actor_again"], row["resource_again"]) for row in tables.rows(REGISTER)}

    assert again["chg-glass"] == ("3", "3")
    assert again["chg-incident"] == ("1", "1")


def test_the_ratio_is_of_production_changes_that_somebody_answers_for(tables: Tables) -> None:
    [row] = tables.rows(RATIO)

    assert (row["month"], row["ratio"], row["percent"]) == ("2026-11", "3/4", "75.0")
    assert (row["complete"], row["incomplete"], row["not_due"]) == ("1", "1", "1")
    assert (row["approval_p50_s"], row["approval_p95_s"]) == ("'-3600", "7200")


def test_each_month_has_a_page_for_its_review(tables: Tables) -> None:
    page = (tables.folder / "04_emergency/retrospectives/2026-11.html").read_text(encoding="utf-8")

    assert "4 began in this month" in page
    assert "declared an emergency (INC-1): The site was down." in page
    assert page.count("[to be filled in by management]") == 4 * 6


def test_only_a_ticket_that_made_it_an_emergency_is_its_incident(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    """
    And what test t7 was never asked about is not said to be due later.
    """
    entries = [
        a_disposition("chg-glass", lane=Lane.EMERGENCY, disposition=Disposition.AUTHORISED, ticket="OPS-1"),
        a_disposition("chg-incident", disposition=Disposition.EMERGENCY, ticket="INC-2", t7=Result.FAIL),
    ]

    tables = tables_of(tmp_path_factory.mktemp("incidents"), sqlite_template, entries)

    found = {row["change_id"]: (row["incident"], row["ticket"]) for row in tables.rows(REGISTER)}
    assert found == {"chg-glass": ("", "OPS-1"), "chg-incident": ("INC-2", "INC-2")}
    [month] = tables.rows(RATIO)
    assert (month["incomplete"], month["not_due"], month["not_asked"]) == ("1", "0", "1")


def test_an_emergency_before_the_first_coverage_has_its_month(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    """
    Where nobody says when the period begins, history that was taken in belongs to it.
    """
    entries = [
        a_disposition("chg-old", began_at=NOON - 40 * DAY, disposition=Disposition.EMERGENCY),
        a_coverage(from_at=NOON, to_at=NOON + DAY),
    ]

    tables = tables_of(tmp_path_factory.mktemp("old"), sqlite_template, entries, since=None)

    assert [(row["month"], row["emergencies"]) for row in tables.rows(RATIO)] == [
        ("2026-10", "1"),
        ("2026-11", "0"),
    ]
    page = (tables.folder / "04_emergency/retrospectives/2026-10.html").read_text()
    assert "1 began in this month" in page


def test_a_page_that_has_not_all_emergencies_says_so(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drift.reports.pack.registers.emergencies.MOST_PAGES", 1)
    entries = [a_disposition(f"chg-{one}", disposition=Disposition.EMERGENCY) for one in range(3)]

    tables = tables_of(tmp_path_factory.mktemp("many"), sqlite_template, entries)

    page = (tables.folder / "04_emergency/retrospectives/2026-11.html").read_text()
    assert "3 began in this month; the first 1 stand here" in page


def test_a_pack_with_registers_verifies(tables: Tables) -> None:
    assert verify_pack(str(tables.folder)).all_problems == []


def test_a_register_that_lists_something_says_how_much_was_covered(tables: Tables) -> None:
    row = tables.row(STATES, path=REGISTER)

    assert (row["state"], row["rows"]) == ("listed", "4")
    assert row["statement"] == "43,200 of 43,200 minutes of the period were covered by all sources"


def test_an_empty_register_tells_that_nothing_happened_from_that_nobody_looked(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    watched = tables_of(
        tmp_path_factory.mktemp("quiet"), sqlite_template, [a_coverage(from_at=SINCE, to_at=UNTIL - 15 * DAY)]
    )
    blind = tables_of(
        tmp_path_factory.mktemp("blind"), sqlite_template, [a_disposition("chg-1", began_at=UNTIL)]
    )

    whole = tables_of(
        tmp_path_factory.mktemp("whole"), sqlite_template, [a_coverage(from_at=SINCE, to_at=UNTIL)]
    )

    quiet, unknown = watched.row(STATES, path=REGISTER), blind.row(STATES, path=REGISTER)
    assert quiet["state"] == "none seen, partly covered"
    assert "not all of the period was covered; 21,600 of 43,200 minutes" in quiet["statement"]
    assert whole.row(STATES, path=REGISTER)["state"] == "did not occur"
    assert unknown["state"] == "did not operate"
    assert "cannot show anything; 0 of 43,200 minutes" in unknown["statement"]


def test_what_is_known_to_be_missing_is_not_covered_though_somebody_accepts_it(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    lost = a_gap(gap_id="gap-1", from_at=NOON, to_at=NOON + HOUR)
    accepted = a_gap(gap_id="gap-1", from_at=NOON, to_at=NOON + HOUR, status=GapStatus.ACCEPTED)
    filled = a_gap(gap_id="gap-2", from_at=SINCE, to_at=UNTIL, status=GapStatus.CLOSED)
    entries = [a_coverage(from_at=SINCE, to_at=UNTIL), lost, accepted, filled]

    tables = tables_of(tmp_path_factory.mktemp("gaps"), sqlite_template, entries)

    assert tables.row(STATES, path=REGISTER)["seen"] == str(30 * 24 * 60 - 60)
