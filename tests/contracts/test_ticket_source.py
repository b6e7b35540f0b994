"""What every ticket system must do; a new one is one row of `SYSTEMS`."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.ticket import Edit, Ticket, TicketKind
from drift.model.ticket_search import TicketSearch
from providers.recorded.tickets import RecordedTickets, RecordedTicketsSettings
from tests.builders import NOON, a_ticket, an_approval
from tests.providers.tickets.github_system import github
from tests.providers.tickets.gitlab_system import gitlab
from tests.providers.tickets.jira_systems import jira_cloud, jira_data_center
from tests.providers.tickets.pagerduty_system import pagerduty
from tests.providers.tickets.servicenow_system import servicenow
from tests.providers.tickets.system import TicketSystem

HOUR = timedelta(hours=1)


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
    "jira-cloud": jira_cloud,
    "jira-data-center": jira_data_center,
    "servicenow": servicenow,
    "github-issues": github,
    "gitlab-issues": gitlab,
    "pagerduty-incidents": pagerduty,
}

ONLY_INCIDENTS = frozenset({"pagerduty-incidents"})
"""Systems whose tickets name no resource, and which nobody approves."""


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketSystem]:
    """Each system in turn, with no ticket in it. It must be asked for nothing that it would refuse."""
    with SYSTEMS[request.param](tmp_path) as opened:
        yield opened
        assert opened.server is None or opened.server.refused == []


@pytest.fixture(params=[name for name in SYSTEMS if name not in ONLY_INCIDENTS])
def scoped(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketSystem]:
    """Each system whose tickets say what they are for, and are approved."""
    with SYSTEMS[request.param](tmp_path) as opened:
        yield opened
        assert opened.server is None or opened.server.refused == []


def keys(system: TicketSystem, *keys: str, resources: tuple[str, ...] = ()) -> list[str]:
    return sorted(ticket.key for ticket in system.source.find(keys, resources))


def filed(system: TicketSystem, number: int = 1, **fields: object) -> Ticket:
    """File a ticket, and return how it is filed."""
    kind = next(iter(system.kinds)) if TicketKind.CHANGE not in system.kinds else TicketKind.CHANGE
    ticket = replace(
        a_ticket(system.key(number), kind=kind), requested_by=system.who("alice"), text="Please."
    )
    ticket = replace(ticket, **fields)  # type: ignore[arg-type]
    system.file(ticket)
    return ticket


def found(system: TicketSystem, number: int = 1) -> Ticket:
    [ticket] = system.source.find([system.key(number)], ())
    return ticket


# Finding


def test_a_ticket_is_found_by_its_key(system: TicketSystem) -> None:
    filed(system, 1)
    filed(system, 11)

    assert keys(system, system.key(1)) == [system.key(1)]


def test_a_ticket_is_found_by_a_resource_that_it_names(scoped: TicketSystem) -> None:
    filed(scoped, 1, resources=("sg-0abc", "sg-0def"))
    filed(scoped, 2)

    assert keys(scoped, resources=("sg-0def", "vpc-0abc")) == [scoped.key(1)]


def test_a_ticket_that_only_mentions_a_resource_is_not_for_it(scoped: TicketSystem) -> None:
    filed(scoped, 1, text="unlike sg-0abc, this one", resources=("sg-0def",))

    assert keys(scoped, resources=("sg-0abc",)) == []


def test_every_ticket_that_names_a_resource_is_found_however_many_pages_there_are(
    scoped: TicketSystem,
) -> None:
    for number in range(1, 8):
        filed(scoped, number, resources=("sg-0abc",))

    assert keys(scoped, resources=("sg-0abc",)) == sorted(map(scoped.key, range(1, 8)))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:iam::111122223333:role/service-role/deploy",
        "//compute.googleapis.com/projects/p/zones/europe-west1-b/instances/web-1",
        "/subscriptions/1111/resourceGroups/web/providers/Microsoft.Network/networkSecurityGroups/web",
    ],
)
def test_the_ids_of_every_cloud_are_found(scoped: TicketSystem, resource: str) -> None:
    filed(scoped, 1, resources=(resource,))

    assert keys(scoped, resources=(resource,)) == [scoped.key(1)]


@pytest.mark.parametrize(
    "resource",
    ['sg" OR project = "HR', "sg^ORnumber!=x", 'a\\" OR "', "sg-0abc)\n", "%', x", "sg-0abc repo:a/b"],
)
def test_what_an_attacker_calls_a_resource_asks_nothing_else(scoped: TicketSystem, resource: str) -> None:
    filed(scoped, 1, resources=("sg-0abc",))

    assert keys(scoped, resources=(resource,)) == []


def test_a_system_of_incidents_names_no_resources_and_finds_none_by_them(tmp_path: Path) -> None:
    for name in ONLY_INCIDENTS:
        with SYSTEMS[name](tmp_path) as system:
            filed(system, 1, text="Resources: sg-0abc")

            assert keys(system, resources=("sg-0abc",)) == []


def test_a_ticket_that_is_found_both_ways_comes_once(scoped: TicketSystem) -> None:
    filed(scoped, 1, resources=("sg-0abc",))

    assert keys(scoped, scoped.key(1), scoped.key(1), resources=("sg-0abc",)) == [scoped.key(1)]


def test_a_key_that_does_not_exist_is_left_out_and_hides_no_other(system: TicketSystem) -> None:
    """
    Keys are cut out of text that anybody may have written.
    """
    filed(system, 1)
    others = (
        system.key(999),
        "UTF-8",
        "",
        '" OR key ~ "x',
        "../x#1",
        "example/other#1",
        "CHG0000000",
        "a b",
        "é#1",
    )

    assert keys(system, *others, system.key(1)) == [system.key(1)]


def test_asked_for_nothing_it_finds_nothing(system: TicketSystem) -> None:
    filed(system, 1)

    assert keys(system) == []


def test_tickets_are_read_anew_each_time(system: TicketSystem) -> None:
    """
    Asking again is how an approval that comes late is seen.
    """
    filed(system, 1, title="Open the port")
    found(system)

    filed(system, 1, title="Open all ports")

    assert found(system).title == "Open all ports"


# What a ticket says


def test_what_decides_about_a_change_is_told_as_it_was_filed(scoped: TicketSystem) -> None:
    approvals = (
        an_approval(scoped.who("erin"), at=NOON - HOUR),
        an_approval(scoped.who("frank"), at=NOON, declined=True),
    )
    ticket = filed(
        scoped,
        approvals=approvals,
        resources=("sg-0abc",),
        accounts=("111122223333",),
        environments=("production",),
        window_start=NOON,
        window_end=NOON + HOUR,
    )

    told = found(scoped)

    assert (told.kind, told.created_at, told.title) == (ticket.kind, ticket.created_at, ticket.title)
    assert [(one.by, one.decision, one.at) for one in told.approvals] == [
        (one.by, one.decision, one.at) for one in ticket.approvals
    ]
    assert (told.window_start, told.window_end) == (ticket.window_start, ticket.window_end)
    assert (told.resources, told.accounts) == (ticket.resources, ticket.accounts)
    assert told.environments == ticket.environments
    assert told.requested_by == scoped.who("alice")
    assert "Please." in told.text


def test_an_incident_is_told_from_a_change(system: TicketSystem) -> None:
    keys = {kind: key_of(system, kind) for kind in system.kinds}
    for kind, key in keys.items():
        system.file(a_ticket(key, kind=kind))

    told = {one.key: one.kind for one in system.source.find(keys.values(), ())}

    assert told == {key: kind for kind, key in keys.items()}


def key_of(system: TicketSystem, kind: TicketKind) -> str:
    if kind is TicketKind.INCIDENT:
        return (system.incident_key or system.key)(2)
    return system.key(1)


def test_every_time_is_in_utc(system: TicketSystem) -> None:
    edit = Edit(at=NOON, by=system.who("erin"), field="title", before="Open a port", after="Open the port")
    filed(
        system,
        approvals=(an_approval(system.who("erin"), at=NOON),) if TicketKind.CHANGE in system.kinds else (),
        window_start=NOON if TicketKind.CHANGE in system.kinds else None,
        window_end=NOON + HOUR if TicketKind.CHANGE in system.kinds else None,
        history=(edit,),
        closed_at=NOON,
    )

    told = found(system)

    times = [told.created_at, told.updated_at, told.closed_at, *(one.at for one in told.history)]
    times += [*(one.at for one in told.approvals)]
    times += [told.window_start, told.window_end] if TicketKind.CHANGE in system.kinds else []
    for time in times:
        assert isinstance(time, datetime)
        assert time.utcoffset() == timedelta(0)


def test_an_open_ticket_is_told_from_a_closed_one_with_its_end(system: TicketSystem) -> None:
    filed(system, 1)
    filed(system, 2, closed_at=NOON + HOUR)

    open_, closed = found(system, 1), found(system, 2)

    assert (open_.is_open, open_.closed_at) == (True, None)
    assert (closed.is_open, closed.closed_at) == (False, NOON + HOUR)


def test_every_edit_is_told_with_who_made_it_when_and_where_the_oldest_first(system: TicketSystem) -> None:
    edits = tuple(
        Edit(
            at=NOON + HOUR * number,
            by=system.who("erin"),
            field="title",
            before=f"v{number}",
            after=f"v{number + 1}",
        )
        for number in range(5)
    )
    filed(system, history=edits)

    told = [one for one in found(system).history if one.field == "title"]

    assert told == ([] if "title" in found(system).untold else list(edits))


def test_reading_the_same_ticket_again_gives_the_same_snapshot_and_an_edit_another_one(
    system: TicketSystem,
) -> None:
    filed(system, 1)
    before, again = found(system).sha256, found(system).sha256

    filed(system, 1, title="Open all ports", updated_at=NOON)

    assert before == again
    assert found(system).sha256 != before


def test_somebody_whose_account_was_deleted_is_no_known_person(scoped: TicketSystem) -> None:
    """
    Two people who left are not one, and neither passes for somebody who is still there.
    """
    gone = replace(an_approval("5b10dead", at=NOON), is_by_deleted_user=True)
    filed(scoped, approvals=(an_approval(scoped.who("erin"), at=NOON - HOUR), gone))

    living, deleted = found(scoped).approvals

    assert (living.is_by_deleted_user, deleted.is_by_deleted_user) == (False, True)
    assert deleted.by != living.by


def test_a_deleted_ticket_is_told_from_one_that_never_was_where_the_system_remembers(
    system: TicketSystem,
) -> None:
    filed(system, 1)
    if system.delete is None:
        assert list(system.source.deleted([system.key(1), system.key(999)])) == []
        return

    system.delete(system.key(1))

    assert keys(system, system.key(1)) == []
    assert list(system.source.deleted([system.key(1), system.key(999)])) == [system.key(1)]


# Candidates


def test_candidates_fit_what_is_known_and_the_likeliest_comes_first(system: TicketSystem) -> None:
    filed(system, 1, title="Paint the fence", requested_by=system.who("bob"))
    filed(system, 2, title="Open the port for the new page", requested_by=system.who("bob"))
    filed(system, 3, title="Open the port", requested_by=system.who("alice"))

    search = TicketSearch(near=NOON, people=(system.who("alice"),), words=("port",))

    assert [one.key for one in system.source.candidates(search)] == [system.key(3), system.key(2)]


def test_no_more_candidates_come_than_are_wanted(system: TicketSystem) -> None:
    for number in range(1, 6):
        filed(system, number, title="Open the port")

    found = system.source.candidates(TicketSearch(near=NOON, words=("port",), limit=2))

    assert len(found) == 2


def test_tickets_of_another_season_are_no_candidates(system: TicketSystem) -> None:
    long_ago = NOON - timedelta(days=90)
    filed(system, 1, title="Open the port", created_at=long_ago, updated_at=long_ago)

    assert system.source.candidates(TicketSearch(near=NOON, words=("port",))) == []


@pytest.mark.parametrize(
    "word", ['" OR summary ~ "', "^NQnumber!=x", "repo:other/secret", "*", "\\", "\n", "is:open"]
)
def test_what_somebody_types_asks_nothing_else(system: TicketSystem, word: str) -> None:
    filed(system, 1, title="Paint the fence")

    assert system.source.candidates(TicketSearch(near=NOON, words=(word,))) == []


# When it cannot be asked


def test_trying_it_says_what_was_seen(system: TicketSystem) -> None:
    filed(system, 1)

    assert system.source.check()


def test_a_system_that_cannot_be_asked_says_so_with_the_next_step(system: TicketSystem) -> None:
    """
    No answer must not be taken for "no ticket".
    """
    filed(system, 1)
    system.break_down()

    with pytest.raises((ProviderUnavailableError, ProviderAccessError)) as raised:
        found(system)

    assert raised.value.hint
