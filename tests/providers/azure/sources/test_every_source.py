"""What goes wrong at the other end of a source, whichever it is: throttled, denied, cut off, poisoned."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderUnavailableError
from drift.model.event import RawRecord
from drift.ports import Delivery
from drift.records import records_of
from providers import answer_times
from providers.catalog import translators
from tests.providers.azure.sources.trails import TRAILS, AzureTrail

POISONED = [b'{"note": "half a pair: \\ud800"}', b'{"note": NaN}', b"[" * 3000 + b"]" * 3000]


@pytest.fixture(params=TRAILS)
def trail(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AzureTrail]:
    """Each source in turn, with nothing logged yet."""
    with TRAILS[request.param](tmp_path) as opened:
        yield opened


def read(trail: AzureTrail, cursor: str | None = None) -> list[Delivery]:
    return list(trail.log.read_since(cursor))


def notes(trail: AzureTrail, deliveries: list[Delivery]) -> list[bytes]:
    return [trail.delivered(one.open().read()) for one in deliveries]


def test_records_come_the_oldest_first(trail: AzureTrail) -> None:
    for note in (b"one", b"two", b"three"):
        trail.deliver(note)

    assert notes(trail, read(trail)) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("name", [name for name in TRAILS if name != "azure-event-hub"])
def test_each_answer_over_http_says_what_time_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_times, "_latest", {})
    with TRAILS[name](tmp_path) as trail:
        read(trail)

    [(_, answered)] = answer_times.answer_times().items()
    assert abs(answered.ours - answered.theirs) < timedelta(minutes=5)


def test_a_service_that_is_asked_too_often_says_how_long_to_wait(trail: AzureTrail) -> None:
    trail.deliver(b"one")
    trail.throttle()

    with pytest.raises(ProviderUnavailableError) as raised:
        read(trail)

    assert raised.value.retry_after == trail.wait
    assert raised.value.hint


def test_who_may_not_read_is_told_which_permission_lacks_and_how_it_is_granted(trail: AzureTrail) -> None:
    trail.deliver(b"one")
    trail.deny()

    with pytest.raises(ProviderAccessError) as raised:
        read(trail)

    assert trail.permission in raised.value.what
    assert raised.value.hint


def test_what_a_broken_connection_kept_from_us_comes_the_next_time(trail: AzureTrail) -> None:
    for note in (b"one", b"two", b"three"):
        trail.deliver(note)
    trail.cut()
    came: list[Delivery] = []

    with pytest.raises(ProviderUnavailableError):
        came.extend(trail.log.read_since(None))
    trail.mend()
    came += read(trail, came[-1].cursor if came else None)

    assert set(notes(trail, came)) == {b"one", b"two", b"three"}


@pytest.mark.parametrize("poison", POISONED)
def test_a_poisoned_record_hides_none_of_its_neighbours(trail: AzureTrail, poison: bytes) -> None:
    """
    It must be seen itself, too: as a record, or as one that cannot be read.
    """
    trail.deliver(b"before")
    trail.deliver_record(poison)
    trail.deliver(b"after")

    found = [
        one for delivery in read(trail) for one in records_of(delivery.name, delivery.open(), translators())
    ]

    bodies = [one.body if isinstance(one, RawRecord) else one.error.encode() for one in found]
    assert len(found) == 3
    assert sum(b'"before"' in body or b'"after"' in body for body in bodies) == 2


def test_a_name_of_another_source_can_be_asked_for_nowhere(trail: AzureTrail) -> None:
    with pytest.raises(ProviderError, match="none of this source"):
        trail.log.again("auditlog/1")


@pytest.mark.parametrize("cursor", ["", "no JSON", "[]", '{"x": "y"}', '{"0": "z"}', "7"])
def test_a_cursor_that_is_none_of_ours_reads_everything(trail: AzureTrail, cursor: str) -> None:
    trail.deliver(b"one")

    assert notes(trail, read(trail, cursor)) == [b"one"]
