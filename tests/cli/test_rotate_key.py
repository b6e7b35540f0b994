"""`drift evidence rotate-key`, and what docs/keys.md shows of it."""

import re
import shlex
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.evidence.verify import command
from drift.ledger.keys import create_key_file, load_key_file
from drift.ledger.verify import INTEGRITY, verify_proof
from tests.cli.running import CONFIG, Drift

ORIGIN = "driftledger/example"
SHOWN = re.findall(r"```\ndrift (.*?)\n```", (Path(__file__).parents[2] / "docs/keys.md").read_text())


@pytest.fixture
def sealed(drift: Drift, tmp_path: Path) -> Path:
    """A ledger that a key file has sealed, which is then to be the old one; another is configured."""
    assert drift("run", "--once").code == 0
    (tmp_path / "driftledger-key.pem").rename(tmp_path / "old-key.pem")
    (tmp_path / "config.toml").write_text(f'{CONFIG}\n[ledger]\nkey_file = "new-key.pem"\n')
    return tmp_path


def test_the_command_of_the_documents_hands_over_to_a_new_key(
    drift: Drift, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sealed)
    old = load_key_file(sealed / "old-key.pem", ORIGIN).verifier_key

    done = drift(*shlex.split(SHOWN[0]))
    exported = drift("evidence", "export", "--out", "pack")

    new = load_key_file(sealed / "new-key.pem", ORIGIN).verifier_key
    assert (done.code, exported.code) == (0, 0)
    assert done.lines[0].startswith(f"{new} signs from entry ")
    code, said = verified_with("pack", old)
    assert code == 0
    assert "handed over to" in said


def test_the_command_of_the_documents_records_a_lost_key_as_a_break(
    drift: Drift, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sealed)
    old = load_key_file(sealed / "old-key.pem", ORIGIN).verifier_key
    (sealed / "old-key.pem").unlink()

    done = drift(*shlex.split(SHOWN[1]))
    drift("evidence", "export", "--out", "pack")

    assert done.code == 0
    code, said = verified_with("pack", old)
    assert code == 1
    assert "was lost (the disk died, and so did its backup)" in said


def test_a_key_from_the_environment_seals_the_ledger_on(
    drift: Drift, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_key_file(sealed / "secret", ORIGIN)
    monkeypatch.setenv("DRIFT_LEDGER_KEY", (sealed / "secret").read_text())
    (sealed / "config.toml").write_text(f'{CONFIG}\n[ledger]\nkey_env = "DRIFT_LEDGER_KEY"\n')

    done = drift("evidence", "rotate-key", "--old-key-file", str(sealed / "old-key.pem"))

    assert done.code == 0
    assert drift("run", "--once").code == 0
    assert "in the environment, to verify with" in drift("check").out
    monkeypatch.delenv("DRIFT_LEDGER_KEY")
    assert drift("changes").code == 0
    refused = drift("evidence", "export", "--out", str(sealed / "pack"))
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "[ledger] key_env" in refused.err


def test_a_proof_from_before_the_handover_still_checks(drift: Drift, sealed: Path) -> None:
    old = load_key_file(sealed / "old-key.pem", ORIGIN).verifier_key
    drift("evidence", "rotate-key", "--old-key-file", str(sealed / "old-key.pem"))
    with sqlite3.connect(sealed / "store.sqlite3") as store:
        (size,) = store.execute("SELECT min(size) FROM checkpoint").fetchone()

    proof = str(sealed / "proof.json")
    done = drift("evidence", "prove", "0", "--checkpoint", str(size), "--out", proof)

    assert done.code == 0
    assert verify_proof(proof, old).problems(INTEGRITY) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "say where the old key is"),
        (["--lost-old-key"], "a break needs a reason"),
        (["--lost-old-key", "--old-key-file", "x", "--reason", "y"], "say where the old key is"),
        (["--old-key-file", "x"], "there is no file x; --old-key-file takes the file of the key"),
        (["--old-config", "x"], "there is no file x; --old-config takes a configuration"),
    ],
)
def test_a_handover_that_is_not_said_whole_is_refused(
    drift: Drift, sealed: Path, arguments: list[str], says: str
) -> None:
    refused = drift("evidence", "rotate-key", *arguments)

    assert refused.code == 2
    assert says in refused.err
    assert not (sealed / "new-key.pem").exists()


def test_a_handover_that_was_made_is_not_asked_for_again(drift: Drift, sealed: Path) -> None:
    arguments = ("evidence", "rotate-key", "--old-key-file", str(sealed / "old-key.pem"))
    assert drift(*arguments).code == 0

    again = drift(*arguments)

    new = load_key_file(sealed / "new-key.pem", ORIGIN).verifier_key
    assert again.code == 2
    assert f"the key {new} signs already; nothing is left to do" in again.err


def verified_with(pack: str, key: str) -> tuple[int, str]:
    ran = CliRunner().invoke(command, [pack, "--key", key], standalone_mode=False)
    return ran.return_value, ran.output
