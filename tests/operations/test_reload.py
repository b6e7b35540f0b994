"""Rules are taken over whole, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift import redact, wiring
from drift.errors import StoreError
from drift.operations.reload import Reload
from drift.pipeline import Pipeline
from drift.rounds import Rounds

BASE = '[[audit_log]]\nname = "trail"\ntype = "log-files"\npath = "trail"\n'
STRICT = '\n[identities]\nstrict_domains = ["example.com"]\n'
OWN_SECRETS = '\n[[table]]\nname = "redact"\npath = "redact.toml"\n'


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A configuration."""
    path = tmp_path / "config.toml"
    path.write_text(BASE)
    yield path
    redact.use("")


@pytest.fixture
def rounds(file: Path) -> Iterator[Rounds]:
    with wiring.running(wiring.settings_of(str(file))) as pipeline:
        yield Rounds(pipeline)


@pytest.fixture
def reload(file: Path, rounds: Rounds) -> Reload:
    return Reload(
        wiring.settings_of(str(file)),
        rounds,
        lambda: wiring.settings_of(str(file)),
        wiring.with_rules,
        wiring.cut_out,
    )


def strict_domains(rounds: Rounds) -> tuple[str, ...]:
    return rounds.pipeline.have.policy.identities.strict_domains


def test_what_is_the_same_is_left_alone(reload: Reload, rounds: Rounds) -> None:
    before = rounds.pipeline

    assert reload.run().counts == ()
    assert rounds.pipeline is before


def test_changed_rules_hold_and_everything_else_stays(reload: Reload, rounds: Rounds, file: Path) -> None:
    before = rounds.pipeline.have
    file.write_text(BASE + STRICT)

    turn = reload.run()

    assert (turn.count("changed configurations"), turn.problems) == (1, ())
    assert strict_domains(rounds) == ("example.com",)
    assert rounds.pipeline.have.sources is before.sources
    assert rounds.pipeline.have.database is before.database
    assert reload.run().counts == ()


def test_what_is_refused_is_told_once_and_tried_until_it_is_mended(
    reload: Reload, rounds: Rounds, file: Path
) -> None:
    file.write_text(BASE + STRICT + OWN_SECRETS)  # the file of the table comes later
    [told] = reload.run().problems
    again = reload.run().problems
    (file.parent / "redact.toml").write_text("\n")

    mended = reload.run()

    assert '[[table]] "redact"' in told
    assert again == ()
    assert mended.count("changed configurations") == 1
    assert strict_domains(rounds) == ("example.com",)


def test_a_table_that_is_refused_does_not_cut_out_either(reload: Reload, file: Path) -> None:
    """
    What counts as a secret is in force in the whole process, and part of the rules.
    """
    (file.parent / "redact.toml").write_text('secret = ["favourite colour"]\n')
    wrong = file.parent / "signals.toml"
    wrong.write_text("no = [")
    file.write_text(BASE + OWN_SECRETS + '\n[[table]]\nname = "aws/signals"\npath = "signals.toml"\n')

    reload.run()
    refused = redact.redact({"favourite_colour": "blue"}).value
    wrong.write_text("")
    reload.run()
    taken_over = redact.redact({"favourite_colour": "blue"}).value

    assert refused == {"favourite_colour": "blue"}
    assert taken_over == {"favourite_colour": redact.MASK}


def test_what_the_store_did_not_take_is_tried_again(
    reload: Reload, rounds: Rounds, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_pipeline: Pipeline, _now: object) -> None:
        raise StoreError("the disk is full", hint="make room")

    file.write_text(BASE + STRICT)
    with monkeypatch.context() as patched:
        patched.setattr(Pipeline, "begin", full)
        with pytest.raises(StoreError):
            reload.run()
    assert strict_domains(rounds) == ()

    reload.run()

    assert strict_domains(rounds) == ("example.com",)


def test_what_is_put_back_needs_no_start(reload: Reload, file: Path) -> None:
    file.write_text(BASE + '\n[schedule]\npoll_every = "5m"\n')
    assert reload.run().problems == ("what changed of poll_every is in force after the next start",)

    file.write_text(BASE)

    assert reload.run().problems == ()
