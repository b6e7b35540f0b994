"""Erasing what the ledger says of a person."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from drift.errors import LedgerIntegrityError
from drift.ledger.checkpoint import latest_checkpoint, seal, sealed_entries
from drift.ledger.erasure import erase_bodies
from drift.ledger.log import append_all, entries, entries_at
from drift.ledger.tables import evidence_body
from drift.ledger.verify import INTEGRITY, QUESTIONS, verify_pack
from drift.model.erasure import Forgotten
from drift.model.evidence import EntryKind, OrderRecord
from drift.redact import MASK
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_disposition, a_gap, an_entry
from tests.reports.packs import a_pack, sign_again

ALICE = Forgotten.called(["alice@example.com"], "erased-a")
BOB = Forgotten.called(["bob@example.com"], "erased-b")
TOKEN = "ghp_" + "a1B2" * 9
ORDER = OrderRecord(by="dana", reason="a letter")


def erased(database: Database, *people: Forgotten) -> None:
    """Two changes and a gap, of which then these people are erased, one after the other."""
    with database.transaction() as connection:
        append_all(
            connection,
            [
                a_disposition("chg-1", approver="bob@example.com"),
                a_disposition("chg-2", actor="carol@example.com", principal=None),
                a_gap(error="alice@example.com closed the laptop"),
                an_entry("aws:1"),
            ],
        )
        seal(connection, KEY, NOON)
        for person in people:
            erase_bodies(connection, person, ORDER, NOON)
            seal(connection, KEY, NOON)


def test_an_erased_entry_keeps_its_place_and_is_read_as_it_is_said_again(database: Database) -> None:
    erased(database, ALICE)

    with database.reading() as connection:
        found = list(entries(connection))

    assert [one.kind.value for one in found[4:]] == ["order", "person_erasure", "restatement", "restatement"]
    assert [one.seq for one in found if one.is_erased] == [0, 2]
    assert said(found[0].body)["actor"] == "erased-a"
    assert said(found[0].body)["approver"] == "bob@example.com"
    assert said(found[2].body)["error"] == "erased-a closed the laptop"
    assert said(found[5].body) == {"entries": [0, 2], "person": "erased-a"}


def test_no_secret_in_the_reason_is_recorded(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        order = OrderRecord(by="dana", reason=f"the letter came with {TOKEN}")
        erase_bodies(connection, ALICE, order, NOON)

        [wanted] = entries(connection, kind=EntryKind.ORDER)
    assert said(wanted.body) == {"by": "dana", "reason": f"the letter came with {MASK}"}


def test_what_was_said_again_can_be_erased_in_its_turn(database: Database, tmp_path: Path) -> None:
    erased(database, ALICE, BOB)
    a_pack(database, tmp_path / "pack")

    report = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    with database.reading() as connection:
        [first] = entries_at(connection, [0])
    assert (said(first.body)["actor"], said(first.body)["approver"]) == ("erased-a", "erased-b")
    assert [report.verdict(question) for question in QUESTIONS] == ["ok", "ok", "ok"]
    assert report.erased == 3
    assert "what 3 entries said of a person, as entries 5, 9 tell" in report.as_text()


def test_a_body_that_goes_without_an_erasure_is_found_before_a_pack_is_made(
    sqlite_database: Database,
) -> None:
    erased(sqlite_database, ALICE)
    with sqlite_database.transaction() as connection:
        gone = update(evidence_body).where(evidence_body.c.seq == 1).values(salt=None, body=None)
        connection.execute(gone)
        sealed = latest_checkpoint(connection)
        assert sealed is not None

        with pytest.raises(LedgerIntegrityError, match="entry 1 of the ledger was altered or is missing"):
            list(sealed_entries(connection, sealed))


def test_what_is_written_where_a_body_was_erased_is_never_read(sqlite_database: Database) -> None:
    """
    Without a salt nobody can hold it against the leaf, and no erasure leaves any.
    """
    erased(sqlite_database, ALICE, BOB)
    with sqlite_database.transaction() as connection:
        forged = update(evidence_body).where(evidence_body.c.salt.is_(None)).values(body=b'{"actor":"eve"}')
        connection.execute(forged)

        found = list(entries_at(connection, [0]))

    assert said(found[0].body)["actor"] == "erased-a"


@pytest.mark.parametrize(
    ("seq", "change", "says"),
    [
        (1, {"salt": "", "body": ""}, "entry 1 was altered: its body is missing"),
        (6, {"salt": "", "body": ""}, "its body is missing"),
        (0, {"salt": "00" * 32, "body": "{}"}, "entry 0 was altered: its body is not the one"),
        (6, {"body": '{"actor":"carol@example.com"}'}, "entry 6 was altered: its body is not the one"),
    ],
)
def test_whoever_holds_the_key_cannot_pass_off_more_as_erased(
    sqlite_database: Database, tmp_path: Path, seq: int, change: dict[str, str], says: str
) -> None:
    erased(sqlite_database, ALICE)
    a_pack(sqlite_database, tmp_path / "pack")
    path = tmp_path / "pack/ledger/entries.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[seq] |= change
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sign_again(tmp_path / "pack")

    problems = verify_pack(str(tmp_path / "pack")).problems(INTEGRITY)

    assert any(says in problem for problem in problems), problems


def test_the_body_that_says_what_was_erased_stays_whoever_is_forgotten(sqlite_database: Database) -> None:
    """
    Else nobody could tell an erasure from tampering.
    """
    erased(sqlite_database, ALICE, Forgotten.called(["erased-a", "entries"], "erased-c"))

    with sqlite_database.reading() as connection:
        told = list(entries(connection, kind=EntryKind.PERSON_ERASURE))
    assert [one.is_erased for one in told] == [False, False]


def said(body: bytes | None) -> dict[str, object]:
    found: dict[str, object] = json.loads(body or b"")
    return found
