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
from drift.model.ticket import ApprovalDecision, Check, Deployment, EnvironmentApproval, Review
from drift.ports import CodeHost
from providers.recorded.code_host import RecordedCodeHost, RecordedCodeHostSettings
from tests.builders import NOON, a_deployment, a_review, minutes
from tests.providers.github.service import github
from tests.providers.github.told import run
from tests.providers.gitlab.service import gitlab
from tests.providers.gitlab.told import run as run_at_gitlab
from tests.providers.gitlab.told import told as told_by_gitlab
from tests.providers.spacelift.service import named as named_by_spacelift
from tests.providers.spacelift.service import spacelift
from tests.providers.spacelift.service import told as told_by_spacelift
from tests.providers.terraform.hcp_runs_service import hcp_runs, named
from tests.providers.terraform.hcp_runs_service import told as told_by_hcp
from tests.providers.tickets.server import Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """A code host, with what happens at its other end."""

    host: CodeHost
    run: Callable[[Deployment], None]
    """Let a pipeline run, or go on."""
    break_down: Callable[[], None]
    told: Callable[[Deployment], Deployment] = lambda run: run
    """What the host can tell of a run: some know less."""
    named: Callable[[str], str] = lambda run_id: run_id
    """What the host calls a run of this number."""
    knows_reviews: bool = True

    def asked(self, run_id: str, *hints: str) -> Deployment | None:
        """Ask for a run by its number."""
        return self.host.deployment(self.named(run_id), hints)


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


@contextmanager
def at_github(folder: Path) -> Iterator[Forge]:
    """GitHub, with a token."""
    del folder
    with github() as hub:
        yield Forge(
            host=hub.host, run=lambda one: run(hub, one), break_down=lambda: hub.proxy.refuse(502, b"<html>")
        )


@contextmanager
def at_gitlab(folder: Path) -> Iterator[Forge]:
    """GitLab, with a token."""
    del folder
    with gitlab() as lab:
        yield Forge(
            host=lab.host,
            run=lambda one: run_at_gitlab(lab, one),
            break_down=lambda: lab.proxy.refuse(502, b"<html>"),
            told=told_by_gitlab,
        )


@contextmanager
def at_hcp_terraform(folder: Path) -> Iterator[Forge]:
    """HCP Terraform, whose runs deploy code that is reviewed elsewhere."""
    del folder
    with hcp_runs() as (service, host):
        yield Forge(
            host=host,
            run=lambda one: service.run(replace(one, run_id=named(one.run_id))) and None,
            break_down=lambda: service.proxy.refuse(502, b"<html>"),
            told=told_by_hcp,
            named=named,
            knows_reviews=False,
        )


@contextmanager
def at_spacelift(folder: Path) -> Iterator[Forge]:
    """Spacelift, whose runs deploy code that is reviewed elsewhere."""
    del folder
    with spacelift() as (service, server, host):
        yield Forge(
            host=host,
            run=lambda one: service.run(replace(one, run_id=named_by_spacelift(one.run_id))),
            break_down=lambda: setattr(server, "fault", lambda _: Answer(status=502, body=b"<html>")),
            told=lambda one: told_by_spacelift(one, server.url),
            named=named_by_spacelift,
            knows_reviews=False,
        )


HOSTS: dict[str, Callable[[Path], AbstractContextManager[Forge]]] = {
    "recorded": recorded,
    "github": at_github,
    "gitlab": at_gitlab,
    "hcp-terraform": at_hcp_terraform,
    "spacelift": at_spacelift,
}


@pytest.fixture(params=HOSTS)
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forge]:
    """Each host in turn, where nothing ran yet."""
    with HOSTS[request.param](tmp_path) as opened:
        yield opened


def a_run(*reviews: Review, run_id: str = "9182736455") -> Deployment:
    """A run of a merged pull request, with everything that hosts tell."""
    run = a_deployment(*reviews, run_id=run_id)
    assert run.pull_request is not None
    proposal = replace(
        run.pull_request,
        base_branch="main",
        merge_sha=run.head_sha,
        head_committer="dave@example.com",
        committers=("carol@example.com", "dave@example.com"),
        required_checks=("plan",),
    )
    approval = EnvironmentApproval(
        environment="production",
        by="erin@example.com",
        decision=ApprovalDecision.APPROVED,
        at=NOON - minutes(1),
    )
    return replace(
        run,
        pull_request=proposal,
        approvals=(approval,),
        event="push",
        workflow=".github/workflows/deploy.yml",
        is_branch_protected=True,
    )


def test_a_run_is_told_with_the_review_of_what_it_deployed(forge: Forge) -> None:
    run = a_run(a_review(), a_review("mallory@example.com", commit="0dd", state="commented"))
    forge.run(run)

    assert forge.asked(run.run_id) == forge.told(run)


def test_all_reviews_and_checks_are_told_however_many_pages_there_are(forge: Forge) -> None:
    reviewers = [f"reviewer-{number}@example.com" for number in range(7)]
    run = a_run(*(a_review(by) for by in reviewers))
    assert run.pull_request is not None
    checks = [
        Check(name=f"test {one}", conclusion="success", completed_at=NOON - minutes(30)) for one in range(7)
    ]
    run = replace(run, pull_request=replace(run.pull_request, checks=tuple(checks)))
    forge.run(run)

    assert forge.asked(run.run_id) == forge.told(run)


def test_a_run_without_a_pull_request_is_a_run_all_the_same(forge: Forge) -> None:
    run = replace(a_run(), pull_request=None, environment=None, approvals=())
    forge.run(run)

    assert forge.asked(run.run_id) == forge.told(run)


def test_a_scan_is_told_from_a_test(forge: Forge) -> None:
    if not forge.knows_reviews:
        pytest.skip("its code is elsewhere")
    run = a_run(a_review())
    assert run.pull_request is not None
    scan = Check(name="tfsec", conclusion="success", completed_at=NOON, is_security_scan=True)
    run = replace(run, pull_request=replace(run.pull_request, checks=(*run.pull_request.checks, scan)))
    forge.run(run)

    found = forge.asked(run.run_id)

    assert found is not None
    assert found.pull_request is not None
    assert [one.name for one in found.pull_request.checks if one.is_security_scan] == ["tfsec"]


@pytest.mark.parametrize(
    "run_id", ["918273645", "91827364550", "0", "", "../1", "1 OR 1=1", "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_a_run_that_does_not_exist_is_none(forge: Forge, run_id: str) -> None:
    """
    Run ids are cut out of text that a session's opener may choose.
    """
    forge.run(a_run(run_id="9182736455"))

    assert forge.asked(run_id) is None


def test_a_repository_out_of_scope_is_not_looked_at_whatever_a_token_says(forge: Forge) -> None:
    run = a_run(a_review())
    forge.run(run)

    hints = ["elsewhere/infra", "../..", "example/infra/../other", "a b/c", "example/infra?x=1"]

    assert forge.asked(run.run_id, *hints) == forge.told(run)


def test_a_host_that_works_says_what_it_has(forge: Forge) -> None:
    forge.run(a_run())

    assert forge.host.check()


def test_every_time_is_in_utc(forge: Forge) -> None:
    forge.run(a_run(a_review()))

    run = forge.asked("9182736455")

    assert run is not None
    times: list[datetime | None] = [run.started_at, *(one.at for one in run.approvals)]
    if proposal := run.pull_request:
        times += [proposal.merged_at, proposal.reviews[0].at, proposal.checks[0].completed_at]
    assert bool(proposal) is forge.knows_reviews
    for time in times:
        assert isinstance(time, datetime)
        assert time.utcoffset() == timedelta(0)


def test_a_run_is_read_anew_each_time(forge: Forge) -> None:
    """
    What was still running when it was first asked about has ended by now.
    """
    forge.run(a_run())
    forge.asked("9182736455")

    forge.run(replace(a_run(), finished_at=NOON + minutes(5), conclusion="success"))

    run = forge.asked("9182736455")
    assert run is not None
    assert (run.conclusion, run.finished_at) == ("success", NOON + minutes(5))


def test_a_host_that_cannot_be_asked_says_so_with_the_next_step(forge: Forge) -> None:
    """
    No answer must not be taken for "no such run".
    """
    forge.run(a_run())
    forge.break_down()

    with pytest.raises((ProviderUnavailableError, ProviderAccessError)) as raised:
        forge.asked("9182736455")

    assert raised.value.hint
