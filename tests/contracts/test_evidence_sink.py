"""What every place that takes evidence must do; a new one is one row of `PLACES`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from tests.providers.evidence_sinks.packs import a_pack
from tests.providers.evidence_sinks.places import Place, s3_drop, webhook
from tests.providers.evidence_sinks.vanta import vanta
from tests.providers.state_stores.servers import Servers

PLACES: dict[str, Callable[[Servers], AbstractContextManager[Place]]] = {
    "s3": s3_drop,
    "webhook": webhook,
    "vanta": vanta,
}
HANDED_OUT = ("02_population/changes.xlsx", "04_dossiers/chg-1.pdf")


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, state_servers: Servers) -> Iterator[Place]:
    """Each kind of place in turn. What no client may ask fails the test."""
    with PLACES[request.param](state_servers) as opened:
        yield opened
        assert opened.mistakes() == []


def test_tables_and_dossiers_arrive_byte_for_byte(place: Place) -> None:
    pack = a_pack()

    references = [place.sink.deliver(pack, parcel) for parcel in place.sink.parcels(pack)]

    arrived = place.contents()
    assert {path: arrived[path] for path in HANDED_OUT} == {
        path: pack.files[path].read() for path in HANDED_OUT
    }
    assert len(set(references)) == len(references) > 2
    assert all(references)


def test_a_parcel_that_is_delivered_again_is_there_once(place: Place) -> None:
    """
    The program was stopped before it could note that it had arrived.
    """
    pack = a_pack()
    parcels = place.sink.parcels(pack)
    first = [place.sink.deliver(pack, parcel) for parcel in parcels]
    before = place.contents()

    again = [place.sink.deliver(pack, parcel) for parcel in parcels]

    assert place.contents() == before
    assert [one.partition("/")[0] for one in again] == [one.partition("/")[0] for one in first]


def test_a_place_that_takes_nothing_now_says_so_and_takes_it_later(place: Place) -> None:
    pack = a_pack()
    first = place.sink.parcels(pack)[0]
    place.throttle()

    with pytest.raises(ProviderUnavailableError) as caught:
        place.sink.deliver(pack, first)

    assert caught.value.hint
    assert caught.value.retry_after in (None, timedelta(seconds=17))
    assert place.contents() == {}


def test_what_is_refused_says_what_is_missing(place: Place) -> None:
    pack = a_pack()
    place.deny()

    with pytest.raises(ProviderAccessError) as caught:
        place.sink.deliver(pack, place.sink.parcels(pack)[0])

    assert place.permission in f"{caught.value.what} {caught.value.hint}"


def test_trying_it_hands_nothing_out(place: Place) -> None:
    assert place.sink.check()

    assert place.contents() == {}
