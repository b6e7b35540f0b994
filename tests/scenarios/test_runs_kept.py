"""Runs that made changes are evidence before their hosts forget them, with what they undo."""

from dataclasses import replace
from datetime import datetime

import pytest
from msgspec import structs

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.event import ChangeEvent, Issuer
from drift.model.evidence import EntryKind
from drift.model.ticket import Deployment
from drift.model.verdict import ActorKind
from drift.store.database import Database
from drift.store.deployments import run_counts
from tests.builders import NOON, a_deployment, a_principal, a_review, an_event, minutes
from tests.scenarios.cloud import Watch
from tests.scenarios.forge import Forge

DAY = 24 * 60


@pytest.fixture
def forge() -> Forge:
    return Forge()


@pytest.fixture
def watch(database: Database, forge: Forge) -> Watch:
    """The program, with a code host."""
    return Watch(database=database, code_hosts={"forge": forge})


def write(run_id: str, at: datetime = NOON) -> ChangeEvent:
    """A write in the session that a run opened."""
    issuer = Issuer(name="CI", is_pipeline=True, subject="repo:example/infra:ref:refs/heads/main")
    principal = a_principal(
        "deploy", kind=ActorKind.MACHINE, role="deploy", session_name=f"run-{run_id}", issuer=issuer
    )
    return an_event(event_id=f"write of {run_id}", at=at, principal=principal)


def a_run(run_id: str = "1000001", *, number: int = 7, head: str = "c0ffee", **facts: object) -> Deployment:
    """A run that was reviewed, and has ended."""
    run = a_deployment(a_review(commit=head), run_id=run_id, head=head)
    assert run.pull_request is not None
    known = {"finished_at": NOON + minutes(9), "conclusion": "success"}
    proposal = replace(run.pull_request, number=number)
    return replace(run, pull_request=proposal, **{**known, **facts})  # type: ignore[arg-type]


def test_a_run_is_evidence_once_it_has_ended(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)
    assert watch.bodies(EntryKind.DEPLOYMENT) == []

    forge.runs["1000001"] = a_run()
    watch.cycle(20)
    watch.cycle(30)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert (told["host"], told["deployment"]["conclusion"]) == ("forge", "success")
    assert told["logs"]["logs"] == [{"name": "apply", "sha256": "ab" * 32, "size": 7}]
    assert told["changes"] == [watch.change().change.change_id]
    assert forge.logs_asked == ["1000001"]


def test_a_run_that_is_run_again_is_told_again(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=10)

    forge.runs["1000001"] = a_run(attempt=2, finished_at=NOON + minutes(99))
    again = structs.replace(write("1000001", NOON + minutes(90)), event_id="second")
    watch.told(again, minute=100)
    watch.cycle(110)

    assert [one["deployment"]["attempt"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [1, 2]


def test_a_revert_names_the_changes_that_it_undoes(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run()
    watch.told(write("1000001"), minute=20)
    undone = watch.change().change.change_id

    run = a_run("1000002", number=8, head="beef", finished_at=NOON + minutes(69))
    assert run.pull_request is not None
    forge.runs["1000002"] = replace(run, pull_request=replace(run.pull_request, reverts=7))
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], [undone]]
    assert counts(watch) == (2, 0, 1)


def test_a_rollback_names_the_changes_that_it_undoes(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(conclusion="failure")
    watch.told(write("1000001"), minute=20)
    undone = watch.change().change.change_id

    older = a_run("1000002", number=6, head="abe1", finished_at=NOON + minutes(69), undoes_commit="c0ffee")
    forge.runs["1000002"] = older
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], [undone]]
    assert counts(watch) == (2, 1, 1)


def test_the_same_commit_in_another_repository_is_not_undone(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(repository="example/other")
    watch.told(write("1000001"), minute=20)

    forge.runs["1000002"] = a_run("1000002", finished_at=NOON + minutes(69), undoes_commit="c0ffee")
    watch.told(write("1000002", NOON + minutes(60)), minute=80)

    assert [one["undoes"] for one in watch.bodies(EntryKind.DEPLOYMENT)] == [[], []]


def test_logs_that_may_not_be_read_keep_no_run_back(watch: Watch, forge: Forge) -> None:
    forge.failures["logs"] = ProviderAccessError('the permission "actions=read" is missing', hint="grant it")
    forge.runs["1000001"] = a_run()

    watch.told(write("1000001"), minute=20)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert told["logs"] == {"logs": [], "why_not": 'the permission "actions=read" is missing'}


def test_logs_that_cannot_be_read_now_are_read_later(watch: Watch, forge: Forge) -> None:
    forge.failures["logs"] = ProviderUnavailableError("too many requests", hint="wait")
    forge.runs["1000001"] = a_run()
    watch.deliver(write("1000001"))
    assert watch.problems(20) == ("too many requests (wait)",)

    forge.failures.clear()
    watch.cycle(30)

    assert len(watch.bodies(EntryKind.DEPLOYMENT)) == 1


def test_a_run_that_has_no_end_is_told_as_it_is_at_last(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)

    watch.cycle(37 * DAY)

    [told] = watch.bodies(EntryKind.DEPLOYMENT)
    assert told["deployment"]["finished_at"] is None


def test_a_run_that_its_host_has_forgotten_is_not_asked_for_for_ever(watch: Watch, forge: Forge) -> None:
    forge.runs["1000001"] = a_run(finished_at=None, conclusion=None)
    watch.told(write("1000001"), minute=1)
    forge.runs.clear()

    watch.cycle(37 * DAY)
    forge.runs["1000001"] = a_run()
    watch.cycle(38 * DAY)

    assert watch.bodies(EntryKind.DEPLOYMENT) == []


def counts(watch: Watch) -> tuple[int, int, int]:
    with watch.database.reading() as connection:
        found = run_counts(connection)
    return found.recorded, found.failed, found.undoing
