"""What everything must do that knows who is on call; they are the rows of `ROTAS`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import OnCall
from providers.pagerduty.on_call import PagerDutyOnCall, PagerDutyOnCallSettings
from tests.providers.pagerduty.rota import Rota
from tests.providers.tickets.server import TOKEN, Answer, Server, served


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A service in which people are called by a schedule, and a policy with two levels."""

    source: OnCall
    with_token: Callable[[str], OnCall]
    schedule: str
    policy: str
    put: Callable[[str, str, int], None]
    """Put somebody on call: by which id, their address, at which level."""
    delete_last: Callable[[], None]
    """The account of whoever was put on call last is deleted."""
    loop: Callable[[], None]
    server: Server


@contextmanager
def pagerduty() -> Iterator[Known]:
    """PagerDuty's REST API."""
    service = Rota()
    with served(service) as server:

        def source(token: str) -> OnCall:
            return PagerDutyOnCall(PagerDutyOnCallSettings(token=Secret(token), base_url=server.url))

        yield Known(
            source=source(TOKEN),
            with_token=source,
            schedule="PSCHED1",
            policy="policy/PPOLICY1",
            put=service.put,
            delete_last=service.delete_last,
            loop=lambda: setattr(service, "is_looping", True),
            server=server,
        )


ROTAS: dict[str, Callable[[], AbstractContextManager[Known]]] = {"pagerduty": pagerduty}


@pytest.fixture(params=ROTAS)
def known(request: pytest.FixtureRequest) -> Iterator[Known]:
    """Each in turn, with nobody on call; nothing may have been asked wrongly at the end."""
    with ROTAS[request.param]() as opened:
        yield opened
        assert opened.server.refused == []


def test_a_check_says_what_it_saw(known: Known) -> None:
    assert known.source.check()


def test_nobody_may_be_on_call(known: Known) -> None:
    assert known.source.who(known.schedule) == ()


def test_who_is_on_call_is_found_by_a_schedule(known: Known) -> None:
    known.put("PSCHED1", "alice@example.com", 1)
    known.put("PSCHED2", "bob@example.com", 1)

    assert known.source.who(known.schedule) == ("alice@example.com",)
    assert known.source.who(f"schedule/{known.schedule}") == ("alice@example.com",)


def test_whoever_is_called_first_stands_first_on_all_pages_and_once(known: Known) -> None:
    for address, level in (("dan", 2), ("alice", 1), ("carol", 3), ("alice", 2), ("bob", 1)):
        known.put("PPOLICY1", f"{address}@example.com", level)

    found = [address.partition("@")[0] for address in known.source.who(known.policy)]

    assert found == ["alice", "bob", "dan", "carol"]


def test_who_was_deleted_is_passed_over(known: Known) -> None:
    known.put("PSCHED1", "alice@example.com", 1)
    known.put("PSCHED1", "bob@example.com", 1)
    known.delete_last()

    assert known.source.who(known.schedule) == ("alice@example.com",)


def test_pages_without_end_are_an_error(known: Known) -> None:
    for number in range(5):
        known.put("PSCHED1", f"p{number}@example.com", 1)
    known.loop()

    with pytest.raises(ProviderResponseError):
        known.source.who(known.schedule)


def test_a_wrong_token_is_refused_access(known: Known) -> None:
    with pytest.raises(ProviderAccessError):
        known.with_token("wrong").check()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, ProviderAccessError),
        (404, ProviderResponseError),
        (410, ProviderResponseError),
        (429, ProviderUnavailableError),
        (500, ProviderUnavailableError),
        (503, ProviderUnavailableError),
    ],
)
def test_a_refusal_says_what_it_means(known: Known, status: int, error: type[Exception]) -> None:
    known.server.fault = lambda _: Answer(status=status, body={"error": {"message": "no", "code": 1}})

    with pytest.raises(error) as raised:
        known.source.who(known.schedule)

    assert "who is on call" in str(raised.value)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("body", [b"{oops", {}, {"oncalls": [{}]}, {"oncalls": None}, []])
def test_an_answer_that_is_none_is_an_error(known: Known, body: object) -> None:
    known.server.fault = lambda _: Answer(body=body)

    with pytest.raises(ProviderResponseError):
        known.source.who(known.schedule)
