"""Reading what is declared and what is there: what could not be read is named, and nothing else suffers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from drift.errors import PartlyUnreadError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import LOCK_BELIEVED_FOR, Declaration, DeclaredResource, Moved, StateLock
from drift.model.finding import FindingKind
from drift.model.glob import is_one_of
from drift.model.resource import Absent, LiveReading, LiveResource, NotRead
from drift.model.survey import Survey
from drift.ports import Watched
from drift.stages.survey import DISCOVERY, survey
from tests.builders import NOON, a_finding, minutes

LOCKED = ProviderResponseError("a state is locked", hint="wait")
DENIED = ProviderUnavailableError("access denied", hint="grant it")


class States:
    """A baseline of some states, the last of which may fail, and which may move meanwhile."""

    def __init__(
        self,
        name: str,
        *states: Declaration,
        failure: ProviderError | None = None,
        moved: Sequence[Moved] | ProviderError = (),
    ) -> None:
        self.name = name
        self._states = states
        self._failure = failure
        self._moved = moved

    def declared(self) -> Iterator[Declaration]:
        """Read the states, then fail if it is to."""
        yield from self._states
        if self._failure:
            raise self._failure

    def moved(self, declared: Sequence[Declaration]) -> Sequence[Moved]:
        """Say which of these moved, or fail."""
        if isinstance(self._moved, ProviderError):
            raise self._moved
        return [one for one in self._moved if one.origin in {each.origin for each in declared}]


class Estate:
    """What is there: nothing that is declared, and some that is not."""

    def __init__(
        self,
        *live: LiveResource,
        cannot_read: ProviderUnavailableError | None = None,
        cannot_list: ProviderUnavailableError | None = None,
    ) -> None:
        self.was_read: list[str] = []
        self.lists = 0
        self._live = live
        self._cannot_read = cannot_read
        self._cannot_list = cannot_list

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Say of each that it is not there, or fail."""
        if self._cannot_read:
            raise self._cannot_read
        for one in declared:
            self.was_read.append(one.address)
            yield Absent(address=one.address)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """List what exists, or fail."""
        self.lists += 1
        yield from (one for one in self._live if is_one_of(one.type, types))
        if self._cannot_list:
            raise self._cannot_list


def a_state(
    *addresses: str,
    name: str = "prod",
    origin: str | None = None,
    account: str | None = None,
    lock: StateLock | None = None,
) -> Declaration:
    """A state that declares these."""
    return Declaration(
        name=name,
        origin=origin or f"{name}.tfstate",
        lineage=None,
        serial=1,
        sha256="0" * 64,
        resources=tuple(_declared(address, account) for address in addresses),
        lock=lock,
    )


def _declared(address: str, account: str | None) -> DeclaredResource:
    return DeclaredResource(
        address=address,
        type=address.partition(".")[0],
        resource_id=address,
        provider="hashicorp/aws",
        account=account,
        region=None,
        attributes={},
    )


def a_live(type_: str = "aws_s3_bucket", account: str | None = None) -> LiveResource:
    """Something that exists."""
    return LiveResource(type=type_, id="example", account=account, region=None, attributes={})


def a_lock(**but: Any) -> StateLock:
    """Alice applies, since a minute ago."""
    return replace(
        StateLock(who="alice@laptop", since=NOON - minutes(1), operation="OperationTypeApply"), **but
    )


def test_everything_declared_is_read_and_everything_there_is_listed() -> None:
    estate = Estate(a_live())
    state = a_state("aws_s3_bucket.a", "aws_s3_bucket.b")

    seen = survey([Watched(baseline=States("prod", state), live=estate)], NOON)

    assert estate.was_read == ["aws_s3_bucket.a", "aws_s3_bucket.b"]
    assert seen.declarations == (state,)
    assert [len(held.readings) for held in seen.held] == [2]
    assert seen.discovered == (a_live(),)
    assert seen.failures == ()


def test_a_reader_that_several_baselines_share_is_listed_once() -> None:
    estate = Estate(a_live())
    baselines = (States("a", a_state(name="a")), States("b", a_state(name="b")))

    seen = survey([Watched(baseline=one, live=estate) for one in baselines], NOON)

    assert estate.lists == 1
    assert seen.discovered == (a_live(),)


def test_a_baseline_that_fails_hides_no_other_and_nothing_is_called_undeclared() -> None:
    estate = Estate(a_live())
    watched = [
        Watched(baseline=States("locked", failure=LOCKED), live=estate),
        Watched(baseline=States("prod", a_state("aws_s3_bucket.a")), live=estate),
    ]

    seen = survey(watched, NOON)

    assert [one.name for one in seen.declarations] == ["prod"]
    assert _told(seen) == ["locked: a state is locked (wait)"]
    assert estate.lists == 0


def test_the_states_before_one_that_fails_are_compared_all_the_same() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"), failure=LOCKED)

    seen = survey([Watched(baseline=baseline, live=Estate())], NOON)

    assert len(seen.held) == 1
    assert [failure.name for failure in seen.failures] == ["prod"]


def test_a_reader_that_can_read_nothing_leaves_its_baseline_unread() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"))

    seen = survey([Watched(baseline=baseline, live=Estate(cannot_read=DENIED))], NOON)

    assert seen.held == ()
    assert [failure.name for failure in seen.failures] == ["prod"]
    assert _told(seen) == ["prod: access denied (grant it)"]


def test_what_cannot_be_listed_is_named_and_what_was_read_stands() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"))

    seen = survey([Watched(baseline=baseline, live=Estate(cannot_list=DENIED))], NOON)

    assert len(seen.held) == 1
    assert _told(seen) == ["what exists: access denied (grant it)"]
    assert [failure.name for failure in seen.failures] == [DISCOVERY]


def test_types_narrow_what_is_read_and_listed_but_not_what_counts_as_declared() -> None:
    estate = Estate(a_live("aws_s3_bucket"), a_live("aws_vpc"))
    state = a_state("aws_s3_bucket.a", "aws_vpc.main")

    seen = survey([Watched(baseline=States("prod", state), live=estate)], NOON, types=["aws_s3_*"])

    assert estate.was_read == ["aws_s3_bucket.a"]
    assert seen.discovered == (a_live("aws_s3_bucket"),)
    assert seen.others == (state,)


@pytest.mark.parametrize(
    ("failing", "covers_declared", "covers_unmanaged"),
    [(None, True, True), ("prod", False, False), ("other", True, False)],
)
def test_a_finding_is_gone_only_where_everything_it_could_show_in_was_read(
    failing: str | None, covers_declared: bool, covers_unmanaged: bool
) -> None:
    watched = [
        Watched(
            baseline=States(name, a_state(name=name), failure=LOCKED if name == failing else None),
            live=Estate(),
        )
        for name in ("prod", "other")
    ]

    seen = survey(watched, NOON)

    assert seen.covers(a_finding(baseline="prod")) is covers_declared
    assert seen.covers(a_finding(kind=FindingKind.UNMANAGED, baseline=None)) is covers_unmanaged
    assert not seen.covers(a_finding(baseline="watched no more"))


# States in motion


def test_a_state_under_an_apply_is_not_compared_and_says_who_applies() -> None:
    estate = Estate()
    state = a_state("aws_s3_bucket.a", lock=a_lock())

    seen = survey([Watched(baseline=States("prod", state), live=estate)], NOON)

    assert estate.was_read == []
    assert _reasons(seen) == [
        "postponed: an apply is running, by alice@laptop since 2026-11-16 11:59 UTC (OperationTypeApply)"
    ]
    assert seen.failures == ()
    assert [one.resource_id for one in seen.declarations[0].resources] == ["aws_s3_bucket.a"]


@pytest.mark.parametrize(
    "lock",
    [
        a_lock(changes_nothing=True),
        a_lock(since=NOON - LOCK_BELIEVED_FOR),
        a_lock(since=NOON + LOCK_BELIEVED_FOR),
    ],
    ids=["a plan", "forgotten", "of the far future"],
)
def test_a_lock_that_tells_of_no_running_apply_hides_nothing(lock: StateLock) -> None:
    """
    Who takes a lock writes its time: a state must not be hidden by a lock that says "for ever".
    """
    state = a_state("aws_s3_bucket.a", lock=lock)
    moved = Moved(origin="prod.tfstate", why="an apply began", lock=lock)

    seen = survey([Watched(baseline=States("prod", state, moved=[moved]), live=Estate())], NOON)

    assert _reasons(seen) == []


def test_what_was_read_of_a_state_that_moved_meanwhile_is_discarded_and_of_no_other() -> None:
    states = States(
        "prod",
        a_state("aws_s3_bucket.a", origin="a"),
        a_state("aws_s3_bucket.b", origin="b"),
        moved=[Moved(origin="a", why="the state moved from serial 1 to 2 meanwhile")],
    )

    seen = survey([Watched(baseline=states, live=Estate())], NOON)

    assert _reasons(seen) == ["postponed: the state moved from serial 1 to 2 meanwhile"]
    assert [one.is_postponed for one in seen.held] == [True, False]
    assert seen.failures == ()


def test_an_apply_that_begins_while_its_resources_are_read_discards_them() -> None:
    moved = Moved(origin="prod.tfstate", why="an apply began, by alice@laptop", lock=a_lock())

    seen = survey(
        [Watched(baseline=States("prod", a_state("aws_s3_bucket.a"), moved=[moved]), live=Estate())], NOON
    )

    assert _reasons(seen) == ["postponed: an apply began, by alice@laptop"]


def test_where_nobody_can_tell_whether_a_state_moved_nothing_is_compared() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"), moved=DENIED)

    seen = survey([Watched(baseline=baseline, live=Estate())], NOON)

    assert _reasons(seen) == ["whether it moved is not known: access denied"]
    assert _told(seen) == ["prod: access denied (grant it)"]


@pytest.mark.parametrize(
    ("applied", "live", "is_told"),
    [("1111", "2222", True), ("1111", "1111", False), (None, "2222", False), ("1111", None, False)],
)
def test_what_an_apply_may_be_making_is_not_called_undeclared(
    applied: str | None, live: str | None, is_told: bool
) -> None:
    """
    A new resource is in no state until its apply says so; in another account nothing is in the way.
    """
    state = a_state("aws_s3_bucket.a", account=applied, lock=a_lock())
    estate = Estate(a_live(account=live))

    seen = survey([Watched(baseline=States("prod", state), live=estate)], NOON)

    assert (seen.discovered == (a_live(account=live),)) is is_told
    known = replace(a_finding(kind=FindingKind.UNMANAGED, baseline=None), account=live)
    assert seen.covers(known) is is_told


def test_each_state_that_cannot_be_read_is_named_by_itself() -> None:
    unread = PartlyUnreadError({"b": LOCKED, "c": DENIED}, what="states")
    baseline = States("prod", a_state("aws_s3_bucket.a", origin="a"), failure=unread)

    seen = survey([Watched(baseline=baseline, live=Estate())], NOON)

    assert [(one.name, one.origin, one.error.what) for one in seen.failures] == [
        ("prod", "b", "a state is locked"),
        ("prod", "c", "access denied"),
    ]
    assert [one.origin for one in seen.declarations] == ["a"]


def _reasons(seen: Survey) -> list[str]:
    return [reading.error for held in seen.held for reading in held.readings if isinstance(reading, NotRead)]


def _told(seen: Survey) -> list[str]:
    return [f"{failure.name}: {failure.error}" for failure in seen.failures]
