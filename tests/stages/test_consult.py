"""Asking ticket systems and code hosts: one that fails hides no other, and never means "nothing there"."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.ticket import Deployment, Ticket
from drift.model.verdict import ActorKind, Channel, Reference
from drift.stages.consult import AskedOnce, consult
from tests.builders import (
    NOON,
    a_change,
    a_classification,
    a_deployment,
    a_ticket,
    a_write,
    an_actor,
    an_event,
    minutes,
)

DOWN = ProviderUnavailableError("Jira does not answer", hint="wait")

PIPELINE = a_classification(channel=Channel.PIPELINE, run_id="9182736455")


class Tickets:
    """A ticket system in memory."""

    def __init__(
        self, *tickets: Ticket, failure: ProviderUnavailableError | None = None, deleted: Collection[str] = ()
    ) -> None:
        self.asked: list[tuple[set[str], set[str]]] = []
        self._tickets = tickets
        self._deleted = deleted
        self._failure = failure

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return what it has, or fail."""
        self.asked.append((set(keys), set(resource_ids)))
        if self._failure:
            raise self._failure
        return self._tickets

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return what it is asked for, and remembers as deleted."""
        return [key for key in keys if key in self._deleted]


class Runs:
    """A code host in memory."""

    def __init__(self, *runs: Deployment, failure: ProviderUnavailableError | None = None) -> None:
        self.asked: list[str] = []
        self.places: list[tuple[str, ...]] = []
        self._runs = {run.run_id: run for run in runs}
        self._failure = failure

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return the run, or fail."""
        self.asked.append(run_id)
        self.places.append(tuple(repositories))
        if self._failure:
            raise self._failure
        return self._runs.get(run_id)


def test_tickets_are_asked_for_by_every_key_of_the_change_and_by_its_resource() -> None:
    tickets = Tickets()
    change = a_change(
        a_write(classification=a_classification(references=[Reference(key="OPS-1", place="session name")])),
        a_write(
            an_event(event_id="e-2", at=NOON + minutes(1)),
            classification=a_classification(references=[Reference(key="OPS-2", place="tag")]),
        ),
    )

    consult(change, [tickets], [])

    assert tickets.asked == [({"OPS-1", "OPS-2"}, {"sg-0abc"})]


def test_the_tickets_of_all_systems_are_collected_each_once() -> None:
    one, other = a_ticket("OPS-1"), a_ticket("OPS-2")

    consulted = consult(a_change(), [Tickets(one), Tickets(other, one)], [])

    assert consulted.tickets == (one, other)
    assert consulted.unavailable == ()


def test_a_ticket_system_that_fails_hides_no_other_and_is_named() -> None:
    consulted = consult(a_change(), [Tickets(failure=DOWN), Tickets(a_ticket())], [])

    assert consulted.tickets == (a_ticket(),)
    assert consulted.unavailable == ("a ticket system could not be asked: Jira does not answer",)


def test_the_run_of_a_pipeline_is_asked_for_at_each_code_host_until_one_knows_it() -> None:
    unaware, aware, unasked = Runs(), Runs(a_deployment()), Runs()

    consulted = consult(a_change(a_write(classification=PIPELINE)), [], [unaware, aware, unasked])

    assert consulted.deployment == a_deployment()
    assert (unaware.asked, unasked.asked) == (["9182736455"], [])


def test_no_code_host_is_asked_about_a_change_by_hand() -> None:
    runs = Runs()

    consulted = consult(a_change(), [], [runs])

    assert (consulted.deployment, runs.asked) == (None, [])


def test_a_code_host_that_fails_hides_no_other_and_is_named() -> None:
    change = a_change(a_write(classification=PIPELINE))

    found = consult(change, [], [Runs(failure=DOWN), Runs(a_deployment())])
    not_found = consult(change, [], [Runs(failure=DOWN), Runs()])

    assert found.deployment == a_deployment()
    assert not_found.deployment is None
    assert not_found.unavailable == ("a code host could not be asked: Jira does not answer",)


def test_whether_there_is_a_code_host_is_said() -> None:
    assert consult(a_change(), [], [Runs()]).is_code_host_configured
    assert not consult(a_change(), [], []).is_code_host_configured


def test_a_ticket_that_was_deleted_is_told_from_one_that_never_was() -> None:
    references = [Reference(key=key, place="session name") for key in ("OPS-1", "OPS-2", "OPS-3")]
    change = a_change(a_write(classification=a_classification(references=references)))

    found = consult(change, [Tickets(a_ticket("OPS-1"), deleted=["OPS-1", "OPS-2"])], [])

    assert found.deleted == ("OPS-2",)


def test_a_ticket_that_was_moved_is_not_looked_for_among_the_deleted() -> None:
    references = [Reference(key="OLD-1", place="session name")]
    change = a_change(a_write(classification=a_classification(references=references)))
    moved = replace(a_ticket("OPS-1"), former_keys=("OLD-1",))

    found = consult(change, [Tickets(moved, deleted=["OLD-1"])], [])

    assert found.deleted == ()


@pytest.mark.parametrize(
    ("subject", "places"),
    [
        ("repo:example/infra:ref:refs/heads/main", ("example/infra",)),
        ("repo:example/infra:environment:production", ("example/infra",)),
        ("project_path:group/sub/infra:ref_type:branch:ref:main", ("group/sub/infra",)),
        ("system:serviceaccount:ci:runner", ()),
        (None, ()),
    ],
)
def test_a_code_host_is_told_which_repository_the_token_says_that_the_run_is_of(
    subject: str | None, places: tuple[str, ...]
) -> None:
    runs = Runs()
    actor = an_actor("deploy", kind=ActorKind.MACHINE, subject=subject)

    consult(a_change(a_write(actor=actor, classification=PIPELINE)), [], [runs])

    assert runs.places == [places]


def test_a_code_host_is_told_which_repository_the_policy_says_of_the_pipeline() -> None:
    runs = Runs()
    found = a_classification(channel=Channel.PIPELINE, run_id="9182736455", pipeline="deploy")

    consult(a_change(a_write(classification=found)), [], [runs], {"deploy": "example/infra", "other": "a/b"})

    assert runs.places == [("example/infra",)]


def test_a_code_host_is_asked_once_about_the_run_of_many_changes() -> None:
    runs, down = Runs(a_deployment()), Runs(failure=DOWN)
    hosts = [AskedOnce(down), AskedOnce(runs)]

    for number in range(3):
        event = an_event(event_id=f"e-{number}")
        consulted = consult(a_change(a_write(event, classification=PIPELINE)), [], hosts)
        assert consulted.deployment == a_deployment()

    assert (len(runs.asked), len(down.asked)) == (1, 1)
