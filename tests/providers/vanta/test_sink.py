"""What is Vanta's own: the state of the world, two applications, one token each."""

from collections.abc import Iterator

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from providers.vanta.sink import MOST_ROWS, RESOURCES, Vanta, VantaSettings
from tests.providers.channels.http_server import Reply, serving
from tests.providers.evidence_sinks.packs import CHANGES, a_pack
from tests.providers.evidence_sinks.vanta import DOCUMENTS, FakeVanta, settings_of


@pytest.fixture
def service() -> Iterator[tuple[FakeVanta, str]]:
    """An account, and its address."""
    account = FakeVanta()
    with serving(account.answer) as url:
        yield account, url
        assert account.mistakes == []


def test_a_change_that_is_left_out_later_is_gone(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    sink = Vanta(settings_of(url))

    sink.deliver(a_pack(), RESOURCES)
    assert sorted(account.resources) == ["chg-1", "chg-2"]
    sink.deliver(a_pack(changes=CHANGES[:1]), RESOURCES)

    assert sorted(account.resources) == ["chg-1"]


def test_so_a_pack_of_a_part_of_the_period_is_refused_before_anything_is_sent(
    service: tuple[FakeVanta, str],
) -> None:
    account, url = service

    with pytest.raises(ProviderResponseError, match="deletes what is left out") as caught:
        Vanta(settings_of(url)).parcels(a_pack(is_whole=False))

    assert "without --until" in caught.value.hint
    assert account.tokens_given == 0


def test_documents_take_any_pack(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    sink = Vanta(settings_of(url, resource_id=None))
    pack = a_pack(is_whole=False)

    assert list(sink.parcels(pack)) == list(DOCUMENTS)
    for parcel in sink.parcels(pack):
        sink.deliver(pack, parcel)

    assert account.submitted == ["change-management", "change-sample"]
    assert account.resources == {}


def test_a_change_is_told_in_texts_and_booleans_alone(service: tuple[FakeVanta, str]) -> None:
    account, url = service

    Vanta(settings_of(url)).deliver(a_pack(), RESOURCES)

    sent = account.resources["chg-1"]
    assert sent["displayName"] == "opened tcp/22 to 0.0.0.0/0"
    assert sent["externalUrl"] == "https://evidence.example.com/changes/chg-1"
    assert sent["customProperties"]["resource"] == "sg-0abc"
    assert sent["customProperties"]["alert"] is True
    assert sent["customProperties"]["ticket"] == ""


def test_what_others_wrote_shows_all_that_is_in_it(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    hostile = CHANGES[0] | {"resource_id": "web\u202e\x00" + "x" * 5000}

    Vanta(settings_of(url)).deliver(a_pack(changes=[hostile]), RESOURCES)

    shown = account.resources["chg-1"]["customProperties"]["resource"]
    assert shown.isprintable()
    assert len(shown) <= 1000


def test_more_changes_than_fit_into_a_call_are_refused_whole(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    pack = a_pack(changes=[{"change_id": f"chg-{number}"} for number in range(MOST_ROWS + 1)])

    with pytest.raises(ProviderResponseError, match="20,001 changes do not fit"):
        Vanta(settings_of(url)).deliver(pack, RESOURCES)

    assert account.resources == {}


def test_what_vanta_did_not_take_is_told(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    account.rejected = 1

    with pytest.raises(ProviderResponseError, match="did not take 1 of them") as caught:
        Vanta(settings_of(url)).deliver(a_pack(), RESOURCES)

    assert "docs/push.md" in caught.value.hint


def test_a_token_is_kept_for_its_hour_since_a_new_one_ends_it(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    sink, pack = Vanta(settings_of(url)), a_pack()

    for _ in range(3):
        for parcel in sink.parcels(pack):
            sink.deliver(pack, parcel)

    assert account.tokens_given == 2  # one for each application


def test_a_token_that_somebody_else_ended_is_asked_for_anew(service: tuple[FakeVanta, str]) -> None:
    account, url = service
    sink, pack = Vanta(settings_of(url)), a_pack()
    sink.deliver(pack, RESOURCES)
    account.tokens.clear()

    with pytest.raises(ProviderAccessError):
        sink.deliver(pack, RESOURCES)
    sink.deliver(pack, RESOURCES)

    assert account.tokens_given == 2


def test_wrong_credentials_are_told_without_being_shown(service: tuple[FakeVanta, str]) -> None:
    _, url = service

    with pytest.raises(ProviderAccessError, match="signing in to Vanta") as caught:
        Vanta(settings_of(url, client_secret=Secret("hunter2-planted"))).check()

    assert "hunter2" not in f"{caught.value} {caught.value.hint}"


def test_a_refusal_that_quotes_the_request_for_a_token_is_told_without_the_secret() -> None:
    with serving(lambda request: Reply(status=400, body=b"not taken: " + request.body)) as url:
        sink = Vanta(settings_of(url, client_secret=Secret("hunter2-planted")))

        with pytest.raises(ProviderResponseError, match="not taken") as caught:
            sink.check()

    assert "hunter2" not in str(caught.value)


def test_a_file_that_the_pack_lacks_is_named(service: tuple[FakeVanta, str]) -> None:
    _, url = service

    with pytest.raises(ProviderResponseError, match=r"has no file 02_population/none\.xlsx"):
        Vanta(settings_of(url, documents={"02_population/none.xlsx": "x"})).parcels(a_pack())


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "needs"),
        ({"resource_id": "66a1"}, "client_id"),
        ({"documents": {"a": "b"}}, "documents_client_id"),
        ({"resource_id": "66a1", "base_url": "http://vanta.example"}, "https"),
    ],
)
def test_half_of_a_configuration_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        VantaSettings(**settings)  # type: ignore[arg-type]
