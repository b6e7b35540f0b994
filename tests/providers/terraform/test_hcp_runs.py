"""Runs of HCP Terraform: who started and confirmed them, and whose review covers them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from drift.model.verdict import Channel
from drift.stages.consult import AskedOnce, consult
from providers.terraform.hcp_runs import HcpRuns
from tests.builders import NOON, a_change, a_classification, a_deployment, a_review, a_write, minutes
from tests.providers.github.service import github
from tests.providers.github.told import run as run_at_github
from tests.providers.gitlab.service import gitlab
from tests.providers.gitlab.told import run as run_at_gitlab
from tests.providers.state_stores.loopback import json_answer
from tests.providers.terraform.hcp_runs_service import Service, hcp_runs

RUN = "run-CZcmD7eagjhyX0vN"

SHA = "c0ffee00" * 5


@pytest.fixture
def running() -> Iterator[tuple[Service, HcpRuns]]:
    with hcp_runs() as opened:
        yield opened


def a_run(**facts: object) -> Deployment:
    said = EnvironmentApproval(
        environment="production",
        by="erin",
        decision=ApprovalDecision.APPROVED,
        at=NOON - minutes(1),
    )
    run = replace(a_deployment(a_review(commit=SHA), run_id=RUN, head=SHA), approvals=(said,))
    return replace(run, **facts)  # type: ignore[arg-type]


def test_who_confirms_a_run_lets_it_go_on_to_its_workspace(running: tuple[Service, HcpRuns]) -> None:
    service, host = running
    service.run(a_run())

    found = host.deployment(RUN)

    assert found is not None
    [said] = found.approvals
    assert (said.by, said.environment, said.at, said.is_known) == (
        "erin",
        "production",
        NOON - minutes(1),
        True,
    )


def test_a_run_that_was_confirmed_by_somebody_who_is_gone_was_confirmed_by_nobody_known(
    running: tuple[Service, HcpRuns],
) -> None:
    service, host = running
    service.run(a_run())
    service.users.clear()

    found = host.deployment(RUN)

    assert found is not None
    assert [one.is_known for one in found.approvals] == [False]


@pytest.mark.parametrize(("source", "by"), [("tfe-ui", "alice"), ("tfe-configuration-version", None)])
def test_who_starts_a_run_by_hand_is_named(
    running: tuple[Service, HcpRuns], source: str, by: str | None
) -> None:
    service, host = running
    run = service.run(a_run())
    run["data"]["attributes"]["source"] = source
    run["data"]["relationships"]["created-by"] = {"data": {"id": "user-7", "type": "users"}}
    run["included"].append({"id": "user-7", "type": "users", "attributes": {"username": "alice"}})

    found = host.deployment(RUN)

    assert found is not None
    assert (found.actor, found.dispatched_by) == ("alice", by)


def test_a_run_from_a_laptop_has_no_code_elsewhere(running: tuple[Service, HcpRuns]) -> None:
    service, host = running
    run = service.run(a_run())
    run["included"] = [one for one in run["included"] if one["type"] != "ingress-attributes"]

    found = host.deployment(RUN)

    assert found is not None
    assert (found.repository, found.head_sha, found.is_reviewed_elsewhere) == (
        "example/production",
        "cv-1",
        False,
    )


@pytest.mark.parametrize(
    ("status", "time", "conclusion"),
    [
        ("applied", "applied-at", "success"),
        ("errored", "errored-at", "errored"),
        ("discarded", "discarded-at", "cancelled"),
        ("planned_and_finished", "planned-and-finished-at", "success"),
        ("applying", "applying-at", None),
        ("a_new_one", "a-new-one-at", None),
    ],
)
def test_a_run_ends_as_its_status_says(
    running: tuple[Service, HcpRuns], status: str, time: str, conclusion: str | None
) -> None:
    service, host = running
    attributes = service.run(a_run())["data"]["attributes"]
    attributes.update({"status": status, "status-timestamps": {time: "2026-11-16T14:00:00+02:00"}})

    found = host.deployment(RUN)

    assert found is not None
    ended_at = datetime(2026, 11, 16, 12, 0, tzinfo=UTC) if conclusion else None
    assert (found.conclusion, found.finished_at) == (conclusion, ended_at)


def test_a_run_of_another_organisation_is_nobodys(running: tuple[Service, HcpRuns]) -> None:
    service, host = running
    service.run(a_run(), organisation="elsewhere")

    assert host.deployment(RUN) is None


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (401, ProviderAccessError, "the token is refused"),
        (403, ProviderAccessError, 'the permission "Read runs" is missing'),
        (404, ProviderAccessError, "no such organisation"),
        (429, ProviderUnavailableError, "status 429"),
        (503, ProviderUnavailableError, "status 503"),
        (302, ProviderResponseError, "sends us elsewhere"),
    ],
)
def test_a_refusal_says_what_is_missing(
    running: tuple[Service, HcpRuns], status: int, error: type[ProviderError], says: str
) -> None:
    service, host = running
    service.proxy.answer = lambda *_: json_answer(b"{}", status)

    with pytest.raises(error, match=says) as raised:
        host.deployment(RUN)

    assert raised.value.hint


def test_the_review_of_a_run_is_that_of_its_commit_at_the_host_of_the_code(
    running: tuple[Service, HcpRuns],
) -> None:
    service, host = running
    service.run(a_run())
    found = a_classification(channel=Channel.PIPELINE, run_id=RUN, pipeline="hcp")
    change = a_change(a_write(classification=found))
    run = a_run(run_id="1")
    assert run.pull_request is not None
    run = replace(run, pull_request=replace(run.pull_request, base_branch="main", merge_sha=SHA))

    with github() as hub, gitlab(repositories=("other/infra",)) as lab:
        run_at_github(hub, run)
        run_at_gitlab(lab, replace(run, repository="other/infra"))
        hosts = [AskedOnce(one) for one in (host, lab.host, hub.host)]
        consulted = consult(change, [], hosts)

    assert consulted.unavailable == ()
    assert consulted.deployment is not None
    assert consulted.deployment.run_id == RUN
    assert consulted.deployment.pull_request is not None
    assert [one.by for one in consulted.deployment.pull_request.reviews] == ["erin@example.com"]
