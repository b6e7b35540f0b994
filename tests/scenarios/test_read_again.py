"""A write has what it touched read again, and nothing else: cost grows with changes, not with the estate."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from drift.model.baseline import Declaration, DeclaredResource, Moved, StateLock
from drift.model.detection import DetectRules
from drift.model.event import ChangeEvent
from drift.model.resource import Found, LiveReading, LiveResource, NotRead, NotReadReason, Resource
from drift.model.survey import Survey
from drift.ports import Watched
from drift.stages.classify import ChannelRules, PipelineRule
from drift.stages.detect import read_beside
from drift.store.database import Database
from drift.store.findings import open_findings
from providers.terraform.attribution import attribution_rules
from providers.terraform.rules import detect_rules
from tests.builders import ACCOUNT, an_event, minutes
from tests.scenarios.cloud import ALICE, NOON, Watch
from tests.scenarios.test_apply import DEPLOY

SWEPT = ["orders", "users"]


@dataclass(kw_only=True)
class Estate:
    """Two databases: what their state says, what they are, and which were asked for."""

    declared_as: dict[str, str] = field(default_factory=lambda: {"orders": "small", "users": "small"})
    live: dict[str, str] = field(default_factory=lambda: {"orders": "small", "users": "small"})
    serial: int = 1
    unreadable: frozenset[str] = frozenset()
    lock: StateLock | None = None
    asked: list[str] = field(default_factory=list)

    name = "prod"

    def declared(self) -> Iterator[Declaration]:
        """Read the state."""
        yield Declaration(
            name=self.name,
            origin="prod.tfstate",
            lineage=None,
            serial=self.serial,
            sha256=str(self.serial),
            resources=tuple(_resource(name, size) for name, size in self.declared_as.items()),
            lock=self.lock,
        )

    def moved(self, declared: Sequence[Declaration]) -> Sequence[Moved]:
        """Stay as it was read."""
        return ()

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Read what is there."""
        for one in declared:
            name = str(one.resource_id)
            self.asked.append(name)
            if name in self.unreadable:
                yield NotRead(address=one.address, reason=NotReadReason.UNREADABLE, error="denied")
                continue
            attributes = {**one.attributes, "instance_class": self.live[name]}
            live = LiveResource(
                type=one.type, id=name, account=ACCOUNT, region="eu-west-1", attributes=attributes
            )
            yield Found(address=one.address, resource=live)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """List nothing."""
        return iter(())

    def asked_since(self) -> list[str]:
        """Return what was asked for since the last call."""
        asked, self.asked = self.asked, []
        return asked


def _resource(name: str, size: str) -> DeclaredResource:
    return DeclaredResource(
        address=f"aws_db_instance.{name}",
        type="aws_db_instance",
        resource_id=name,
        provider="hashicorp/aws",
        account=ACCOUNT,
        region="eu-west-1",
        attributes={"identifier": name, "instance_class": size},
    )


@pytest.fixture
def estate() -> Estate:
    return Estate()


@pytest.fixture
def watch(sqlite_database: Database, estate: Estate) -> Watch:
    """The program, after its first sweep."""
    deploy = PipelineRule(name="deploy", role=re.compile("deploy"))
    watch = Watch(
        database=sqlite_database,
        channels=ChannelRules(pipelines=(deploy,)),
        watched=(Watched(baseline=estate, live=estate),),
        attribution=attribution_rules(),
    )
    watch.cycle()
    assert estate.asked_since() == SWEPT
    return watch


def a_resize(name: str, size: str, *, at: float, principal: object = ALICE) -> ChangeEvent:
    """Somebody sets the class of a database."""
    return an_event(
        event_id=f"resize {name} {at:g}",
        at=NOON + minutes(at),
        principal=ALICE if principal is ALICE else DEPLOY,
        action="ModifyDBInstance",
        request={"dBInstanceIdentifier": name, "dBInstanceClass": size, "applyImmediately": True},
        resources=(Resource(type="aws_db_instance", id=name),),
    )


def happened(watch: Watch, *events: ChangeEvent, minute: float) -> None:
    """Records are read, and nothing else is done."""
    watch.deliver(*events)
    watch.clock.time = NOON + minutes(minute)
    assert watch.pipeline.read("trail", watch.log, watch.clock.time).failure is None


def read_again(watch: Watch, *, minute: float) -> Survey | None:
    """What was touched is compared."""
    done = watch.pipeline.compare_again(NOON + minutes(minute))
    if done is None:
        return None
    seen, problems = done
    assert problems == []
    return seen


def found(watch: Watch) -> list[tuple[str | None, tuple[str, ...]]]:
    """Return the open findings with the writes that explain them."""
    with watch.database.reading() as connection:
        return sorted(
            (row.finding.address, row.finding.explained_by) for row in open_findings(connection).values()
        )


def test_only_what_a_write_touched_is_read_again(watch: Watch, estate: Estate) -> None:
    estate.live["orders"] = "big"
    happened(watch, a_resize("orders", "big", at=1), minute=2)

    read_again(watch, minute=2)

    assert estate.asked_since() == ["orders"]
    assert found(watch) == [("aws_db_instance.orders", ("aws:resize orders 1",))]


def test_what_was_read_since_is_not_read_again(watch: Watch, estate: Estate) -> None:
    happened(watch, a_resize("orders", "big", at=1), minute=2)
    read_again(watch, minute=2)

    assert read_again(watch, minute=3) is None


def test_without_writes_nothing_is_asked(watch: Watch, estate: Estate) -> None:
    assert read_again(watch, minute=2) is None
    assert estate.asked_since() == []


def test_a_finding_on_something_else_stays(watch: Watch, estate: Estate) -> None:
    estate.live |= {"orders": "big", "users": "big"}
    watch.cycle(minute=1)
    estate.live["orders"] = "small"
    happened(watch, a_resize("orders", "small", at=2), minute=3)

    read_again(watch, minute=3)

    assert [address for address, _ in found(watch)] == ["aws_db_instance.users"]


def test_what_a_pipeline_touched_waits_for_the_settle_window(watch: Watch, estate: Estate) -> None:
    happened(watch, a_resize("orders", "big", at=1, principal=DEPLOY), minute=2)
    assert read_again(watch, minute=9) is None

    estate.live["orders"] = estate.declared_as["orders"] = "big"
    estate.serial = 2
    read_again(watch, minute=11)

    assert estate.asked_since() == ["orders"]
    assert found(watch) == []


def test_what_a_sweep_saw_too_early_is_read_again_when_the_window_is_over(
    watch: Watch, estate: Estate
) -> None:
    estate.live["orders"] = "big"
    happened(watch, a_resize("orders", "big", at=1, principal=DEPLOY), minute=2)
    watch.cycle(minute=3)
    assert found(watch) == []

    read_again(watch, minute=12)

    assert [address for address, _ in found(watch)] == ["aws_db_instance.orders"]
    assert read_again(watch, minute=13) is None


def test_a_state_that_moved_keeps_the_time_at_which_the_rest_was_compared(
    watch: Watch, estate: Estate
) -> None:
    estate.declared_as["orders"], estate.live["orders"], estate.serial = "big", "big", 2
    happened(watch, a_resize("orders", "big", at=1), minute=2)
    read_again(watch, minute=2)
    happened(watch, a_resize("users", "small", at=3), minute=4)

    read_again(watch, minute=4)

    assert estate.asked_since() == ["orders", "users"]


def test_what_cannot_be_read_waits_for_the_next_sweep(watch: Watch, estate: Estate) -> None:
    estate.unreadable = frozenset({"orders"})
    happened(watch, a_resize("orders", "big", at=1), minute=2)
    read_again(watch, minute=2)
    assert read_again(watch, minute=3) is None

    estate.unreadable, estate.live["orders"] = frozenset(), "big"
    watch.cycle(minute=4)

    assert [address for address, _ in found(watch)] == ["aws_db_instance.orders"]
    happened(watch, a_resize("orders", "bigger", at=5), minute=6)
    estate.asked_since()
    read_again(watch, minute=6)
    assert estate.asked_since() == ["orders"]


def test_while_an_apply_runs_nothing_is_read_and_nothing_is_forgotten(watch: Watch, estate: Estate) -> None:
    estate.lock = StateLock(who="ci", since=NOON + minutes(1))
    happened(watch, a_resize("orders", "big", at=1), minute=2)
    read_again(watch, minute=2)
    assert estate.asked_since() == []

    estate.lock = None
    read_again(watch, minute=3)

    assert estate.asked_since() == ["orders"]


def test_a_change_that_was_read_again_is_known_to_be_as_declared(watch: Watch, estate: Estate) -> None:
    happened(watch, a_resize("orders", "small", at=1), minute=2)

    seen = read_again(watch, minute=2)
    assert seen is not None
    watch.pipeline.judge(seen.by_place(), NOON + minutes(2))

    judgement = watch.change().judgement
    assert judgement is not None
    assert judgement.standing.is_converged
    assert watch.headlines() == []


def test_the_rules_of_a_group_are_read_beside_the_group() -> None:
    rules = detect_rules()
    group = _of("aws_security_group", "web", {"id": "sg-1"})
    rule = _of("aws_security_group_rule", "https", {"security_group_id": "sg-1", "type": "ingress"})
    other = _of("aws_security_group_rule", "ssh", {"security_group_id": "sg-2", "type": "ingress"})

    beside = read_beside({("a.tfstate", group.address)}, [_state(group, rule, other)], rules)

    assert beside == {("a.tfstate", rule.address)}


def test_without_tables_nothing_is_read_beside() -> None:
    group = _of("aws_security_group", "web", {"id": "sg-1"})

    assert read_beside({("a.tfstate", group.address)}, [_state(group)], DetectRules()) == set()


def _of(type_: str, name: str, attributes: dict[str, str]) -> DeclaredResource:
    return DeclaredResource(
        address=f"{type_}.{name}",
        type=type_,
        resource_id=attributes.get("id", name),
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes=dict(attributes),
    )


def _state(*resources: DeclaredResource) -> Declaration:
    return Declaration(
        name="a", origin="a.tfstate", lineage=None, serial=1, sha256="0" * 64, resources=resources
    )
