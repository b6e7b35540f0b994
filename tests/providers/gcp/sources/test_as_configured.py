"""From Google's services to the store, by the real program as a configuration names them."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drift import wiring
from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.pipeline import Pipeline
from drift.store.changes import changes
from drift.store.tally import funnel_totals
from tests.providers.gcp.entries import an_entry, as_bytes
from tests.providers.gcp.sources.grpc_server import denied, throttled
from tests.providers.gcp.sources.logging_service import PROJECT, LoggingService, cloud_logging
from tests.providers.gcp.sources.pubsub_service import NAME, PubSubService, pubsub
from tests.providers.gcp.sources.test_log_entry_json import over_grpc

KILLS = 4
SEED = 20261120


@pytest.fixture
def queue() -> Iterator[PubSubService]:
    """A subscription without messages."""
    with pubsub() as opened:
        yield opened


@pytest.fixture
def logging() -> Iterator[LoggingService]:
    """Cloud Logging, with nothing in it."""
    with cloud_logging() as opened:
        yield opened


def a_queue(service: PubSubService) -> str:
    return (
        f'[[audit_log]]\nname = "queue"\ntype = "gcp-pubsub"\n'
        f'subscription = "{NAME}"\nendpoint = "{service.endpoint}"\n'
    )


def a_history(service: LoggingService) -> str:
    return (
        f'[[audit_log]]\nname = "history"\ntype = "gcp-logging"\n'
        f'resources = ["{PROJECT}"]\nendpoint = "{service.endpoint}"\n'
    )


@contextmanager
def running(folder: Path, *sources: str) -> Iterator[Pipeline]:
    (folder / "config.toml").write_text("\n".join(sources))
    with wiring.running(wiring.settings_of(str(folder / "config.toml"))) as pipeline:
        yield pipeline


def entry(number: int) -> dict[str, Any]:
    """One of many writes to a few resources."""
    name = f"projects/example-prod/global/firewalls/{number % 5}"
    return an_entry(insertId=f"{number:06d}", resourceName=name)


def writes(pipeline: Pipeline) -> list[str]:
    """Return the `insertId` of every write that was kept."""
    with pipeline.have.database.reading() as connection:
        found = [one.event.event_id or "" for row in changes(connection) for one in row.change.writes]
    return sorted(id_.partition("@")[0] for id_ in found)


def counts(pipeline: Pipeline) -> dict[str, int]:
    with pipeline.have.database.reading() as connection:
        return {str(fate): records for fate, records in funnel_totals(connection).items() if records}


def test_what_comes_both_ways_counts_once(
    queue: PubSubService, logging: LoggingService, tmp_path: Path
) -> None:
    for number in range(5):
        queue.publish(as_bytes(entry(number)))
        logging.entries.append(over_grpc(entry(number)))

    with running(tmp_path, a_queue(queue), a_history(logging)) as pipeline:
        assert pipeline.run_once() == ()
        assert writes(pipeline) == [f"{number:06d}" for number in range(5)]
        assert counts(pipeline)["duplicate"] == 5
        assert pipeline.run_once() == ()
        assert counts(pipeline)["duplicate"] == 5
    assert queue.queued == []


def test_a_message_that_cannot_be_understood_is_a_gap_on_record_and_blocks_nothing(
    queue: PubSubService, tmp_path: Path
) -> None:
    queue.publish(as_bytes(entry(1)))
    queue.publish(b'{"protoPayload": {')
    queue.publish(as_bytes(entry(2)))

    with running(tmp_path, a_queue(queue)) as pipeline:
        (problem,) = pipeline.run_once()
        assert "1 unreadable, recorded as gaps" in problem
        assert writes(pipeline) == ["000001", "000002"]
        with pipeline.have.database.reading() as connection:
            gaps = [one for one in entries(connection) if one.kind is EntryKind.GAP]
    assert len(gaps) == 1
    assert queue.queued == []


def test_a_source_that_is_denied_stops_no_other_and_goes_on_where_it_was(
    queue: PubSubService, logging: LoggingService, tmp_path: Path
) -> None:
    queue.publish(as_bytes(entry(1)))
    logging.entries.append(over_grpc(entry(2)))
    queue.down = denied()

    with running(tmp_path, a_queue(queue), a_history(logging)) as pipeline:
        (problem,) = pipeline.run_once()
        assert "pubsub.subscriptions.consume" in problem
        assert writes(pipeline) == ["000002"]
        queue.down = None
        assert pipeline.run_once() == ()
        assert writes(pipeline) == ["000001", "000002"]


def test_what_could_not_be_acknowledged_comes_again_and_counts_once(
    queue: PubSubService, tmp_path: Path
) -> None:
    queue.publish(as_bytes(entry(1)))

    with running(tmp_path, a_queue(queue)) as pipeline:
        queue.refuse_acknowledging = throttled(seconds=1)
        (problem,) = pipeline.run_once()
        assert "acknowledging" in problem
        queue.refuse_acknowledging = None
        assert pipeline.run_once() == ()
        assert writes(pipeline) == ["000001"]
        assert "duplicate" not in counts(pipeline)
    assert queue.queued == []


def test_drift_check_says_how_each_source_stands(
    queue: PubSubService, logging: LoggingService, tmp_path: Path
) -> None:
    queue.publish(as_bytes(entry(1)))
    logging.entries.append(over_grpc(entry(2)))
    (tmp_path / "config.toml").write_text(a_queue(queue) + a_history(logging))

    checked = drift(tmp_path, "check")
    printed, _ = checked.communicate(timeout=60)

    assert "ok      audit log queue: it may be read" in printed
    assert "ok      audit log history: it may be read; the newest entry was received at 2026-11-20" in printed
    assert queue.queued[0].attempts == 0


def test_a_run_that_is_killed_at_any_moment_keeps_every_message_once(
    queue: PubSubService, tmp_path: Path
) -> None:
    """
    Twice delivered and out of order as well, as a queue may.
    """
    chance = random.Random(SEED)
    bodies = [as_bytes(entry(number)) for number in range(600)]
    twice = [*bodies, *chance.sample(bodies, 120)]
    chance.shuffle(twice)
    for body in twice:
        queue.publish(body)
    (tmp_path / "config.toml").write_text(a_queue(queue))

    for _ in range(KILLS):
        left, run = len(queue.queued), drift(tmp_path, "run", "--once")
        wait_until(lambda: len(queue.queued) < left or run.poll() is not None)  # noqa: B023 - called at once
        time.sleep(chance.uniform(0, 0.05))
        run.kill()
        run.communicate()
        queue.let_leases_run_out()
    last = drift(tmp_path, "run", "--once")
    _, said = last.communicate(timeout=120)

    assert (last.returncode, queue.queued) == (0, []), said
    with running(tmp_path, a_queue(queue)) as pipeline:
        assert writes(pipeline) == [f"{number:06d}" for number in range(600)]


def drift(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "drift", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(is_so: Any) -> None:
    for _ in range(6000):
        if is_so():
            return
        time.sleep(0.005)
    raise AssertionError("it never happened")
