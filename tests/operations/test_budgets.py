"""A budget over real requests: of a bucket at AWS, as the configuration names it, as everybody sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift import wiring
from drift.pipeline import Pipeline
from tests.cli.running import run
from tests.operations.telling import told_to_prometheus
from tests.providers.aws.sources.place import Place, a_key, a_log, a_place
from tests.providers.state_stores.servers import Servers

CONFIG = """
[enrolment]
mode = "enforce"

[[audit_log]]
name = "trail"
type = "cloudtrail-bucket"
bucket = "{bucket}"
region = "{region}"
endpoint = "{endpoint}"
max_requests_per_day = {budget}
"""


@pytest.fixture
def place(state_servers: Servers) -> Iterator[Place]:
    with a_place(state_servers.moto) as one:
        yield one


def config(folder: Path, place: Place, budget: int) -> Path:
    path = folder / "config.toml"
    path.write_text(CONFIG.format(bucket=place.bucket, budget=budget, **place.access()))
    return path


def read_once(path: Path) -> tuple[Pipeline, tuple[str, ...]]:
    with wiring.running(wiring.settings_of(str(path))) as pipeline:
        return pipeline, pipeline.run_once()


def test_the_calls_of_a_bucket_use_up_its_budget_and_everybody_sees_it(
    tmp_path: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.put(a_key("1"), a_log("1"))
    path = config(tmp_path, place, budget=5)

    with wiring.running(wiring.settings_of(str(path))) as pipeline:
        problems = pipeline.run_once()
        while not problems:
            problems = pipeline.run_once()
        told = told_to_prometheus(pipeline)

    assert "its budget of 5 requests a day is spent" in problems[0]
    assert told['driftledger_budget_most{limit="max_requests_per_day",source="trail"}'] == 5
    made = told['driftledger_api_calls_total{adapter="trail",kind="audit_log"}']
    assert told['driftledger_budget_used{limit="max_requests_per_day",source="trail"}'] == made >= 5
    assert told['driftledger_source_up{source="trail"}'] == 0
    assert "used of 5 requests a day" in run(capsys, tmp_path, "status").out


def test_an_account_that_is_throttled_is_seen_in_the_metrics(tmp_path: Path, place: Place) -> None:
    place.proxy.refuse(503, b"<Error><Code>SlowDown</Code></Error>")

    with wiring.running(wiring.settings_of(str(config(tmp_path, place, budget=1000)))) as pipeline:
        pipeline.run_once()
        told = told_to_prometheus(pipeline)

    assert told['driftledger_api_calls_throttled_total{adapter="trail",kind="audit_log"}'] == 1


def test_a_budget_that_will_not_last_is_said_before_it_is_spent(
    tmp_path: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config(tmp_path, place, budget=1439)
    read_once(path)

    done = run(capsys, tmp_path, "check", "--cost")

    assert done.code == 1
    assert done.lines[-1] == (
        "TOO LITTLE  audit log trail: 1,439 requests a day are allowed, which will not last"
    )


@pytest.mark.parametrize("written", ["0", "-1", '"many"', "1.5"])
def test_a_budget_that_is_none_is_refused(
    tmp_path: Path, place: Place, capsys: pytest.CaptureFixture[str], written: str
) -> None:
    text = config(tmp_path, place, budget=1).read_text()
    (tmp_path / "config.toml").write_text(text.replace("per_day = 1", f"per_day = {written}"))

    done = run(capsys, tmp_path, "check")

    assert done.code == 2
    assert "max_requests_per_day" in done.err
