"""What a code host must do that keeps what its runs said; a new one is one row of `HOSTS`."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError, VaultError
from drift.model.run_log import KeptLog, LogDigest
from drift.ports import Logged
from tests.builders import NOON, a_deployment
from tests.providers.github.service import TOKEN, github
from tests.providers.gitlab.service import gitlab
from tests.providers.state_stores.loopback import served
from tests.providers.state_stores.proxy import Answer, Headers

LOGS = {1: b"plan: 1 to add\n", 2: b"apply: done\n", 3: b""}

RUN = a_deployment()


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """A code host where a run has ended, with what happens at its other end."""

    host: Logged
    refuse: Callable[[int], None]
    """Refuse to give logs with this status from now on."""


@contextmanager
def at_github() -> Iterator[Forge]:
    """GitHub, which leads to another host for logs, whose addresses are signed."""

    def archived(_method: str, path: str, headers: Headers) -> Answer:
        if "authorization" in headers or TOKEN in str(headers):
            return 400, {}, b"a signed address and a token"
        return 200, {"Content-Type": "text/plain"}, LOGS[int(path.rpartition("/")[2])]

    with github() as hub, served(archived) as archive:
        hub.put(f"actions/runs/{RUN.run_id}/jobs", jobs_as("completed_at"))
        for number in LOGS:
            led = (302, {"Location": f"{archive.url}/signed/{number}"}, b"")
            hub.service.refusals[f".*/jobs/{number}/logs"] = led
        yield Forge(
            host=hub.host,
            refuse=lambda status: hub.service.refuse(".*/jobs/1/logs", status, {"message": "no"}),
        )


@contextmanager
def at_gitlab() -> Iterator[Forge]:
    """GitLab, which gives logs itself."""
    with gitlab() as lab:
        lab.put(f"pipelines/{RUN.run_id}/jobs", jobs_as("finished_at"))
        for number, text in LOGS.items():
            lab.service.refusals[f".*/jobs/{number}/trace"] = (200, {"Content-Type": "text/plain"}, text)
        yield Forge(
            host=lab.host,
            refuse=lambda status: lab.service.refuse(".*/jobs/1/trace", status, {"message": "no"}),
        )


def jobs_as(ended: str) -> list[dict[str, object]]:
    """Three jobs that have ended, and one that was left out."""
    jobs = [{"id": number, "name": f"job {number}", "status": "success", ended: NOON} for number in LOGS]
    return [*jobs, {"id": 4, "name": "left out", "status": "skipped", ended: None}]


HOSTS: dict[str, Callable[[], AbstractContextManager[Forge]]] = {
    "github": at_github,
    "gitlab": at_gitlab,
}


@pytest.fixture(params=HOSTS)
def forge(request: pytest.FixtureRequest) -> Iterator[Forge]:
    """Each host in turn."""
    with HOSTS[request.param]() as opened:
        yield opened


def test_what_each_job_said_is_hashed_as_it_was_delivered(forge: Forge) -> None:
    found = forge.host.log_digests(RUN)

    assert found.why_not is None
    assert found.logs == tuple(
        LogDigest(name=f"job {number}", sha256=hashlib.sha256(text).hexdigest(), size=len(text))
        for number, text in LOGS.items()
    )


def test_what_each_job_said_is_handed_on_as_it_was_delivered(forge: Forge) -> None:
    told: dict[str, bytes] = {}

    def keep(job: str, body: bytes) -> KeptLog:
        told[job] = body
        return KeptLog(sha256=job, size=len(body), cut=0)

    found = forge.host.log_digests(RUN, keep)

    assert told == {f"job {number}": text for number, text in LOGS.items()}
    assert [one.kept and one.kept.sha256 for one in found.logs] == list(told)


def test_what_cannot_be_kept_is_an_error_that_passes_through(forge: Forge) -> None:
    def keep(job: str, body: bytes) -> KeptLog:
        raise VaultError("the vault is shut", hint="open it")

    with pytest.raises(VaultError):
        forge.host.log_digests(RUN, keep)


@pytest.mark.parametrize("status", [404, 410])
def test_logs_that_the_host_has_dropped_are_said_to_be_gone(forge: Forge, status: int) -> None:
    forge.refuse(status)

    found = forge.host.log_digests(RUN)

    assert found.logs == ()
    assert found.why_not is not None
    assert "job 1" in found.why_not


def test_logs_that_may_not_be_read_are_an_error_that_says_so(forge: Forge) -> None:
    forge.refuse(403)

    with pytest.raises(ProviderAccessError, match="reading the log of the job job 1"):
        forge.host.log_digests(RUN)


def test_logs_that_cannot_be_read_now_are_an_error_that_passes(forge: Forge) -> None:
    forge.refuse(503)

    with pytest.raises(ProviderUnavailableError):
        forge.host.log_digests(RUN)
