"""What every service that signs the ledger must do; a new one is one row of `KEEPERS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all, size_of
from drift.ledger.note import SigningKey
from drift.ledger.rotation import Rotation, rotate
from drift.ledger.verify import QUESTIONS, verify_ed25519, verify_pack
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_disposition, an_entry
from tests.providers.signing_keys.aws import aws_kms
from tests.providers.signing_keys.gcp import gcp_kms
from tests.providers.signing_keys.keeper import Keeper
from tests.reports.packs import a_pack

KEEPERS: dict[str, Callable[[Path], AbstractContextManager[Keeper]]] = {
    "aws-kms": aws_kms,
    "gcp-kms": gcp_kms,
}


@pytest.fixture(params=KEEPERS)
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Keeper]:
    """Each service in turn. Whatever it had to refuse was asked wrongly."""
    with KEEPERS[request.param](tmp_path) as opened:
        yield opened
        assert opened.server.refused == []


def test_what_it_signs_verifies_with_the_key_that_it_tells(keeper: Keeper) -> None:
    signer = keeper.opened()

    signature = signer.sign(b"a checkpoint\n")

    assert signer.public_bytes == keeper.key.public_key().public_bytes_raw()
    assert verify_ed25519(signer.public_bytes, b"a checkpoint\n", signature)


def test_what_is_derived_from_it_is_the_same_in_every_process_and_never_sent_anywhere(
    keeper: Keeper,
) -> None:
    one, other = (SigningKey(name="x", signer=keeper.opened()) for _ in range(2))

    assert one.derived(b"a") == other.derived(b"a") != one.derived(b"b")
    assert not any(one.derived(b"a").hex() in str(asked.body) for asked in keeper.server.asked)


def test_a_ledger_is_handed_over_to_it_and_every_pack_verifies(
    keeper: Keeper, sqlite_database: Database, tmp_path: Path
) -> None:
    key = SigningKey(name=KEY.name, signer=keeper.opened())
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1")])
        seal(connection, KEY, NOON)
        rotate(connection, Rotation(old=KEY, new=key, by="dana", reason=None), NOON)
    a_pack(sqlite_database, tmp_path / "pack", key=key)

    report = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    assert [report.verdict(question) for question in QUESTIONS] == ["ok", "ok", "ok"]


def test_a_service_that_throttles_delays_a_checkpoint_and_loses_no_entry(
    keeper: Keeper, sqlite_database: Database
) -> None:
    key = SigningKey(name=KEY.name, signer=keeper.opened())
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry()])
    keeper.throttle()

    with pytest.raises(ProviderUnavailableError) as caught, sqlite_database.transaction() as connection:
        seal(connection, key, NOON)

    assert caught.value.hint
    keeper.server.fault = None
    with sqlite_database.transaction() as connection:
        assert size_of(connection) == 1
        assert seal(connection, key, NOON) is not None


def test_a_permission_that_is_missing_is_named(keeper: Keeper) -> None:
    keeper.deny()

    with pytest.raises(ProviderAccessError) as caught:
        keeper.opened().check()

    assert keeper.sign_permission in caught.value.what
    assert "docs/keys.md" in caught.value.hint


def test_a_key_of_another_kind_is_refused_with_the_kind_that_is_needed(keeper: Keeper) -> None:
    keeper.be_of_another_kind()

    with pytest.raises(ProviderResponseError, match="is none of Ed25519") as caught:
        keeper.opened().check()

    assert "25519" in caught.value.hint


def test_a_signature_of_another_key_is_never_published(keeper: Keeper) -> None:
    keeper.be_another()

    with pytest.raises(ProviderResponseError, match="not valid"):
        keeper.opened().sign(b"a checkpoint\n")


def test_trying_it_says_where_the_key_is(keeper: Keeper) -> None:
    assert "KMS" in keeper.opened().check()
