"""`drift evidence prove`: one entry, and the proof that it is in the signed ledger."""

import json
from pathlib import Path

import pytest

from drift import wiring
from drift.ledger.checkpoint import seal
from drift.ledger.verify import verify_proof
from tests.builders import NOON, a_judgement
from tests.cli.running import Drift
from tests.world import World


@pytest.fixture
def change_id(world: World, drift: Drift, tmp_path: Path) -> str:
    """A change that was judged, in a ledger that was sealed twice, by the key that `drift` made."""
    settings = wiring.settings_for_reading(str(tmp_path / "config.toml"))
    key = wiring.signing_key(settings, world.database)
    change = world.happened(judged=a_judgement())
    with world.database.transaction() as connection:
        seal(connection, key, NOON)
    world.unreadable()
    with world.database.transaction() as connection:
        seal(connection, key, NOON)
    return change.change_id


def test_what_it_writes_is_checked_without_it(change_id: str, drift: Drift, tmp_path: Path) -> None:
    done = drift("evidence", "prove", change_id[:8], "--out", str(tmp_path / "proof.json"))

    report = verify_proof(str(tmp_path / "proof.json"))
    assert done.code == 0
    assert done.lines[0].startswith("entry 1 (disposition) is in the ledger of 3 entries, root ")
    assert report.all_problems == []
    assert report.entry is not None
    assert report.entry["ref"] == change_id


def test_from_the_checkpoint_of_an_old_mail_it_leads_to_the_newest(
    change_id: str, drift: Drift, tmp_path: Path
) -> None:
    by_size = json.loads(drift("evidence", "prove", "0", "--checkpoint", "2", "--json").out)
    mail = tmp_path / "mail.txt"
    mail.write_text("Keep this:\n\n  " + by_size["inclusion"]["checkpoint"].replace("\n", "\n  "))

    done = drift("evidence", "prove", "0", "--checkpoint", str(mail), "--out", str(tmp_path / "proof.json"))

    assert done.code == 0
    assert "that of 2 entries grew to 3 and lost none" in done.out
    assert json.loads((tmp_path / "proof.json").read_text()) == by_size
    report = verify_proof(str(tmp_path / "proof.json"), trusted_checkpoint=str(mail))
    assert report.all_problems == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["7"], "there is no entry 7: the ledger has 3, numbered from 0"),
        (["chg-none"], "no change or finding has an id"),
        (["0", "--checkpoint", "1"], "no checkpoint of 1 entries was ever made"),
        (["0", "--checkpoint", "missing.txt"], "cannot be read"),
        (["0", "--out", "nowhere/proof.json"], "the proof cannot be written to nowhere/proof.json"),
    ],
)
def test_what_cannot_be_proven_is_refused_with_the_next_step(
    change_id: str, drift: Drift, arguments: list[str], says: str
) -> None:
    done = drift("evidence", "prove", *arguments)

    assert done.code == 2
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_a_file_that_is_there_is_not_written_over(change_id: str, drift: Drift, tmp_path: Path) -> None:
    """
    It may be the ledger's key, which nobody can make again.
    """
    key = tmp_path / "driftledger-key.pem"
    before = key.read_text()

    done = drift("evidence", "prove", change_id[:8], "--out", str(key))

    assert (done.code, done.out) == (2, "")
    assert f"{key} is there already" in done.err
    assert key.read_text() == before
