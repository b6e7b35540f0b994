"""Runs of Spacelift: how they ended, who started and who confirmed them, and what it refuses."""

from dataclasses import replace

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.stages.classify import DEFAULT_RUN_ID
from tests.builders import NOON, a_deployment
from tests.providers.spacelift.service import STACK, named, spacelift
from tests.providers.tickets.server import Answer

RUN = named("9182736455")


@pytest.mark.parametrize(
    ("conclusion", "is_failed"), [("success", False), ("failed", True), ("stopped", False)]
)
def test_how_a_run_ended_is_told_in_the_words_of_other_hosts(conclusion: str, is_failed: bool) -> None:
    with spacelift() as (service, _, host):
        service.run(replace(a_deployment(run_id=RUN), conclusion=conclusion, finished_at=NOON))

        found = host.deployment(RUN)

    assert found
    assert (found.conclusion, found.is_failed) == (conclusion, is_failed)


def test_who_starts_a_run_by_hand_is_named() -> None:
    with spacelift() as (service, _, host):
        service.run(a_deployment(run_id=RUN), by="mallory")

        found = host.deployment(RUN)

    assert found
    assert (found.actor, found.dispatched_by) == ("mallory", "mallory")


def test_a_run_that_goes_on_has_not_ended() -> None:
    with spacelift() as (service, _, host):
        service.run(replace(a_deployment(run_id=RUN), finished_at=None, conclusion=None))

        found = host.deployment(RUN)

    assert found
    assert (found.finished_at, found.conclusion) == (None, None)


@pytest.mark.parametrize("run_id", ["9182736455", "run-CZcmD7eagjhyX0vN", "a@b", f'{"0" * 26}@x" }} }}'])
def test_what_is_no_run_of_spacelift_is_not_asked_for(run_id: str) -> None:
    with spacelift() as (_, server, host):
        assert host.deployment(run_id) is None

        assert server.asked == []


def test_another_secret_is_refused_and_shown_to_nobody() -> None:
    with spacelift("wr0ng-secret") as (_, server, host):
        with pytest.raises(ProviderAccessError, match="the key is refused") as raised:
            host.check()
        quoting = Answer(status=400, body={"message": "wr0ng-secret is no secret"})
        server.fault = lambda _: quoting
        with pytest.raises(ProviderAccessError, match="the key is refused") as again:
            host.check()

    assert "wr0ng" not in repr(raised.value) + repr(again.value) + str(again.value.__cause__)


def test_what_its_key_may_not_read_is_said() -> None:
    with spacelift() as (_, server, host):
        refused = Answer(body={"errors": [{"message": "unauthorized: you may not"}], "data": None})
        server.fault = lambda asked: refused if "authorization" in asked.headers else None

        with pytest.raises(ProviderAccessError, match="you may not"):
            host.deployment(RUN)


@pytest.mark.parametrize(
    "body", [{"data": {"stack": {"id": 7}}}, {"data": None}, {"errors": [{"message": "x"}]}]
)
def test_what_is_no_answer_is_said_to_be_none(body: object) -> None:
    with spacelift() as (_, server, host):
        server.fault = lambda asked: Answer(body=body) if "authorization" in asked.headers else None

        with pytest.raises(ProviderResponseError):
            host.deployment(RUN)


def test_a_session_tells_its_run_by_itself() -> None:
    found = DEFAULT_RUN_ID.search(f"{RUN}@example")

    assert found
    assert found[1] == RUN
    assert DEFAULT_RUN_ID.search(f"alice-123456@{STACK}") is None
