"""What every host of code and pipelines must do; a new one is one row of `HOSTS`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.ticket import Deployment
from drift.ports import CodeHost
from providers.recorded.code_host import RecordedCodeHost, RecordedCodeHostSettings
from tests.builders import NOON, a_deployment, a_review, minutes


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """A code host, with what happens at its other end."""

    host: CodeHost
    run: Callable[[Deployment], None]
    """Let a pipeline run, or go on."""
    break_down: Callable[[], None]


@contextmanager
def recorded(folder: Path) -> Iterator[Forge]:
    """Recorded pipeline runs."""
    path = folder / "code-host.json"
    runs: dict[str, Deployment] = {}

    def run(deployment: Deployment) -> None:
        runs[deployment.run_id] = deployment
        write()

    def write() -> None:
        path.write_text(json.dumps({"deployments": msgspec.to_builtins(list(runs.values()))}))

    write()
    yield Forge(
        host=RecordedCodeHost(RecordedCodeHostSettings(path=str(path))), run=run, break_down=path.unlink
    )


HOSTS: dict[str, Callable[[Path], AbstractContextManager[Forge]]] = {
    "recorded": recorded,
}


@pytest.fixture(params=HOSTS)
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    """Each host in turn, where nothing ran yet."""
    with HOSTS[request.param](tmp_path) as opened:
        yield opened


def test_a_run_is_told_with_the_review_of_what_it_deployed(forge: Forge) -> None:
    run = a_deployment(a_review(), a_review("mallory@example.com", commit="0dd", state="commented"))
    forge.run(run)

    assert forge.host.deployment(run.run_id) == run


def test_a_run_without_a_pull_request_is_a_run_all_the_same(forge: Forge) -> None:
    run = replace(a_deployment(), pull_request=None, environment=None)
    forge.run(run)

    assert forge.host.deployment(run.run_id) == run


@pytest.mark.parametrize("run_id", ["918273645", "91827364550", "0", "", "../1", "1 OR 1=1"])
def test_a_run_that_does_not_exist_is_none(forge: Forge, run_id: str) -> None:
    """
    Run ids are cut out of text that a session's opener may choose.
    """
    forge.run(a_deployment(run_id="9182736455"))

    assert forge.host.deployment(run_id) is None


def test_every_time_is_in_utc(forge: Forge) -> None:
    forge.run(a_deployment(a_review()))

    run = forge.host.deployment("9182736455")

    assert run is not None
    assert run.pull_request is not None
    proposal = run.pull_request
    for time in (run.started_at, proposal.merged_at, proposal.reviews[0].at, proposal.checks[0].completed_at):
        assert isinstance(time, datetime)
        assert time.utcoffset() == timedelta(0)


def test_a_run_is_read_anew_each_time(forge: Forge) -> None:
    """
    What was still running when it was first asked about has ended by now.
    """
    forge.run(a_deployment())
    forge.host.deployment("9182736455")

    forge.run(replace(a_deployment(), finished_at=NOON + minutes(5), conclusion="success"))

    run = forge.host.deployment("9182736455")
    assert run is not None
    assert (run.conclusion, run.finished_at) == ("success", NOON + minutes(5))


def test_a_host_that_cannot_be_asked_says_so_with_the_next_step(forge: Forge) -> None:
    """
    No answer must not be taken for "no such run".
    """
    forge.run(a_deployment())
    forge.break_down()

    with pytest.raises((ProviderUnavailableError, ProviderAccessError)) as raised:
        forge.host.deployment("9182736455")

    assert raised.value.hint
