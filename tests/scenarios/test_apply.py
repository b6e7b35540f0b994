"""An apply explains its own writes, and who sets what is declared wakes nobody."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from drift.model.baseline import Declaration, DeclaredResource, Moved
from drift.model.event import ChangeEvent
from drift.model.evidence import EntryKind
from drift.model.finding import Agreement
from drift.model.resource import Found, LiveReading, LiveResource, Resource
from drift.model.verdict import ActorKind, Severity
from drift.ports import Watched
from drift.stages.classify import ChannelRules, PipelineRule
from drift.store.database import Database
from drift.store.findings import findings
from providers.terraform.attribution import attribution_rules
from tests.builders import ACCOUNT, a_principal, an_event, minutes
from tests.scenarios.cloud import ALICE, NOON, Watch

ORDERS = Resource(type="aws_db_instance", id="orders")
DEPLOY = a_principal("deploy", kind=ActorKind.MACHINE, role="deploy", session_name="run-1234567")


@dataclass(kw_only=True)
class Estate:
    """One database: what its state says, and what it is."""

    declared_class: str = "small"
    live_class: str = "small"
    serial: int = 1
    ignored: tuple[str, ...] = ()

    name = "prod"

    def declared(self) -> Iterator[Declaration]:
        """Read the state."""
        resource = DeclaredResource(
            address="aws_db_instance.orders",
            type=str(ORDERS.type),
            resource_id=ORDERS.id,
            provider="hashicorp/aws",
            account=ACCOUNT,
            region="eu-west-1",
            attributes={"identifier": ORDERS.id, "instance_class": self.declared_class},
            ignored=self.ignored,
        )
        yield Declaration(
            name=self.name,
            origin="prod.tfstate",
            lineage=None,
            serial=self.serial,
            sha256=str(self.serial),
            resources=(resource,),
        )

    def moved(self, declared: Sequence[Declaration]) -> Sequence[Moved]:
        """Stay as it was read."""
        return ()

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Read what is there."""
        for one in declared:
            attributes = {**one.attributes, "instance_class": self.live_class}
            live = LiveResource(
                type=one.type, id=ORDERS.id, account=ACCOUNT, region="eu-west-1", attributes=attributes
            )
            yield Found(address=one.address, resource=live)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """List nothing."""
        return iter(())

    def applied(self, size: str) -> None:
        """An apply has written its state."""
        self.declared_class, self.serial = size, self.serial + 1


@pytest.fixture
def estate() -> Estate:
    return Estate()


@pytest.fixture
def watch(sqlite_database: Database, estate: Estate) -> Watch:
    deploy = PipelineRule(name="deploy", role=re.compile("deploy"))
    return Watch(
        database=sqlite_database,
        channels=ChannelRules(pipelines=(deploy,)),
        watched=(Watched(baseline=estate, live=estate),),
        attribution=attribution_rules(),
    )


def a_resize(size: str, *, at: float, principal: object = ALICE) -> ChangeEvent:
    """Somebody sets the class of the database."""
    assert principal in (ALICE, DEPLOY)
    return an_event(
        event_id=f"resize {at:g}",
        at=NOON + minutes(at),
        principal=ALICE if principal is ALICE else DEPLOY,
        action="ModifyDBInstance",
        request={"dBInstanceIdentifier": ORDERS.id, "dBInstanceClass": size, "applyImmediately": True},
        resources=(ORDERS,),
    )


def found(watch: Watch) -> list[tuple[str, tuple[str, ...]]]:
    """Every finding with where it is in its life and the writes that made it so."""
    with watch.database.reading() as connection:
        return [(row.status.value, row.finding.explained_by) for row in findings(connection)]


def test_a_person_makes_a_difference_that_names_them_at_once(watch: Watch, estate: Estate) -> None:
    estate.live_class = "big"
    watch.told(a_resize("big", at=1), minute=2)

    assert found(watch) == [("open", ("aws:resize 1",))]
    assert len(watch.headlines()) == 1


def test_an_apply_that_writes_its_state_in_time_is_no_finding(watch: Watch, estate: Estate) -> None:
    estate.live_class = "big"
    watch.told(a_resize("big", at=1, principal=DEPLOY), minute=2)
    assert found(watch) == []

    estate.applied("big")
    watch.cycle(minute=20)

    assert found(watch) == []


def test_an_apply_that_never_writes_its_state_is_one_when_the_window_is_over(
    watch: Watch, estate: Estate
) -> None:
    estate.live_class = "big"
    watch.told(a_resize("big", at=1, principal=DEPLOY), minute=2)
    watch.cycle(minute=12)

    assert found(watch) == [("open", ("aws:resize 1",))]


def test_who_sets_what_is_declared_is_recorded_and_wakes_nobody(watch: Watch, estate: Estate) -> None:
    estate.live_class = "big"
    watch.cycle(minute=1)
    estate.live_class = "small"
    watch.told(a_resize("small", at=5), minute=6)

    judgement = watch.change().judgement
    assert judgement is not None
    assert judgement.standing.agreement is Agreement.DECLARED
    assert (judgement.decision.alert, judgement.decision.severity) == (False, Severity.LOW)
    assert "it set what the code declared before" in judgement.decision.reasons
    assert watch.headlines() == []
    assert found(watch) == [("resolved", ())]
    assert len(watch.ledger(EntryKind.OBSERVATION, EntryKind.DISPOSITION)) == 2


def test_that_it_left_the_code_right_it_did_once_and_for_all(watch: Watch, estate: Estate) -> None:
    watch.cycle()
    watch.told(a_resize("small", at=5), minute=6)
    estate.applied("other")
    estate.live_class = "other"
    watch.cycle(minute=60 * 5)

    judgement = watch.change().judgement
    assert judgement is not None
    assert judgement.standing.agreement is Agreement.DECLARED
    assert watch.headlines() == []


def test_whoever_changes_state_and_cloud_together_is_told(watch: Watch, estate: Estate) -> None:
    """
    Terraform from a laptop leaves no difference behind.
    """
    watch.cycle()
    estate.live_class = "big"
    estate.applied("big")
    watch.told(a_resize("big", at=5), minute=6)

    assert found(watch) == []
    assert len(watch.headlines()) == 1


def test_who_sets_what_the_code_leaves_to_others_wakes_nobody(watch: Watch, estate: Estate) -> None:
    estate.ignored = ("instance_class",)
    estate.live_class = "big"
    watch.told(a_resize("big", at=1), minute=2)

    judgement = watch.change().judgement
    assert judgement is not None
    assert judgement.standing.agreement is Agreement.IGNORED
    assert (watch.headlines(), found(watch)) == ([], [])


def test_comparisons_are_told_at_least_once_an_hour(watch: Watch) -> None:
    for minute in range(0, 130, 10):
        watch.cycle(minute)

    assert len(watch.ledger(EntryKind.COMPARISON)) == 3
