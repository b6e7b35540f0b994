"""Which tickets a person is shown to choose from."""

from dataclasses import replace
from datetime import datetime, timedelta

from drift.model.ticket import Ticket
from drift.model.ticket_search import MOST_CANDIDATES, TicketSearch
from providers.ticket_candidates import likeliest
from tests.builders import NOON, a_ticket

HOUR = timedelta(hours=1)


def ticket(key: str, *, at: datetime = NOON - HOUR, is_open: bool = True, **fields: object) -> Ticket:
    made = replace(a_ticket(key), updated_at=at, is_open=is_open, requested_by="bob@example.com")
    return replace(made, **fields)  # type: ignore[arg-type]


def keys(search: TicketSearch, *tickets: Ticket) -> list[str]:
    return [one.key for one in likeliest(search, tickets)]


def test_a_resource_weighs_more_than_a_person_and_a_person_more_than_words() -> None:
    search = TicketSearch(
        near=NOON, people=("alice@example.com",), resources=("sg-0abc",), words=("open", "port", "now")
    )

    assert keys(
        search,
        ticket("OPS-1", title="open the port now"),
        ticket("OPS-2", title="x", assignee="Alice@example.com"),
        ticket("OPS-3", title="x", resources=("sg-0abc",)),
        ticket("OPS-4", title="x", text="about SG-0ABC"),
        ticket("OPS-5", title="x"),
    ) == ["OPS-3", "OPS-4", "OPS-2", "OPS-1"]


def test_of_equals_the_open_one_comes_first_and_then_the_latest() -> None:
    search = TicketSearch(near=NOON, words=("port",))

    assert keys(
        search,
        ticket("OPS-1", is_open=False, at=NOON),
        ticket("OPS-2", at=NOON - 2 * HOUR),
        ticket("OPS-3", at=NOON - HOUR),
    ) == ["OPS-3", "OPS-2", "OPS-1"]


def test_without_any_hint_time_alone_decides() -> None:
    found = keys(
        TicketSearch(near=NOON), ticket("OPS-1", at=NOON - 2 * HOUR), ticket("OPS-2", at=NOON - HOUR)
    )

    assert found == ["OPS-2", "OPS-1"]


def test_a_ticket_of_another_time_is_none() -> None:
    search = TicketSearch(near=NOON, words=("port",), within=HOUR * 24)

    assert keys(search, ticket("OPS-1", at=NOON - timedelta(days=2))) == []
    assert keys(search, ticket("OPS-2", at=NOON + HOUR * 50, created_at=NOON + HOUR * 48)) == []


def test_nobody_is_shown_more_than_a_list_can_hold() -> None:
    many = [ticket(f"OPS-{number}") for number in range(50)]

    assert len(keys(TicketSearch(near=NOON, limit=1000), *many)) == MOST_CANDIDATES
    assert keys(TicketSearch(near=NOON, limit=-1), *many) == []
