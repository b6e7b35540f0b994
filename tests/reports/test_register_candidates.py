"""The register of deviation candidates, and the write-ups that management completes."""

from pathlib import Path

import pytest

from drift.ledger.entry import NewEntry
from drift.model.action import Disowned
from drift.model.control_test import Result
from drift.model.evidence import AlertRecord, EntryKind
from drift.model.verdict import Disposition
from tests.acting import a_waiver
from tests.ledger.building import NOON, a_coverage, a_disposition
from tests.reports.registering import HOUR, SINCE, UNTIL, Tables, an_action, tables_of

REGISTER = "05_deviation_candidates/register"
HOSTILE = "<script>alert(1)</script>\u202egpj"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """A change that nobody allowed, one that only a test fails, one that is waived, and two that are none."""
    entries = [
        a_disposition("chg-none", began_at=NOON + HOUR, disposition=Disposition.AUTHORISED, t1=Result.PASS),
        a_disposition("chg-cloud", disposition=Disposition.EXPLAINED, t8=Result.FAIL),
        a_disposition(
            "chg-bare",
            actor=HOSTILE,
            t1=Result.FAIL,
            t8=Result.FAIL,
            tests=("t1: fail, no ticket", "t3: na, no code", "t8: fail, 1 difference on the resource"),
        ),
        an_action("chg-bare", Disowned(comment="I slept."), by="alice@example.com", at=NOON + HOUR),
        told("ses-1"),
        a_disposition(
            "chg-late",
            began_at=NOON + 2 * HOUR,
            session_id="ses-2",
            disposition=Disposition.AUTHORISED,
            t2=Result.FAIL,
            ticket="OPS-1",
            ticket_system="jira",
            link_method="session name",
            approver="erin@example.com",
            approved_at=NOON,
        ),
        a_disposition("chg-waived", began_at=NOON + 3 * HOUR, disposition=Disposition.WAIVED),
        an_action("chg-waived", a_waiver()),
        a_coverage(from_at=SINCE, to_at=UNTIL),
    ]
    return tables_of(tmp_path_factory.mktemp("candidates"), sqlite_template, entries)


def told(session_id: str) -> NewEntry:
    """Somebody was told of a session, a quarter of an hour after it began."""
    body = AlertRecord(
        client_id="c-1", session_id=session_id, notifier="oncall", reference="1", sent_at=NOON + HOUR / 4
    )
    return NewEntry(kind=EntryKind.ALERT, ref=session_id, body=body, recorded_at=NOON + HOUR)


def test_a_candidate_is_what_fails_a_test_or_stands_as_no_authorised_change(tables: Tables) -> None:
    rows = {row["change_id"]: row["signs"] for row in tables.rows(REGISTER)}

    assert rows == {
        "chg-bare": "unticketed; fails t1 (documented before the first write);"
        " fails t8 (the live configuration is as declared)",
        "chg-late": "fails t2 (reviewed by somebody who did not make it)",
        "chg-waived": "waived",
    }


def test_a_row_tells_what_when_who_what_was_done_and_what_is_open(tables: Tables) -> None:
    row = tables.row(REGISTER, change_id="chg-bare")

    assert row["what"] == "opened tcp/22 to 0.0.0.0/0. It stands as unticketed, of high severity."
    assert row["when"] == (
        "2026-11-20 12:00 to 2026-11-20 12:01 UTC, in 1 record;"
        " somebody was told 15 min after the first write, at 2026-11-20 12:15 UTC."
    )
    assert "(human), as arn:aws:sts::111122223333:assumed-role/Admin" in row["who"]
    assert row["affected"].startswith("aws_security_group sg-0abc, which no code is known to declare;")
    assert row["done"] == ("2026-11-20 13:00 UTC: alice@example.com said that it was not theirs: I slept.")
    assert row["still_open"] == (
        "No ticket is linked.; No approval is recorded, before or since.;"
        " Somebody said that it was not theirs; whether credentials were stolen is not recorded.;"
        " Test t8: the live configuration is not as declared."
    )


def test_what_no_log_can_tell_is_left_to_management_and_marked(tables: Tables) -> None:
    row = tables.row(REGISTER, change_id="chg-bare")
    page = (tables.folder / row["write_up"]).read_text(encoding="utf-8")

    assert row["response_of_management"] == "[to be filled in by management]"
    assert page.count("[to be filled in by management]") == 6
    assert "Root cause" in page


def test_a_waiver_stands_beside_what_it_excuses(tables: Tables) -> None:
    row = tables.row(REGISTER, change_id="chg-waived")

    assert (row["waived_by"], row["waiver_owner"]) == ("erin@example.com", "dave@example.com")
    assert (row["waived_until"], row["waiver_reason"]) == ("2026-12-16T12:00:00.000000Z", "until the move")
    assert "The waiver ends at 2026-12-16 12:00 UTC, owner dave@example.com." in row["still_open"]


def test_a_page_obeys_nothing_that_a_name_says(tables: Tables) -> None:
    page = (tables.folder / "05_deviation_candidates/write_ups/chg-bare.html").read_text(encoding="utf-8")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;\N{REPLACEMENT CHARACTER}gpj" in page
    assert "<script" not in page


def test_no_page_and_no_row_concludes_anything(tables: Tables) -> None:
    texts = [
        path.read_text(encoding="utf-8").lower()
        for path in tables.folder.rglob("*")
        if path.suffix in (".html", ".csv") and path.relative_to(tables.folder).parts[0][:2] in ("04", "05")
    ]

    assert len(texts) == 7
    assert not any("compliant" in text or "exception" in text for text in texts)


def test_no_id_of_a_ledger_leads_out_of_the_pack(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    with pytest.raises(ValueError, match="is no id of a change"):
        tables_of(tmp_path_factory.mktemp("hostile"), sqlite_template, [a_disposition("../../../chg-1")])


def test_a_ticket_of_which_no_system_is_recorded_has_none(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    entries = [a_disposition("chg-1", ticket="OPS-1", disposition=Disposition.RETROACTIVE)]

    tables = tables_of(tmp_path_factory.mktemp("systems"), sqlite_template, entries)

    [row] = tables.rows("05_deviation_candidates/register")
    dossier = (tables.folder / "03_sample/dossiers/chg-1/dossier.html").read_text()
    assert row["done"] == "The ticket OPS-1 was found."
    assert "None" not in dossier
