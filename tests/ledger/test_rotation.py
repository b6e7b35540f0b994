"""Handing the ledger over from one key to another."""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import ConfigError, LedgerIntegrityError, UsageError
from drift.ledger.checkpoint import checkpoints, latest_checkpoint, seal
from drift.ledger.keys import local_key
from drift.ledger.log import append_all, entries
from drift.ledger.note import SigningKey
from drift.ledger.rotation import Rotation, rotate
from drift.ledger.verify import COMPLETENESS, INTEGRITY, ORIGIN, QUESTIONS, Report, verify_pack
from drift.model.evidence import EntryKind
from drift.redact import MASK
from drift.store.database import Database
from drift.store.meta import LEDGER_KEY, forget
from tests.ledger.building import KEY, NOON, OTHER_KEY, a_disposition, an_entry
from tests.reports.packs import a_pack, sign_again

THIRD_KEY = local_key("driftledger/example", b"3" * 32)
HANDOVER = "ledger/checkpoints/000000000003.note"


def test_both_keys_sign_the_handover_and_the_new_one_alone_what_follows(database: Database) -> None:
    with database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)
        made = rotate(connection, a_rotation(), NOON)
        append_all(connection, [an_entry()])
        after = seal(connection, OTHER_KEY, NOON)

        assert [one.size for one in checkpoints(connection)] == [1, 3, 4]
        assert [entry.kind for entry in entries(connection, 1, 3)] == ["order", "key_rotation"]
    assert after is not None
    assert signers(made.note) == [KEY.verifier.key_id, OTHER_KEY.verifier.key_id]
    assert signers(after.note) == [OTHER_KEY.verifier.key_id]


def test_no_secret_in_the_reason_is_recorded(sqlite_database: Database) -> None:
    token = "ghp_" + "a1B2" * 9
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)
        rotate(connection, replace(a_rotation(), reason=f"{token} was found in a log"), NOON)

        [wanted] = entries(connection, kind=EntryKind.ORDER)
    assert json.loads(wanted.body or b"")["reason"] == f"{MASK} was found in a log"


def test_the_old_key_seals_nothing_after_it_has_handed_over(sqlite_database: Database) -> None:
    """
    A daemon may still run with it.
    """
    handed_over(sqlite_database)

    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])

        with pytest.raises(LedgerIntegrityError, match="was not made by the key"):
            seal(connection, KEY, NOON)


@pytest.mark.parametrize(
    ("rotation", "error", "says"),
    [
        (Rotation(old=THIRD_KEY, new=OTHER_KEY, by="dana", reason=None), LedgerIntegrityError, "not made by"),
        (Rotation(old=KEY, new=KEY, by="dana", reason=None), UsageError, "signs already"),
        (Rotation(old=None, new=KEY, by="dana", reason="lost"), UsageError, "signs already"),
    ],
)
def test_only_the_key_that_signed_so_far_hands_over_and_to_another(
    sqlite_database: Database, rotation: Rotation, error: type[Exception], says: str
) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)

    with pytest.raises(error, match=says), sqlite_database.transaction() as connection:
        rotate(connection, rotation, NOON)

    with sqlite_database.reading() as connection:
        assert not [one for one in entries(connection) if one.kind is EntryKind.KEY_ROTATION]


def test_a_ledger_that_was_never_sealed_has_no_key_to_hand_over(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection, pytest.raises(UsageError, match="nothing was sealed"):
        rotate(connection, a_rotation(), NOON)


def test_a_lost_key_of_which_nothing_is_known_cannot_be_replaced(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)
        forget(connection, LEDGER_KEY)

        with pytest.raises(ConfigError, match="does not know the public half"):
            rotate(connection, Rotation(old=None, new=OTHER_KEY, by="dana", reason="lost"), NOON)


# In a pack


@pytest.fixture
def pack(sqlite_database: Database, tmp_path: Path) -> Path:
    """A pack of a ledger that was handed over twice, and sealed by each of the three keys in turn."""
    handed_over(sqlite_database)
    with sqlite_database.transaction() as connection:
        rotate(connection, Rotation(old=OTHER_KEY, new=THIRD_KEY, by="dana", reason=None), NOON)
        append_all(connection, [an_entry()])
        seal(connection, THIRD_KEY, NOON + timedelta(days=1))
    a_pack(sqlite_database, tmp_path / "pack", key=THIRD_KEY)
    return tmp_path / "pack"


@pytest.mark.parametrize("trusted", [KEY, OTHER_KEY, THIRD_KEY])
def test_whoever_trusts_one_of_the_keys_can_follow_to_all(pack: Path, trusted: SigningKey) -> None:
    report = verify_pack(str(pack), trusted.verifier_key)

    assert report.all_problems == []
    assert verdicts(report) == ["ok", "ok", "ok"]
    assert [line.rpartition(" at ")[2] for line in report.handovers] == ["entry 3", "entry 5"]


def test_keys_json_lists_the_keys_with_the_entries_that_made_them_the_next(pack: Path) -> None:
    listed = json.loads((pack / "ledger/keys.json").read_text())["keys"]

    assert listed == [
        {"verifier_key": KEY.verifier_key},
        {"verifier_key": OTHER_KEY.verifier_key, "entry": 3, "old_key": "signed"},
        {"verifier_key": THIRD_KEY.verifier_key, "entry": 5, "old_key": "signed"},
    ]


def test_a_lost_key_is_shown_as_a_break_that_nobody_can_follow(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1")])
        seal(connection, KEY, NOON)
        rotate(connection, Rotation(old=None, new=OTHER_KEY, by="dana", reason="the disk died"), NOON)
    a_pack(sqlite_database, tmp_path / "pack", key=OTHER_KEY)

    old = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)
    new = verify_pack(str(tmp_path / "pack"), OTHER_KEY.verifier_key)

    assert verdicts(old) == ["ok", "ok", "failed"]
    assert verdicts(new) == ["ok", "ok", "ok"]
    assert len(old.handovers) == 1
    assert "BREAK at entry 2" in old.as_text()
    assert "was lost (the disk died)" in old.as_text()


def test_a_handover_without_the_old_signature_is_found(pack: Path) -> None:
    handover = pack / "ledger/checkpoints/000000000004.note"
    text, _, tail = handover.read_text().rpartition("\n\n")
    handover.write_text(f"{text}\n\n{tail.splitlines()[1]}\n")
    sign_again(pack, THIRD_KEY)

    report = verify_pack(str(pack), KEY.verifier_key)

    assert verdicts(report) == ["failed", "ok", "failed"]
    assert any("entry 3 hands over, and" in problem for problem in report.problems(INTEGRITY))


def test_a_key_that_nobody_handed_over_to_is_found(pack: Path) -> None:
    keys = json.loads((pack / "ledger/keys.json").read_text())
    stranger = local_key("driftledger/example", b"4" * 32)
    keys["keys"].append({"verifier_key": stranger.verifier_key})
    (pack / "ledger/keys.json").write_text(json.dumps(keys))
    sign_again(pack, stranger)

    report = verify_pack(str(pack), KEY.verifier_key)

    assert verdicts(report) == ["failed", "ok", "failed"]
    assert any("whose turn it is" in problem for problem in report.problems(INTEGRITY))


def test_the_old_key_does_not_go_on_after_it_has_handed_over(pack: Path) -> None:
    newest = pack / "ledger/checkpoints/000000000007.note"
    newest.write_text(KEY.sign(newest.read_text().rpartition("\n\n")[0] + "\n"))
    sign_again(pack, THIRD_KEY)

    problems = verify_pack(str(pack)).problems(INTEGRITY)

    assert any(
        problem.startswith("ledger/checkpoints/000000000007.note: is not signed") for problem in problems
    )


def test_nobody_slips_a_handover_of_their_own_under_a_note_that_the_old_key_has_signed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    The entry stands where a genuine note ends, and the forger adds a signature to that note.
    """
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
        seal(connection, KEY, NOON)
        rotate(connection, Rotation(old=None, new=OTHER_KEY, by="eve", reason="forged"), NOON)
        last = latest_checkpoint(connection)
        assert last is not None
    genuine = KEY.sign(f"{KEY.name}\n3\n{'A' * 43}=\n")
    a_pack(sqlite_database, tmp_path / "pack", key=OTHER_KEY)
    forged = OTHER_KEY.sign(genuine.rpartition("\n\n")[0] + "\n").splitlines()[-1]
    (tmp_path / "pack" / HANDOVER).write_text(f"{genuine}{forged}\n")
    sign_again(tmp_path / "pack", OTHER_KEY)

    report = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    assert report.verdict(ORIGIN) == "failed"
    assert report.verdict(INTEGRITY) == "failed"
    assert report.verdict(COMPLETENESS) == "ok"


def test_nobody_is_trusted_for_writing_that_they_handed_over_to_a_trusted_key(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    The trusted key has signed nothing of a ledger that the forger made up, and sealed alone.
    """
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1")])
        seal(connection, OTHER_KEY, NOON)
        rotate(connection, Rotation(old=OTHER_KEY, new=KEY, by="eve", reason="forged"), NOON)
    a_pack(sqlite_database, tmp_path / "pack", key=KEY)
    handover = tmp_path / "pack" / HANDOVER
    handover.write_text(OTHER_KEY.sign(handover.read_text().rpartition("\n\n")[0] + "\n"))
    sign_again(tmp_path / "pack", OTHER_KEY)

    report = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    assert report.verdict(INTEGRITY) == "failed"
    assert report.verdict(ORIGIN) == "failed"


def a_rotation() -> Rotation:
    return Rotation(old=KEY, new=OTHER_KEY, by="dana", reason="a new year")


def handed_over(database: Database) -> None:
    with database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1"), an_entry()])
        seal(connection, KEY, NOON)
        rotate(connection, a_rotation(), NOON)


def signers(note: str) -> list[bytes]:
    lines = note.rpartition("\n\n")[2].splitlines()
    return [base64.b64decode(line.split(" ")[-1])[:4] for line in lines]


def verdicts(report: Report) -> list[str]:
    return [report.verdict(question) for question in QUESTIONS]
