"""`drift run`, `check`, `scan`, `baseline`, `evidence` and `demo`, as processes of their own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.cli import processes
from tests.cli.running import CONFIG
from tests.scenarios.world import FIXTURES, lay_out

STORY = "s3-console-public"
PATIENCE = 60


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of one story."""
    return lay_out(tmp_path, [STORY])


def test_one_cycle_says_what_it_did(config: Path) -> None:
    done = drift("run", "--once", "--config", config)

    assert done.returncode == 0
    assert "changes   2 in all: 2 unticketed" in done.stdout
    assert "alerts    1 in all: 1 sent" in done.stdout


def test_without_a_notifier_alerts_are_kept_and_that_is_said(config: Path) -> None:
    text = config.read_text()
    begin, end = text.index("[[notifier]]"), text.index("[[pipeline]]")
    config.write_text(text[:begin] + text[end:])

    done = drift("run", "--once", "--config", config)

    assert done.returncode == 0
    assert "alerts    1 in all: 1 queued (no [[notifier]] is configured" in done.stdout


def test_kept_alerts_are_sent_once_there_is_a_notifier(config: Path) -> None:
    text = config.read_text()
    begin, end = text.index("[[notifier]]"), text.index("[[pipeline]]")
    config.write_text(text[:begin] + text[end:])
    drift("run", "--once", "--config", config)
    config.write_text(text)

    done = drift("run", "--once", "--config", config)

    assert "alerts    1 in all: 1 sent" in done.stdout


def test_the_command_before_which_the_configuration_stands_takes_it_too(config: Path) -> None:
    done = drift("--config", config, "run", "--once")

    assert done.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_watches_until_a_signal_stops_it(number: signal.Signals, config: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "--config", config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until_it_watches(process)

    process.send_signal(number)

    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert said.splitlines()[-1] == "drift: stopped"


def test_a_daemon_that_ran_leaves_a_heartbeat_that_is_sealed(tmp_path: Path) -> None:
    (tmp_path / "trail").mkdir()
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.replace('source = "records"', 'source = "system"'))
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "--config", config], stderr=subprocess.PIPE, text=True
    )
    _wait_until_it_watches(process)

    process.send_signal(signal.SIGTERM)

    process.communicate(timeout=PATIENCE)
    database = Database(f"sqlite:///{tmp_path}/store.sqlite3")
    with database.reading() as connection:
        sealed, *beats = latest_checkpoint(connection), *entries(connection, kind=EntryKind.HEARTBEAT)
    database.close()
    [beat] = beats
    assert sealed is not None
    assert beat.seq < sealed.size
    assert {"read trail", "judge"} <= {job["job"] for job in json.loads(beat.body or b"")["jobs"]}


def test_a_second_signal_ends_a_cycle_that_hangs(config: Path, tmp_path: Path) -> None:
    pipe = tmp_path / STORY / "pipe.json"
    os.mkfifo(pipe)  # whoever reads it waits for a writer to end, for ever
    text = config.read_text().replace('"*/tickets.json"', f'"{pipe}"')
    config.write_text(text.replace('source = "records"', 'source = "system"'))
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "--config", config], stderr=subprocess.PIPE, text=True
    )
    _wait_until_it_watches(process)

    with pipe.open("w"):  # which waits until the cycle reads
        for _ in range(PATIENCE):  # signals that come together count as one
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=1)
                break

    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM


def test_a_new_store_under_an_old_key_is_told_of(config: Path) -> None:
    """
    Whoever lost the database should bring it back, not begin another history.
    """
    drift("run", "--once", "--config", config)
    for file in config.parent.glob("driftledger.sqlite3*"):
        file.unlink()

    done = drift("run", "--once", "--config", config)

    assert "is new, but its key is not" in done.stderr


def test_a_check_tells_of_a_lost_store_and_a_first_run_after_a_check_does_not(config: Path) -> None:
    checked = drift("check", "--config", config)
    begun = drift("run", "--once", "--config", config)
    for file in config.parent.glob("driftledger.sqlite3*"):
        file.unlink()

    lost = drift("check", "--config", config)

    told = "is new, but its key is not"
    assert [told in text for text in (checked.stdout, begun.stderr, lost.stdout)] == [False, False, True]


def test_a_ticket_system_that_cannot_be_read_is_told_of(config: Path) -> None:
    (config.parent / "empty" / "tickets.json").write_text("{")

    done = drift("run", "--once", "--config", config)

    assert done.returncode == 2
    assert "a ticket system could not be asked" in done.stderr


def test_a_check_tries_everything_that_is_configured(config: Path) -> None:
    done = drift("check", "--config", config)

    assert done.returncode == 0
    for part in (
        "store",
        "ledger key",
        "audit log trail",
        "baseline terraform",
        "tickets jira",
        "notifier oncall",
    ):
        assert f"ok      {part}" in done.stdout


def test_a_check_always_says_what_is_never_read(config: Path, tmp_path: Path) -> None:
    for done in (drift("check", "--config", config), drift("check", cwd=tmp_path)):
        (line,) = (line for line in done.stdout.splitlines() if "Kubernetes" in line)

        assert line.startswith("note    changes inside Kubernetes clusters cannot be shown")


def test_a_check_of_nothing_fails_and_makes_nothing(tmp_path: Path) -> None:
    done = drift("check", cwd=tmp_path)

    assert done.returncode == 1
    assert "FAILED  sources: there is nothing to watch" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_check_names_what_does_not_work_and_goes_on(config: Path) -> None:
    (config.parent / "empty" / "tickets.json").write_text("{")

    done = drift("check", "--config", config)

    assert done.returncode == 1
    assert "FAILED  tickets jira" in done.stdout
    assert "ok      notifier oncall" in done.stdout


def test_a_scan_prints_one_object_with_every_key() -> None:
    done = scan(STORY, "--json")

    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert list(report) == ["findings", "not_compared", "not_listed", "coverage", "summary"]
    assert report["summary"] == {
        "declared": 3,
        "compared": 3,
        "drifted": 2,
        "missing": 0,
        "unmanaged": 0,
        "unapplied": 0,
        "unreadable": 0,
        "unsupported": 0,
    }
    for finding in report["findings"]:
        assert list(finding) == [
            *("id", "kind", "address", "type", "resource_id", "account", "region"),
            *("severity", "attributes", "explained_by"),
        ]
        for attribute in finding["attributes"]:
            assert list(attribute) == ["path", "declared", "live", "sensitive"]


def test_a_scan_that_finds_nothing_leaves_with_0() -> None:
    done = scan("console-change-reverted")

    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "managed       100.0 % of account 111122223333, 2 of 2 resources",
        "2 declared, 2 compared: 0 drifted, 0 missing, 0 unmanaged",
    ]


def test_a_scan_can_be_narrowed_to_types() -> None:
    done = scan(STORY, "--types", "aws_s3_bucket_policy")

    assert "aws_s3_bucket_policy.assets" in done.stdout
    assert "public_access_block" not in done.stdout
    assert "1 declared, 1 compared: 1 drifted" in done.stdout


def test_a_scan_that_compared_nothing_is_no_clean_one(tmp_path: Path) -> None:
    """
    A typing error in a pipeline's command must not make it green.
    """
    (tmp_path / "none.json").write_text('{"read_at": null, "schemas": {}, "resources": []}')
    state = FIXTURES / "break-glass" / "terraform.tfstate"

    uncovered = drift("scan", "--state", state, "--live", f"file:{tmp_path / 'none.json'}")
    mistyped = scan("break-glass", "--types", "aws_db_instanz")

    assert (uncovered.returncode, mistyped.returncode) == (2, 2)
    assert "none of the 1 declared resources could be compared" in uncovered.stderr
    assert "nothing that is declared is of the type aws_db_instanz" in mistyped.stderr


def test_a_scan_stores_nothing(tmp_path: Path) -> None:
    state, live = FIXTURES / STORY / "terraform.tfstate", FIXTURES / STORY / "live.json"

    drift("scan", "--state", state, "--live", f"file:{live}", cwd=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_baseline_has_a_line_for_each_instance_with_every_key() -> None:
    done = drift("baseline", "--state", FIXTURES / "autoscaling-burst" / "terraform.tfstate", "--json")

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert len(lines) == 5
    assert all(
        list(line)
        == [
            *("address", "type", "resource_id", "provider", "account", "region"),
            *("serial", "lineage", "source", "ignored"),
        ]
        for line in lines
    )
    [group] = [line for line in lines if line["type"] == "aws_autoscaling_group"]
    assert group["ignored"] == ["desired_capacity"]
    assert group["provider"] == "hashicorp/aws"


def test_evidence_is_exported_and_verified(config: Path) -> None:
    drift("run", "--once", "--config", config)
    pack = config.parent / "pack"

    since = "2026-11-20T08:32:00Z"
    exported = drift("evidence", "export", "--out", pack, "--since", since, "--config", config)
    verified = drift("evidence", "verify", pack)

    assert exported.returncode == 0
    assert exported.stdout.startswith("1 change, 2 findings, ")
    assert f" entries in {pack}\n" in exported.stdout
    assert f"python3 -I {pack}/verify/verify_pack.py {pack}" in exported.stdout
    assert verified.returncode == 0


def test_what_is_no_pack_or_no_key_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "MANIFEST.json").touch()

    missing = drift("evidence", "verify", tmp_path / "none")
    keyless = drift("evidence", "verify", tmp_path, "--key", "none.txt")

    for done, what in ((missing, "there is no folder"), (keyless, "none.txt is no verifier key")):
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"drift: {what}")
        assert "; " in done.stderr
        assert done.stderr.count("\n") == 1


def test_altered_evidence_is_found(config: Path) -> None:
    drift("run", "--once", "--config", config)
    pack = config.parent / "pack"
    drift("evidence", "export", "--out", pack, "--config", config)
    listing = pack / "02_population" / "changes.csv"
    listing.write_text(listing.read_text().replace("unticketed", "authorised"))

    verified = drift("evidence", "verify", pack, "--json")

    report = json.loads(verified.stdout)
    assert verified.returncode == 1
    assert any("02_population/changes.csv" in problem for problem in report["problems"])


def test_a_demo_may_be_repeated_but_spares_what_is_not_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("keep me")

    first = drift("demo", cwd=tmp_path)
    second = drift("demo", cwd=tmp_path)
    refused = drift("demo", "--out", mine)

    assert (first.returncode, second.returncode) == (0, 0)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


def scan(story: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Scan one story's state."""
    folder = FIXTURES / story
    return drift(
        "scan", "--state", folder / "terraform.tfstate", "--live", f"file:{folder / 'live.json'}", *options
    )


def drift(*arguments: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command line as a process of its own."""
    done = processes.drift(cwd or Path.cwd(), *map(str, arguments))
    return subprocess.CompletedProcess(arguments, done.code, done.out, done.err)


def _wait_until_it_watches(process: "subprocess.Popen[str]") -> None:
    """Return once it takes signals, which is what it says last when it starts."""
    assert process.stderr is not None
    while "watching every 60 s" not in process.stderr.readline():
        assert process.poll() is None
