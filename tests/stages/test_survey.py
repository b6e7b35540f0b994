"""Reading what is declared and what is there: what could not be read is named, and nothing else suffers."""

from collections.abc import Iterator, Sequence

import pytest

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.finding import FindingKind
from drift.model.resource import Absent, LiveReading, LiveResource
from drift.model.survey import Survey
from drift.ports import Watched
from drift.stages.survey import DISCOVERY, survey
from tests.builders import a_finding

LOCKED = ProviderResponseError("a state is locked", hint="wait")
DENIED = ProviderUnavailableError("access denied", hint="grant it")


class States:
    """A baseline of some states, the last of which may fail."""

    def __init__(self, name: str, *states: Declaration, failure: ProviderResponseError | None = None) -> None:
        self.name = name
        self._states = states
        self._failure = failure

    def declared(self) -> Iterator[Declaration]:
        """Read the states, then fail if it is to."""
        yield from self._states
        if self._failure:
            raise self._failure


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

    def discover(self) -> Iterator[LiveResource]:
        """List what exists, or fail."""
        self.lists += 1
        yield from self._live
        if self._cannot_list:
            raise self._cannot_list


def a_state(*addresses: str, name: str = "prod") -> Declaration:
    """A state that declares these."""
    return Declaration(
        name=name,
        origin=f"{name}.tfstate",
        lineage=None,
        serial=1,
        sha256="0" * 64,
        resources=tuple(_declared(address) for address in addresses),
    )


def _declared(address: str) -> DeclaredResource:
    return DeclaredResource(
        address=address,
        type=address.partition(".")[0],
        resource_id=address,
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes={},
    )


def a_live(type_: str = "aws_s3_bucket") -> LiveResource:
    """Something that exists."""
    return LiveResource(type=type_, id="example", account=None, region=None, attributes={})


def test_everything_declared_is_read_and_everything_there_is_listed() -> None:
    estate = Estate(a_live())
    state = a_state("aws_s3_bucket.a", "aws_s3_bucket.b")

    seen = survey([Watched(baseline=States("prod", state), live=estate)])

    assert estate.was_read == ["aws_s3_bucket.a", "aws_s3_bucket.b"]
    assert seen.declarations == (state,)
    assert [len(held.readings) for held in seen.held] == [2]
    assert seen.discovered == (a_live(),)
    assert seen.failures == ()


def test_a_reader_that_several_baselines_share_is_listed_once() -> None:
    estate = Estate(a_live())
    baselines = (States("a", a_state(name="a")), States("b", a_state(name="b")))

    seen = survey([Watched(baseline=one, live=estate) for one in baselines])

    assert estate.lists == 1
    assert seen.discovered == (a_live(),)


def test_a_baseline_that_fails_hides_no_other_and_nothing_is_called_undeclared() -> None:
    estate = Estate(a_live())
    watched = [
        Watched(baseline=States("locked", failure=LOCKED), live=estate),
        Watched(baseline=States("prod", a_state("aws_s3_bucket.a")), live=estate),
    ]

    seen = survey(watched)

    assert [one.name for one in seen.declarations] == ["prod"]
    assert _told(seen) == ["locked: a state is locked (wait)"]
    assert estate.lists == 0


def test_the_states_before_one_that_fails_are_compared_all_the_same() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"), failure=LOCKED)

    seen = survey([Watched(baseline=baseline, live=Estate())])

    assert len(seen.held) == 1
    assert [failure.name for failure in seen.failures] == ["prod"]


def test_a_reader_that_can_read_nothing_leaves_its_baseline_unread() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"))

    seen = survey([Watched(baseline=baseline, live=Estate(cannot_read=DENIED))])

    assert seen.held == ()
    assert [failure.name for failure in seen.failures] == ["prod"]
    assert _told(seen) == ["prod: access denied (grant it)"]


def test_what_cannot_be_listed_is_named_and_what_was_read_stands() -> None:
    baseline = States("prod", a_state("aws_s3_bucket.a"))

    seen = survey([Watched(baseline=baseline, live=Estate(cannot_list=DENIED))])

    assert len(seen.held) == 1
    assert _told(seen) == ["what exists: access denied (grant it)"]
    assert [failure.name for failure in seen.failures] == [DISCOVERY]


def test_types_narrow_what_is_read_and_listed_but_not_what_counts_as_declared() -> None:
    estate = Estate(a_live("aws_s3_bucket"), a_live("aws_vpc"))
    state = a_state("aws_s3_bucket.a", "aws_vpc.main")

    seen = survey([Watched(baseline=States("prod", state), live=estate)], types=["aws_s3_*"])

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

    seen = survey(watched)

    assert seen.covers(a_finding(baseline="prod")) is covers_declared
    assert seen.covers(a_finding(kind=FindingKind.UNMANAGED, baseline=None)) is covers_unmanaged
    assert not seen.covers(a_finding(baseline="watched no more"))


def _told(seen: Survey) -> list[str]:
    return [f"{failure.name}: {failure.error}" for failure in seen.failures]
