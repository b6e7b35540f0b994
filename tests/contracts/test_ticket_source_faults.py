"""What every ticket system must say when its service refuses, fails, or answers something else."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.ticket import Edit, TicketKind
from drift.model.ticket_search import TicketSearch
from tests.builders import NOON, an_approval
from tests.contracts.test_ticket_source import SYSTEMS, filed, found
from tests.providers.tickets.server import TOKEN, Answer, Asked, Server
from tests.providers.tickets.system import TicketSystem

SERVED = [name for name in SYSTEMS if name != "recorded"]


@pytest.fixture(params=SERVED)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketSystem]:
    """Each system that is a service, in turn, with one ticket in it."""
    with SYSTEMS[request.param](tmp_path) as opened:
        erin = opened.who("erin")
        edits = [Edit(at=NOON, by=erin, field="title", before=f"v{n}", after=f"v{n + 1}") for n in range(5)]
        filed(opened, 1, history=tuple(edits))
        yield opened


def always(answer: Answer) -> Callable[[Asked], Answer]:
    return lambda _: answer


def server_of(system: TicketSystem) -> Server:
    assert system.server is not None
    return system.server


def error_of(ask: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        ask()
    assert TOKEN not in f"{raised.value}{raised.value.hint}{raised.value.__cause__!r}"
    assert raised.value.hint
    return raised.value


def test_another_token_is_refused_and_shown_to_nobody(system: TicketSystem) -> None:
    assert system.with_token is not None
    stranger = system.with_token("wr0ng-token")

    error = error_of(stranger.check)

    assert isinstance(error, ProviderAccessError)
    assert "status 401" in error.what
    assert "wr0ng" not in f"{error}{stranger!r}"


@pytest.mark.parametrize("token", ["", "two words", "line\nend", "\N{SNOWMAN}"])
def test_what_can_be_no_token_is_said_without_quoting_it(system: TicketSystem, token: str) -> None:
    assert system.with_token is not None

    error = error_of(system.with_token(token).check)

    assert isinstance(error, ProviderAccessError)
    assert not token or token not in str(error)
    assert server_of(system).asked == []


def test_a_permission_that_is_missing_is_named(system: TicketSystem) -> None:
    server_of(system).fault = always(system.forbidden)

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderAccessError)
    assert system.permission in error.what
    assert "docs/tickets.md" in error.hint


def test_a_refusal_that_quotes_the_token_is_passed_on_without_it(system: TicketSystem) -> None:
    def quoting(asked: Asked) -> Answer:
        shown = asked.headers.get("private-token") or asked.headers["authorization"]
        sent = shown.rpartition(" ")[2].removeprefix("token=")
        return Answer(status=403, body={"message": f"the token {sent} lacks a permission"})

    server_of(system).fault = quoting

    error = error_of(lambda: found(system))

    assert error.what.endswith("the token (hidden) lacks a permission")


def test_a_service_that_wants_fewer_requests_says_when_to_ask_again(system: TicketSystem) -> None:
    server_of(system).fault = always(Answer(status=429, body={}, headers={"Retry-After": "17"}))

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderUnavailableError)
    assert error.retry_after == timedelta(seconds=17)


@pytest.mark.parametrize("wait", ["soon", "-5", "nan", "", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_is_none(system: TicketSystem, wait: str) -> None:
    server_of(system).fault = always(Answer(status=429, body={}, headers={"Retry-After": wait}))

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderUnavailableError)
    assert error.retry_after is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_broken_service_may_be_asked_again(system: TicketSystem, status: int) -> None:
    server_of(system).fault = always(Answer(status=status, body=b"<html>Bad gateway</html>"))

    assert isinstance(error_of(lambda: found(system)), ProviderUnavailableError)


def test_an_answer_that_breaks_off_may_be_asked_for_again(system: TicketSystem) -> None:
    server_of(system).fault = always(Answer(body=b'{"iss', headers={"Content-Length": "1000"}))

    assert isinstance(error_of(lambda: found(system)), ProviderUnavailableError)


def test_an_interface_that_is_gone_is_told_from_an_empty_answer(system: TicketSystem) -> None:
    server_of(system).fault = always(Answer(status=410, body={}))

    assert isinstance(error_of(system.source.check), ProviderResponseError)


@pytest.mark.parametrize(
    "body", [b'{"issues": [', b"", b"\xff\xfe", b"[" * 100_000, b"null", b'"text"', b"7"]
)
def test_what_is_no_such_answer_is_refused(system: TicketSystem, body: bytes) -> None:
    server_of(system).fault = always(Answer(body=body))

    assert isinstance(error_of(lambda: found(system)), ProviderResponseError)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Sign in</title>", b"<html></html>"])
def test_a_page_to_sign_in_is_no_answer(system: TicketSystem, page: bytes) -> None:
    server_of(system).fault = always(Answer(body=page, headers={"Content-Type": "text/html"}))

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderAccessError)
    assert "web page" in error.what


@pytest.mark.parametrize("status", [302, 303, 307])
def test_the_token_follows_no_redirection(system: TicketSystem, status: int) -> None:
    server = server_of(system)
    server.fault = always(Answer(status=status, body=b"", headers={"Location": f"{server.url}/login"}))

    error = error_of(system.source.check)

    assert isinstance(error, ProviderAccessError)
    assert not any(asked.path == "/login" for asked in server.asked)


def test_pages_that_lead_in_a_circle_come_to_an_end(system: TicketSystem) -> None:
    assert system.loop is not None
    system.loop()

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderResponseError)
    assert "no end" in error.what


def test_a_field_that_is_missing_is_named(system: TicketSystem) -> None:
    assert system.drop is not None
    system.drop(system.required)

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderResponseError)
    assert system.required in error.what


def test_a_time_that_is_none_is_refused(system: TicketSystem) -> None:
    assert system.source.find([system.key(1)], ())
    assert system.spoil_time is not None
    system.spoil_time()

    error = error_of(lambda: found(system))

    assert isinstance(error, ProviderResponseError)
    assert "is no time" in error.what


ODD = (None, True, -1, 10**30, 0.5, "", "x", "\ud800", "2026-99-99", "..", [], {}, [None], {"x": 1})
"""What may stand in an answer in the place of what should."""


@pytest.mark.parametrize("seed", range(12))
def test_whatever_stands_in_an_answer_only_our_errors_come_out(system: TicketSystem, seed: int) -> None:
    """
    One odd value of one ticket must not end the cycle with an error that nobody expects.
    """
    server, chance = server_of(system), Random(seed)
    if TicketKind.CHANGE in system.kinds:
        approval = an_approval(system.who("erin"), at=NOON)
        filed(system, 1, approvals=(approval,), resources=("sg-0abc",), window_start=NOON, window_end=NOON)
    server.fault = lambda asked: _spoilt(server, asked, chance)

    with suppress(ProviderError):
        system.source.find([system.key(1)], ["sg-0abc"])
    with suppress(ProviderError):
        system.source.candidates(TicketSearch(near=NOON, people=(system.who("alice"),), words=("port",)))


def _spoilt(server: Server, asked: Asked, chance: Random) -> Answer | None:
    """Answer as the service does, but for one value."""
    if chance.random() < 0.5:
        return None
    answer = server.service.answer(asked)
    body = deepcopy(answer.body)
    places = list(_places(body))
    if places:
        container, key = chance.choice(places)
        container[key] = chance.choice(ODD)
    return Answer(status=answer.status, body=body, headers=answer.headers)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a document where a value stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield value, key
        yield from _places(one)
