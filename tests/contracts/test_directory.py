"""What every directory must do; a new one is one row of `DIRECTORIES`."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from providers import catalog
from providers.meter import Meter, metered
from tests.providers.directories.entra import entra
from tests.providers.directories.identity_center import identity_center
from tests.providers.directories.okta import okta
from tests.providers.directories.slack import slack
from tests.providers.directories.system import DirectorySystem, Entry
from tests.providers.directories.workspace import workspace

DIRECTORIES: dict[str, Callable[[Path], AbstractContextManager[DirectorySystem]]] = {
    "okta": okta,
    "entra": entra,
    "aws-identity-center": identity_center,
    "google-workspace": workspace,
    "slack": slack,
}


@pytest.fixture(params=DIRECTORIES)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DirectorySystem]:
    """Each directory in turn, empty."""
    with DIRECTORIES[request.param](tmp_path) as opened:
        yield opened


def names_in(system: DirectorySystem) -> list[set[str]]:
    return [{one.name, *one.names} for one in system.directory.people()]


def error_of(ask: Callable[[], object], system: DirectorySystem) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        ask()
    assert system.secret not in f"{raised.value}{raised.value.__cause__!r}"
    assert raised.value.hint
    return raised.value


def test_every_directory_is_tried_here() -> None:
    assert DIRECTORIES.keys() == catalog.DIRECTORIES.keys()


def test_a_person_has_every_name_that_proves_who_it_is_and_no_other(system: DirectorySystem) -> None:
    """
    What people call themselves would let them pass for somebody else.
    """
    one, other = Entry(number=1, github="alice-gh"), Entry(number=2)
    system.enrol(one)
    system.enrol(other)

    found = names_in(system)

    assert sorted(found, key=sorted) == sorted([system.names(one), system.names(other)], key=sorted)
    assert system.directory.people()[0].name == one.mail
    assert system.refused == []


def test_everybody_on_every_page_comes_once(system: DirectorySystem) -> None:
    entries = [Entry(number=number) for number in range(system.many)]
    for one in entries:
        system.enrol(one)

    found = names_in(system)

    assert len(found) == system.many
    assert all(any(one.mail in names for names in found) for one in entries)
    assert system.refused == []


def test_who_was_deactivated_keeps_every_name(system: DirectorySystem) -> None:
    """
    They may have approved something before.
    """
    gone = Entry(number=7, is_active=False)
    system.enrol(Entry(number=1))
    system.enrol(gone)

    assert system.names(gone) in names_in(system)


def test_an_empty_directory_knows_nobody_and_works(system: DirectorySystem) -> None:
    assert list(system.directory.people()) == []
    assert system.directory.check()


def test_a_check_says_how_many_it_saw_and_names_nobody(system: DirectorySystem) -> None:
    system.enrol(Entry(number=1))

    seen = system.directory.check()

    assert "1 " in seen
    assert "@" not in seen


def test_credentials_that_are_refused_are_said_to_be(system: DirectorySystem) -> None:
    stranger = system.stranger()

    for ask in (stranger.check, stranger.people):
        assert isinstance(error_of(ask, system), ProviderAccessError)


def test_a_permission_that_is_missing_is_named(system: DirectorySystem) -> None:
    system.enrol(Entry(number=1))
    system.forbid()

    for ask in (system.directory.check, system.directory.people):
        error = error_of(ask, system)
        assert isinstance(error, ProviderAccessError)
        assert system.permission in str(error)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_service_that_fails_may_be_asked_again(system: DirectorySystem, status: int) -> None:
    system.refuse(status, b"<html>upstream trouble</html>")

    assert isinstance(error_of(system.directory.people, system), ProviderUnavailableError)


def test_a_service_that_wants_fewer_requests_says_when_it_may_be_asked_again(system: DirectorySystem) -> None:
    system.refuse(429, b"{}", Retry_After="30")

    error = error_of(system.directory.people, system)

    assert isinstance(error, ProviderUnavailableError)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("body", [b"", b"[", b"null", b'"x"', b"[1]", b'{"value": [1]}', b"\xff\xfe"])
def test_what_is_no_answer_is_an_error_and_never_an_empty_directory(
    system: DirectorySystem, body: bytes
) -> None:
    system.enrol(Entry(number=1))
    system.refuse(200, body)

    error_of(system.directory.people, system)


def test_an_entry_without_what_every_entry_has_is_an_error(system: DirectorySystem) -> None:
    system.enrol(Entry(number=1))
    system.drop()

    error_of(system.directory.people, system)


def test_pages_without_an_end_are_left(system: DirectorySystem) -> None:
    system.enrol(Entry(number=1))
    system.loop()

    assert isinstance(error_of(system.directory.people, system), ProviderResponseError)


@pytest.mark.parametrize("name", DIRECTORIES)
def test_a_directory_counts_its_calls_and_those_that_were_throttled(name: str, tmp_path: Path) -> None:
    meter = Meter("directory", name)
    with metered(meter), DIRECTORIES[name](tmp_path) as system:
        assert meter.read().made == 0
        system.directory.check()
        made = meter.read()
        system.refuse(429, b"{}")
        error_of(system.directory.people, system)

    assert made.made > 0
    assert (made.throttled, meter.read().throttled) == (0, 1)


def test_okta_says_at_what_time_its_limit_is_lifted(tmp_path: Path) -> None:
    with okta(tmp_path) as system:
        system.refuse(429, b"{}", X_Rate_Limit_Reset=str(int(time.time()) + 600))

        error = error_of(system.directory.people, system)

    assert isinstance(error, ProviderUnavailableError)
    assert error.retry_after is not None
    assert timedelta(minutes=5) < error.retry_after <= timedelta(minutes=10)


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
def test_google_refuses_with_403_what_it_would_not_a_little_later(reason: str, tmp_path: Path) -> None:
    with workspace(tmp_path) as system:
        system.refuse(
            403, {"error": {"code": 403, "errors": [{"reason": reason}], "message": "Quota exceeded"}}
        )

        assert isinstance(error_of(system.directory.people, system), ProviderUnavailableError)
