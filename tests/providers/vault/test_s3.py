"""What S3 says that no other host of a vault does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.aws.vault import S3Vault, S3VaultSettings
from tests.builders import NOON
from tests.contracts.test_raw_vault import DAY, FIRST_KEY, a_record
from tests.providers.state_stores import s3
from tests.providers.state_stores.proxy import Proxy, proxy_of
from tests.providers.state_stores.servers import Servers

CONFLICT = b"<Error><Code>ConditionalRequestConflict</Code><Message>Try again.</Message></Error>"

NOT_DELETED = (
    b"<DeleteResult><Error><Key>driftledger/2026-11-16/a.pack</Key><Code>AccessDenied</Code>"
    b"<Message>Access Denied because object protected by object lock.</Message></Error></DeleteResult>"
)


@contextmanager
def a_vault(servers: Servers) -> Iterator[tuple[S3Vault, Proxy]]:
    bucket = s3.a_bucket(servers.moto)
    with pytest.MonkeyPatch.context() as environment, proxy_of(servers.moto) as proxy:
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        settings = S3VaultSettings(bucket=bucket, key=Secret(FIRST_KEY), region=s3.REGION, endpoint=proxy.url)
        yield S3Vault(settings), proxy


def test_a_pack_that_another_run_is_just_writing_is_not_taken_for_kept(state_servers: Servers) -> None:
    """
    That run may yet fail, and the record would be nowhere.
    """
    with a_vault(state_servers) as (vault, proxy):
        proxy.refuse(409, CONFLICT)

        with pytest.raises(ProviderUnavailableError) as raised:
            vault.keep([a_record(b"one")], NOON)

    assert raised.value.hint


def test_what_a_lock_of_the_bucket_holds_is_told_and_not_counted_as_erased(state_servers: Servers) -> None:
    """
    S3 answers 200, and says in the body what it did not delete.
    """
    with a_vault(state_servers) as (vault, proxy):
        vault.keep([a_record(b"one")], NOON)
        proxy.answer = lambda method, _path, _headers: (200, {}, NOT_DELETED) if method == "POST" else None

        with pytest.raises(ProviderAccessError, match="did not delete 1"):
            vault.erase(NOON + 3 * DAY)

        proxy.answer = None
        assert vault.count(NOON + 3 * DAY) == 1


def test_objects_carry_neither_names_nor_content_of_records(state_servers: Servers) -> None:
    with a_vault(state_servers) as (vault, proxy):
        vault.keep([a_record(b"password=hunter2-planted")], NOON)

        (put,) = [one for one in proxy.asked if one.method == "PUT"]

    assert put.path.endswith(".pack")
    assert "/driftledger/2026-11-16/" in put.path
    assert put.headers["if-none-match"] == "*"
