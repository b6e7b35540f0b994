"""A baseline may be compared at times of its own: that says nothing of the others, and reads none of them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.enrolment import EnrolmentRules, Mode
from drift.model.evidence import EntryKind
from drift.model.finding import FindingKind
from drift.model.resource import LiveResource
from drift.ports import Watched
from drift.rounds import Rounds
from drift.store.database import Database
from drift.store.findings import open_findings
from tests.builders import ACCOUNT, NOON
from tests.scenarios.cloud import Watch
from tests.scenarios.test_read_again import Estate


class Named(Estate):
    """An estate of one database, under a name of its own."""

    def __init__(self, name: str, *databases: str) -> None:
        small = dict.fromkeys(databases, "small")
        super().__init__(declared_as=dict(small), live=dict(small))
        self.name = name
        self.is_gone = False

    def declared(self) -> Iterator[Declaration]:
        """Read the state, if it is there."""
        if self.is_gone:
            raise ProviderUnavailableError(f"{self.name} is gone", hint="look for it")
        for one in super().declared():
            yield Declaration(
                name=self.name,
                origin=f"{self.name}.tfstate",
                lineage=None,
                serial=one.serial,
                sha256=one.sha256,
                resources=one.resources,
                lock=one.lock,
            )


class Listing(Named):
    """One that also lists what exists: all that is there, and a database that no code knows."""

    def __init__(self, name: str, *databases: str, exists: Sequence[str]) -> None:
        super().__init__(name, *databases)
        self.exists = exists

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """List it."""
        for name in self.exists:
            yield LiveResource(
                type="aws_db_instance", id=name, account=ACCOUNT, region="eu-west-1", attributes={}
            )


@pytest.fixture
def shop() -> Listing:
    return Listing("shop", "orders", exists=["orders", "archive", "stray"])


@pytest.fixture
def history() -> Named:
    return Named("history", "archive")


@pytest.fixture
def watch(sqlite_database: Database, shop: Listing, history: Named) -> Watch:
    watched = tuple(Watched(baseline=one, live=one) for one in (shop, history))
    observed = EnrolmentRules(mode=Mode.OBSERVE)
    return Watch(database=sqlite_database, watched=watched, enrolment=observed)


@pytest.fixture
def rounds(watch: Watch) -> Rounds:
    """The shop is compared with everything, the history by itself."""
    return Rounds(watch.pipeline, ["history"])


def told(watch: Watch) -> set[tuple[str, str | None]]:
    with watch.database.reading() as connection:
        found = open_findings(connection).values()
    return {(row.finding.kind.value, row.finding.resource_id) for row in found}


STRAY = (FindingKind.UNMANAGED.value, "stray")


def test_neither_sweep_reads_what_is_there_of_the_other(rounds: Rounds, shop: Named, history: Named) -> None:
    rounds.sweep()
    assert (shop.asked_since(), history.asked_since()) == (["orders"], [])

    rounds.sweep("history")
    assert (shop.asked_since(), history.asked_since()) == ([], ["archive"])


def test_what_another_baseline_declares_is_not_undeclared(watch: Watch, rounds: Rounds) -> None:
    rounds.sweep()

    assert told(watch) == {STRAY}


def test_one_sweep_ends_no_finding_of_another(
    watch: Watch, rounds: Rounds, shop: Named, history: Named
) -> None:
    shop.live["orders"] = history.live["archive"] = "big"
    everything = {STRAY, ("drifted", "orders"), ("drifted", "archive")}
    for baseline in (None, "history"):
        rounds.sweep(baseline)
    assert told(watch) == everything

    for baseline in (None, "history", None):
        rounds.sweep(baseline)
        assert told(watch) == everything

    history.live["archive"] = "small"
    rounds.sweep()
    assert told(watch) == everything
    rounds.sweep("history")
    assert told(watch) == everything - {("drifted", "archive")}


def test_what_is_declared_no_more_is_resolved_by_its_own_sweep(
    watch: Watch, rounds: Rounds, history: Named
) -> None:
    history.live["archive"] = "big"
    rounds.sweep("history")
    history.declared_as, history.serial = {}, 2

    rounds.sweep("history")

    assert told(watch) == set()


def test_nothing_is_judged_before_each_was_tried(rounds: Rounds) -> None:
    assert rounds.judge().is_put_off
    rounds.sweep()
    assert rounds.judge().is_put_off
    rounds.sweep("history")

    assert not rounds.judge().is_put_off


def test_each_turn_tells_how_much_it_compared(rounds: Rounds) -> None:
    both, own = rounds.sweep(), rounds.sweep("history")

    assert (both.count("states"), both.count("resources")) == (1, 1)
    assert (own.count("states"), own.count("resources")) == (1, 1)


def test_a_baseline_that_is_gone_fails_its_own_sweep_and_leaves_the_other_alone(
    rounds: Rounds, history: Named, shop: Named
) -> None:
    shop.is_gone = True

    own = rounds.sweep("history")
    both = rounds.sweep()

    assert own.failure is None
    assert any("shop is gone" in one for one in own.problems)
    assert "shop is gone" in (both.failure or "")


def test_the_ledger_says_of_which_baselines_each_comparison_tells(watch: Watch, rounds: Rounds) -> None:
    """
    Neither is news for the other: each tells what it told before, which takes no entry.
    """
    for _ in range(3):
        rounds.sweep()
        rounds.sweep("history")
        watch.clock.time += timedelta(minutes=10)

    bodies = [entry.body or b"" for entry in watch.ledger(EntryKind.COMPARISON)]
    assert [b'"baselines":["shop"]' in body for body in bodies] == [True, False]
    assert b'"baselines":["history"]' in bodies[1]


def test_the_register_of_what_exists_is_closed_by_the_sweep_that_lists(
    watch: Watch, rounds: Rounds, shop: Listing
) -> None:
    rounds.sweep("history")
    rounds.sweep()
    shop.exists = [*shop.exists, "second"]
    watch.clock.time = NOON + timedelta(hours=1)
    rounds.sweep()

    with watch.database.reading() as connection:
        rows = {row.finding.resource_id: row.is_pre_existing for row in open_findings(connection).values()}
    assert rows == {"stray": True, "second": False}
