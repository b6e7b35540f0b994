"""What only PagerDuty does: a log of what happened, users that are gone, services that count or do not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from drift.errors import ProviderUnavailableError
from drift.model.ticket import Edit, Ticket, TicketKind
from providers.pagerduty.tickets import PagerDutyIncidents, PagerDutyIncidentsSettings
from tests.builders import NOON, a_ticket
from tests.providers.tickets.pagerduty import PagerDuty
from tests.providers.tickets.pagerduty_system import SITE, an_entry, file, settings_for
from tests.providers.tickets.server import Answer, Server, served

HOUR = timedelta(hours=1)
KEY = f"{SITE}#Q02JTSNZWHSEKV"


@pytest.fixture
def service() -> PagerDuty:
    """An account with an incident."""
    made = PagerDuty()
    file(made, replace(a_ticket(KEY, kind=TicketKind.INCIDENT), assignee="erin@example.com"))
    return made


@pytest.fixture
def server(service: PagerDuty) -> Iterator[Server]:
    """Its server. Nothing may be asked that it would refuse."""
    with served(service) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def settings(server: Server) -> PagerDutyIncidentsSettings:
    """Those of that account."""
    return settings_for(server.url)


def only_ticket(settings: PagerDutyIncidentsSettings) -> Ticket:
    [ticket] = PagerDutyIncidents(settings).find([KEY], ())
    return ticket


@pytest.mark.parametrize(
    ("type_", "status"),
    [
        ("trigger_log_entry", "triggered"),
        ("acknowledge_log_entry", "acknowledged"),
        ("unacknowledge_log_entry", "triggered"),
        ("resolve_log_entry", "resolved"),
    ],
)
def test_who_set_its_status_is_told(
    service: PagerDuty, settings: PagerDutyIncidentsSettings, type_: str, status: str
) -> None:
    edit = Edit(at=NOON, by="erin@example.com", field="status", after=status)
    service.logs["Q02JTSNZWHSEKV"] = [an_entry(service, edit, type_)]

    assert only_ticket(settings).history == (edit,)


def test_what_else_was_done_is_told_by_its_name(
    service: PagerDuty, settings: PagerDutyIncidentsSettings
) -> None:
    edit = Edit(at=NOON, by=None, field="priority change")
    service.logs["Q02JTSNZWHSEKV"] = [an_entry(service, edit, "priority_change_log_entry")]

    assert only_ticket(settings).history == (edit,)


def test_that_somebody_was_told_is_no_edit(service: PagerDuty, settings: PagerDutyIncidentsSettings) -> None:
    edit = Edit(at=NOON, by="erin@example.com", field="x")
    service.logs["Q02JTSNZWHSEKV"] = [an_entry(service, edit, "notify_log_entry")]

    assert only_ticket(settings).history == ()


def test_what_an_integration_did_nobody_did(service: PagerDuty, settings: PagerDutyIncidentsSettings) -> None:
    service.incidents["Q02JTSNZWHSEKV"]["first_trigger_log_entry"]["agent"] = {
        "id": "PINT",
        "type": "events_api_v2_inbound_integration_reference",
        "summary": "Prometheus",
    }

    assert only_ticket(settings).requested_by is None


def test_a_user_who_was_deleted_is_named_by_an_id(
    service: PagerDuty, settings: PagerDutyIncidentsSettings
) -> None:
    service.users.clear()

    ticket = only_ticket(settings)

    assert (ticket.requested_by, ticket.assignee) == ("PALICE", "PERIN")


def test_a_user_is_asked_for_once(
    service: PagerDuty, server: Server, settings: PagerDutyIncidentsSettings
) -> None:
    edits = [Edit(at=NOON + HOUR * n, by="erin@example.com", field="x") for n in range(5)]
    service.logs["Q02JTSNZWHSEKV"] = [an_entry(service, edit) for edit in edits]

    only_ticket(settings)

    assert [asked.path for asked in server.asked].count("/users/PERIN") == 1


def test_only_incidents_of_the_configured_services_count(settings: PagerDutyIncidentsSettings) -> None:
    found = {
        service: PagerDutyIncidents(structs.replace(settings, services=(service,))).find([KEY], ())
        for service in ("PSERVICE", "POTHER")
    }

    assert [bool(found[service]) for service in ("PSERVICE", "POTHER")] == [True, False]


@pytest.mark.parametrize("key", ["other.pagerduty.com#Q02JTSNZWHSEKV", f"{SITE}#../users/x", f"{SITE}#q02"])
def test_what_is_no_key_of_this_account_is_not_asked_for(
    server: Server, settings: PagerDutyIncidentsSettings, key: str
) -> None:
    assert PagerDutyIncidents(settings).find([key], ()) == []
    assert server.asked == []


def test_the_limit_says_in_seconds_when_it_is_lifted(
    server: Server, settings: PagerDutyIncidentsSettings
) -> None:
    server.fault = lambda _: Answer(status=429, body={}, headers={"ratelimit-reset": "23"})

    with pytest.raises(ProviderUnavailableError) as raised:
        PagerDutyIncidents(settings).find([KEY], ())

    assert raised.value.retry_after == timedelta(seconds=23)
