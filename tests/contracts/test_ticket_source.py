"""What every ticket system must do; a new one is one row of `SYSTEMS`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.ticket import Ticket, TicketKind
from drift.ports import TicketSource
from providers.recorded.tickets import RecordedTickets, RecordedTicketsSettings
from tests.builders import NOON, a_ticket, an_approval

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketSystem:
    """A source of tickets, with what people do at its other end."""

    source: TicketSource
    file: Callable[[Ticket], None]
    """Make a ticket, or bring the one with its key up to date."""
    break_down: Callable[[], None]


@contextmanager
def recorded(folder: Path) -> Iterator[TicketSystem]:
    """Recorded tickets."""
    path = folder / "tickets.json"
    tickets: dict[str, Ticket] = {}

    def file(ticket: Ticket) -> None:
        tickets[ticket.key] = ticket
        write()

    def write() -> None:
        path.write_text(json.dumps({"tickets": [_row(one) for one in tickets.values()]}))

    write()
    yield TicketSystem(
        source=RecordedTickets(RecordedTicketsSettings(path=str(path))), file=file, break_down=path.unlink
    )


def _row(ticket: Ticket) -> dict[str, object]:
    row: dict[str, object] = msgspec.to_builtins(ticket)
    start, end = row.pop("window_start"), row.pop("window_end")
    for derived in ("is_open", "text_sha256", "untold"):
        del row[derived]
    return row | {"window": {"start": start, "end": end} if start else None}


SYSTEMS: dict[str, Callable[[Path], AbstractContextManager[TicketSystem]]] = {
    "recorded": recorded,
}


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketSystem]:
    """Each system in turn, with no ticket in it."""
    with SYSTEMS[request.param](tmp_path) as opened:
        yield opened


def keys(system: TicketSystem, *keys: str, resources: tuple[str, ...] = ()) -> list[str]:
    return sorted(ticket.key for ticket in system.source.find(keys, resources))


def test_a_ticket_is_found_by_its_key(system: TicketSystem) -> None:
    system.file(a_ticket("OPS-1"))
    system.file(a_ticket("OPS-11"))

    assert keys(system, "OPS-1") == ["OPS-1"]


def test_a_ticket_is_found_by_a_resource_that_it_names(system: TicketSystem) -> None:
    system.file(a_ticket("OPS-1", resources=("sg-0abc", "sg-0def")))
    system.file(a_ticket("OPS-2"))

    assert keys(system, resources=("sg-0def", "vpc-0abc")) == ["OPS-1"]


def test_a_ticket_that_is_found_both_ways_comes_once(system: TicketSystem) -> None:
    system.file(a_ticket("OPS-1", resources=("sg-0abc",)))

    assert keys(system, "OPS-1", "OPS-1", resources=("sg-0abc",)) == ["OPS-1"]


def test_a_key_that_does_not_exist_is_left_out_and_hides_no_other(system: TicketSystem) -> None:
    """
    Keys are cut out of text that anybody may have written.
    """
    system.file(a_ticket("OPS-1"))

    assert keys(system, "OPS-999", "OPS-1", "UTF-8", "", '" OR key ~ "x') == ["OPS-1"]


def test_asked_for_nothing_it_finds_nothing(system: TicketSystem) -> None:
    system.file(a_ticket("OPS-1"))

    assert keys(system) == []


def test_what_decides_about_a_change_is_told_as_it_was_filed(system: TicketSystem) -> None:
    ticket = a_ticket(
        kind=TicketKind.INCIDENT,
        approvals=(an_approval(at=NOON - HOUR), an_approval("mallory@example.com", at=NOON, declined=True)),
        window=(NOON, NOON + HOUR),
    )
    system.file(ticket)

    (found,) = system.source.find(["OPS-1"], ())

    assert (found.kind, found.created_at) == (ticket.kind, ticket.created_at)
    assert found.approvals == ticket.approvals
    assert (found.window_start, found.window_end) == (ticket.window_start, ticket.window_end)


def test_every_time_is_in_utc(system: TicketSystem) -> None:
    system.file(a_ticket(approvals=(an_approval(at=NOON),), window=(NOON, NOON + HOUR)))

    (found,) = system.source.find(["OPS-1"], ())

    times = (found.created_at, found.updated_at, found.approvals[0].at, found.window_start, found.window_end)
    for time in times:
        assert isinstance(time, datetime)
        assert time.utcoffset() == timedelta(0)


def test_tickets_are_read_anew_each_time(system: TicketSystem) -> None:
    """
    Asking again is how an approval that comes late is seen.
    """
    system.file(a_ticket())
    keys(system, "OPS-1")

    system.file(a_ticket(approvals=(an_approval(at=NOON),)))

    (found,) = system.source.find(["OPS-1"], ())
    assert [one.by for one in found.approvals] == ["erin@example.com"]


def test_a_system_that_cannot_be_asked_says_so_with_the_next_step(system: TicketSystem) -> None:
    """
    No answer must not be taken for "no ticket".
    """
    system.file(a_ticket())
    system.break_down()

    with pytest.raises((ProviderUnavailableError, ProviderAccessError)) as raised:
        system.source.find(["OPS-1"], ())

    assert raised.value.hint
