"""`drift run` as a process: it answers, tells, takes over rules, and stops in time."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from drift import wiring
from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.store.job_runs import job_runs
from tests.operations.running import PATIENCE, WATCHED, running
from tests.operations.telling import numbers_in
from tests.scenarios.world import lay_out

STORY = "s3-console-public"
GRACE = 10


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of one story."""
    path = lay_out(tmp_path, [STORY])
    path.write_text(path.read_text() + WATCHED)
    return path


def never_ending(config: Path) -> Path:
    """Let whoever asks for tickets wait for a writer, for ever; return the pipe."""
    pipe = config.parent / STORY / "pipe.json"
    os.mkfifo(pipe)
    text = config.read_text().replace('"*/tickets.json"', f'"{pipe}"')
    config.write_text(text.replace('source = "records"', 'source = "system"'))
    return pipe


@contextmanager
def hanging(pipe: Path) -> Iterator[None]:
    """Wait until somebody reads the pipe, and leave them waiting within the block."""
    give_up_at = time.monotonic() + PATIENCE
    while True:
        try:
            writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)  # refused while nobody reads
            break
        except OSError:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
    try:
        yield
    finally:
        os.close(writer)


def config_versions(config: Path) -> list[str]:
    """Return the hash of each configuration that the ledger knows."""
    settings = wiring.settings_without_secrets(str(config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        return [one.ref for one in entries(connection) if one.kind is EntryKind.CONFIG_VERSION]


def test_what_happened_in_the_story_is_told_by_jobs_that_wake_each_other(config: Path) -> None:
    with running(config) as daemon:
        read = daemon.ended("read trail")
        daemon.until(lambda line: line.get("job") == "notify" and line.get("sent") == 1)
        daemon.stop()

    assert (read["writes"], read["unreadable"]) == (2, 0)
    assert len(list((config.parent / "alerts").glob("*.txt"))) == 1


def test_it_is_ready_once_every_source_was_asked(config: Path) -> None:
    with running(config) as daemon:
        early, alive = daemon.get("/readyz"), daemon.get("/healthz")
        for job in ("read trail", "judge", "notify"):
            daemon.ended(job)
        late = daemon.get("/readyz")

    assert alive == (200, '{"alive":true}')
    assert early[0] in (200, 503)
    assert late == (200, '{"ready":true,"awaited":[]}')


def test_a_job_that_hangs_keeps_it_from_being_ready_and_stops_no_other(config: Path) -> None:
    never_ending(config)
    with running(config) as daemon:
        daemon.ended("sweep")
        status, body = daemon.get("/readyz")

    assert (status, json.loads(body)["awaited"]) == (503, ["judge"])


def test_prometheus_is_told_how_it_stands(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("sweep")
        daemon.until(lambda line: line.get("job") == "notify" and line.get("sent") == 1)
        status, body = daemon.get("/metrics")

    numbers = numbers_in(body)
    assert status == 200
    assert numbers['driftledger_writes_total{source="trail"}'] == 2
    assert numbers["driftledger_alerts_sent_total"] == 1
    assert numbers['driftledger_alerts{status="sent"}'] == 1
    assert numbers["driftledger_findings_open"] == 2
    assert numbers['driftledger_source_up{source="trail"}'] == 1
    assert numbers["driftledger_ledger_entries"] > 0
    for age in ("source_newest_record_age_seconds", "source_read_age_seconds"):
        assert numbers[f'driftledger_{age}{{source="trail"}}'] >= 0
    assert numbers['driftledger_job_failures_in_a_row{job="sweep"}'] == 0


def test_it_takes_no_orders(config: Path) -> None:
    with running(config) as daemon:
        assert daemon.get("/")[0] == 404


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_time_though_a_job_hangs(number: signal.Signals, config: Path) -> None:
    pipe = never_ending(config)
    with running(config) as daemon, hanging(pipe):
        began = time.monotonic()
        code = daemon.stop(number)
        took = time.monotonic() - began
        left = daemon.said("left while it was still running")

    assert code == 0
    assert took < GRACE
    assert left["event"].endswith(": judge")


def test_changed_rules_are_taken_over_and_recorded(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("sweep")
        config.write_text(config.read_text() + '\n[identities]\nmachines = ["*bot*"]\n')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.until(lambda line: bool(line.get("changed_configurations")))
        daemon.stop()

    assert len(config_versions(config)) == 2
    assert config_versions(config)[-1] == wiring.settings_without_secrets(str(config)).sha256


def test_a_changed_file_is_found_without_a_signal(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("reload")
        config.write_text(config.read_text() + '\n[identities]\nmachines = ["*bot*"]\n')
        daemon.until(lambda line: bool(line.get("changed_configurations")))


def test_wrong_rules_are_refused_and_the_old_ones_stay(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("reload")
        good = config.read_text()
        config.write_text(good + '\n[identities]\nmachiens = ["*bot*"]\n')
        daemon.process.send_signal(signal.SIGHUP)
        refused = daemon.said("the configuration is refused, and the rules stay as they were")
        config.write_text(good)
        daemon.process.send_signal(signal.SIGHUP)
        daemon.said("the configuration says what it said")
        daemon.stop()

    assert '"machiens"' in refused["event"]
    assert len(config_versions(config)) == 1


def test_what_takes_a_start_is_named(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("reload")
        config.write_text(config.read_text() + '\n[schedule]\npoll_every = "5m"\n')
        daemon.process.send_signal(signal.SIGHUP)
        daemon.said("what changed of poll_every is in force after the next start")


def test_the_weekly_report_is_put_where_the_configuration_says(config: Path) -> None:
    config.write_text(config.read_text() + '\n[report]\nfolder = "reports"\n')
    with running(config) as daemon:
        daemon.ended("sweep")
        daemon.ended("read trail")
        daemon.stop()
    assert not (config.parent / "reports").exists()  # a new store has nothing to tell of

    with running(config) as daemon:
        daemon.ended("weekly report")
        daemon.stop()

    assert [one.name for one in (config.parent / "reports").iterdir()] == ["weekly-2026-W46.html"]


def test_a_dead_source_stops_no_other(config: Path) -> None:
    dead = '\n[[audit_log]]\nname = "dead"\ntype = "log-files"\npath = "not-mounted"\n'
    config.write_text(config.read_text() + dead)
    with running(config) as daemon:
        daemon.until(lambda line: line.get("job") == "read dead" and line["level"] == "warning")
        daemon.until(lambda line: line.get("job") == "notify" and line.get("sent") == 1)
        daemon.stop()

    settings = wiring.settings_without_secrets(str(config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        runs = job_runs(connection)
    assert runs["read dead"].failures >= 1
    assert "not-mounted" in (runs["read dead"].last_error or "")
    assert runs["read trail"].failures == 0


def test_a_baseline_with_times_of_its_own_has_its_own_job(config: Path) -> None:
    config.write_text(config.read_text().replace("\n[[baseline]]\n", '\n[[baseline]]\nsweep_every = "6h"\n'))
    with running(config) as daemon:
        everything, own = daemon.ended("sweep"), daemon.ended("sweep terraform")
        daemon.until(lambda line: line.get("job") == "notify" and line.get("sent") == 1)
        daemon.stop()

    assert (everything["states"], own["states"]) == (0, 1)
    settings = wiring.settings_without_secrets(str(config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        assert job_runs(connection)["sweep terraform"].last_success_at is not None


def test_an_address_that_is_taken_is_told_in_one_line(config: Path) -> None:
    config.write_text(config.read_text().replace("127.0.0.1:0", "192.0.2.1:8087"))
    with running(config) as daemon:
        assert daemon.process.wait(60) == 2


def test_altered_evidence_ends_it_at_once_with_the_reason(config: Path) -> None:
    with running(config) as daemon:
        daemon.ended("checkpoint")
        daemon.stop()
    with closing(sqlite3.connect(config.parent / "driftledger.sqlite3")) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE ledger_node SET hash = zeroblob(32)")
        database.execute("DELETE FROM job_run WHERE job = 'checkpoint'")
        database.commit()

    with running(config) as daemon:
        died = daemon.said("checkpoint died 1 time in a row")
        code = daemon.process.wait(PATIENCE)

    assert "the ledger is not the one that was sealed" in died["event"]
    assert code == 2
