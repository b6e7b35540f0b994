"""What every service that keeps keys must do; a new one is one row of `SERVICES`."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
from boto3.session import Session

from drift.errors import ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.ports import KeyService
from providers.aws.kms import AwsKms
from tests.providers.aws.moto import simulated_aws

DATA_KEY = os.urandom(32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Keeper:
    """A key service with two keys."""

    service: KeyService
    key: str
    other: str
    seal: Callable[[bytes], bytes]
    """Seal something with `key`."""
    break_down: Callable[[], None]


@contextmanager
def aws_kms() -> Iterator[Keeper]:
    """AWS KMS, as moto simulates it."""
    with simulated_aws() as aws:
        client = Session().client("kms")
        key, other = (client.create_key()["KeyMetadata"]["Arn"] for _ in range(2))

        def seal(plain: bytes) -> bytes:
            sealed: bytes = client.encrypt(KeyId=key, Plaintext=plain)["CiphertextBlob"]
            return sealed

        yield Keeper(
            service=AwsKms(),
            key=key,
            other=other,
            seal=seal,
            break_down=aws.stop,
        )


SERVICES: dict[str, Callable[[], AbstractContextManager[Keeper]]] = {"aws_kms": aws_kms}


@pytest.fixture(params=SERVICES)
def keeper(request: pytest.FixtureRequest) -> Iterator[Keeper]:
    """Each kind of service in turn."""
    with SERVICES[request.param]() as opened:
        yield opened


def test_what_was_sealed_with_a_key_is_opened_with_it(keeper: Keeper) -> None:
    assert keeper.service.unseal(keeper.seal(DATA_KEY), keeper.key) == DATA_KEY


def test_what_was_sealed_tells_its_key_where_none_is_named(keeper: Keeper) -> None:
    assert keeper.service.unseal(keeper.seal(DATA_KEY), None) == DATA_KEY


def test_another_key_than_the_one_that_sealed_it_opens_nothing(keeper: Keeper) -> None:
    with pytest.raises(ProviderError) as caught:
        keeper.service.unseal(keeper.seal(DATA_KEY), keeper.other)

    assert not isinstance(caught.value, ProviderUnavailableError)
    assert caught.value.hint


def test_what_was_never_sealed_is_refused(keeper: Keeper) -> None:
    with pytest.raises(ProviderResponseError) as caught:
        keeper.service.unseal(b"never sealed", keeper.key)

    assert caught.value.hint


def test_a_service_that_cannot_be_reached_says_so(keeper: Keeper) -> None:
    sealed = keeper.seal(DATA_KEY)
    keeper.break_down()

    with pytest.raises(ProviderUnavailableError) as caught:
        keeper.service.unseal(sealed, keeper.key)

    assert caught.value.hint
