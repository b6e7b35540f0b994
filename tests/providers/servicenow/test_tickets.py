"""What only ServiceNow does: rules that hide rows, an audit that few may read, decisions for others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from drift.errors import ProviderAccessError
from drift.model.secret import Secret
from drift.model.ticket import Edit, Ticket, TicketKind
from providers.servicenow.tables import askable
from providers.servicenow.tickets import ServiceNow, ServiceNowSettings
from tests.builders import NOON, a_ticket, an_approval
from tests.providers.tickets import servicenow as standing
from tests.providers.tickets.server import TOKEN, Answer, Server, served
from tests.providers.tickets.servicenow_system import an_edit, file, know, stamp

HOUR = timedelta(hours=1)
KEY = "CHG0030001"


@pytest.fixture
def service() -> standing.ServiceNow:
    """An instance without rows."""
    return standing.ServiceNow()


@pytest.fixture
def server(service: standing.ServiceNow) -> Iterator[Server]:
    """Its server. Nothing may be asked that it would refuse."""
    with served(service) as running:
        yield running
        assert running.refused == []


@pytest.fixture
def settings(server: Server) -> ServiceNowSettings:
    """Those of an instance where nothing is unusual."""
    return ServiceNowSettings(base_url=server.url, token=Secret(TOKEN))


def only_ticket(settings: ServiceNowSettings) -> Ticket:
    [ticket] = ServiceNow(settings, page_size=2).find([KEY], ())
    return ticket


def test_a_page_from_which_an_access_rule_hides_rows_is_not_the_last_one(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    keys = [f"CHG{number:07}" for number in range(1, 6)]
    for key in keys:
        file(service, a_ticket(key, resources=("sg-0abc",)))
    service.hidden = {keys[0].encode().hex()}

    found = ServiceNow(settings, page_size=2).find((), ["sg-0abc"])

    assert [one.key for one in found] == keys[1:]


def test_rows_that_were_not_asked_for_are_no_answer(
    service: standing.ServiceNow, server: Server, settings: ServiceNowSettings
) -> None:
    """
    An instance passes over a condition that it does not understand, and returns everything.
    """
    file(service, a_ticket("CHG0000009", resources=("sg-0other",)))
    whole = {
        "result": [
            {column: {"value": value, "display_value": value} for column, value in row.items()}
            for row in service.tables["change_request"]
        ]
    }
    server.fault = lambda _: Answer(body=whole, headers={"X-Total-Count": "1"})

    changes = structs.replace(settings, tables=("change_request",))

    assert ServiceNow(changes).find([KEY], ["sg-0abc"]) == []


def test_without_the_audit_no_edit_is_told_and_that_is_said(
    service: standing.ServiceNow, server: Server, settings: ServiceNowSettings
) -> None:
    edit = Edit(at=NOON, by="erin@example.com", field="title", before="a", after="b")
    file(service, replace(a_ticket(KEY, approvals=(an_approval(at=NOON),)), history=(edit,)))

    ticket = only_ticket(structs.replace(settings, audit=False))

    assert (ticket.history, ticket.untold) == ((), ("every field",))
    assert [one.at for one in ticket.approvals] == [NOON]
    assert not any("sys_audit" in asked.path for asked in server.asked)


def test_the_audit_tells_when_an_approval_was_given_that_was_touched_later(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    file(service, a_ticket(KEY, approvals=(an_approval(at=NOON + HOUR),)))
    [approval] = service.tables["sysapproval_approver"]
    decided = Edit(
        at=NOON - HOUR, by="erin@example.com", field="status", before="requested", after="approved"
    )
    service.tables["sys_audit"].append(an_edit(decided, approval["sys_id"]))

    assert [(one.by, one.at) for one in only_ticket(settings).approvals] == [
        ("erin@example.com", NOON - HOUR)
    ]


def test_whoever_approved_in_the_name_of_somebody_else_is_the_one_who_approved(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    file(service, a_ticket(KEY, approvals=(an_approval(at=NOON),)))
    [approval] = service.tables["sysapproval_approver"]
    decided = Edit(at=NOON, by="mallory@example.com", field="status", before="requested", after="approved")
    service.tables["sys_audit"].append(an_edit(decided, approval["sys_id"]))
    know(service, "mallory@example.com")

    assert [one.by for one in only_ticket(settings).approvals] == ["mallory@example.com"]


@pytest.mark.parametrize("state", ["requested", "not requested", "cancelled", "not_required", "duplicate"])
def test_whoever_did_not_decide_approved_nothing(
    service: standing.ServiceNow, settings: ServiceNowSettings, state: str
) -> None:
    file(service, a_ticket(KEY, approvals=(an_approval(at=NOON),)))
    service.tables["sysapproval_approver"][0]["state"] = state

    assert only_ticket(settings).approvals == ()


def test_an_incident_that_is_resolved_is_over_though_it_is_active(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    file(service, a_ticket("INC0010001", kind=TicketKind.INCIDENT))
    service.tables["incident"][0]["resolved_at"] = stamp(NOON)

    [ticket] = ServiceNow(settings).find(["INC0010001"], ())

    assert (ticket.is_open, ticket.closed_at) == (False, NOON)


def test_times_are_those_that_are_kept_and_not_those_that_are_shown(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    file(service, a_ticket(KEY, created_at=NOON))

    ticket = only_ticket(settings)

    assert ticket.created_at == NOON
    assert ticket.status == "In Progress"


def test_the_environment_is_read_from_the_column_that_names_it(
    service: standing.ServiceNow, settings: ServiceNowSettings
) -> None:
    file(service, replace(a_ticket(KEY), environments=("staging",)))
    service.tables["change_request"][0]["cmdb_ci.environment"] = "Production"

    ticket = only_ticket(structs.replace(settings, environment_column="cmdb_ci.environment"))

    assert ticket.environments == ("Production",)


def test_a_user_and_password_open_it_too(server: Server) -> None:
    settings = ServiceNowSettings(base_url=server.url, username="drift", password=Secret("pass word"))

    with pytest.raises(ProviderAccessError):
        ServiceNow(settings).check()

    assert server.asked[0].headers["authorization"] == "Basic ZHJpZnQ6cGFzcyB3b3Jk"


def test_trying_it_finds_out_that_the_audit_may_not_be_read(
    server: Server, settings: ServiceNowSettings
) -> None:
    refusal = Answer(status=403, body={"error": {"message": "Insufficient rights to query records"}})
    server.fault = lambda asked: refusal if "sys_audit" in asked.path else None

    with pytest.raises(ProviderAccessError, match="read access to sys_audit"):
        ServiceNow(settings).check()
    assert ServiceNow(structs.replace(settings, audit=False)).check()


@pytest.mark.parametrize(
    "value", ["a^NQb", "a,b", "javascript:gs.log()", "x JavaScript:y", "", " ", "x" * 300, "a\nb"]
)
def test_what_would_end_a_value_of_a_query_is_not_asked_for(value: str) -> None:
    assert list(askable([value, "sg-0abc"])) == ["sg-0abc"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"username": "drift"},
        {"password": Secret("x")},
        {"token": Secret("x"), "tables": ("sys_user",)},
        {"token": Secret("x"), "tables": ()},
        {"token": Secret("x"), "resource_columns": ("a^b",)},
        {"token": Secret("x"), "environment_column": "Environment"},
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ServiceNowSettings(base_url="https://x", **wrong)
