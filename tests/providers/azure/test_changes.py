"""Resource Graph's account of changes (reference 4.5)."""

from datetime import UTC, datetime

import pytest

from drift.model.event import Effect, Phase
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Confidence, Statement, Tool, Trust
from providers.azure.translate import AzureTranslator
from tests.providers.azure.records import (
    ABSENT,
    AKS,
    CLI,
    GROUP,
    NSG,
    PIPELINE,
    a_change,
    as_bytes,
    event_of,
    tool_of,
    translated,
)


def test_a_row_says_what_was_changed_by_whom_and_with_which_program() -> None:
    event = translated(a_change())

    assert event.effect is Effect.WRITE
    assert event.occurred_at == datetime(2026, 11, 20, 10, 11, 13, 347000, tzinfo=UTC)
    assert event.call.region == "westeurope"
    assert event.resources == (Resource(type="azurerm_network_security_group", id=NSG),)
    assert event.request == {"changes": {"tags.ticket": {"previousValue": None, "newValue": "OPS-123"}}}
    assert tool_of(event) is Tool.CONSOLE
    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (ActorKind.HUMAN, "alice@example.com")
    assert event.statements == (Statement(place="tag ticket", text="OPS-123", trust=Trust.TAG),)
    assert event.summary == "set the network security group web: tags.ticket"
    assert event.opens is None


def test_a_row_joins_the_operation_that_the_activity_log_tells_of() -> None:
    row, entry = translated(a_change()).operation, event_of().operation

    assert row is not None
    assert entry is not None
    assert row.key == entry.key
    assert (row.phase, entry.phase) == (Phase.DETAIL, Phase.END)


@pytest.mark.parametrize(("change", "verb"), [("Create", "write"), ("Update", "write"), ("Delete", "delete")])
def test_a_row_without_operation_is_called_by_its_kind(change: str, verb: str) -> None:
    row = a_change(operation=ABSENT)
    row["properties"]["changeType"] = change

    assert translated(row).call.action == f"microsoft.network/networksecuritygroups/{verb}"


@pytest.mark.parametrize(
    ("client", "tool"),
    [
        ("Azure Portal", Tool.CONSOLE),
        ("azure portal", Tool.CONSOLE),
        ("Azure CLI", Tool.CLI),
        ("Azure PowerShell", Tool.CLI),
        ("ARM Template", Tool.ARM_DEPLOYMENT),
        (CLI, Tool.CLI),
        (PIPELINE, Tool.UNKNOWN),
        ("Terraform", Tool.UNKNOWN),
        ("Unknown", Tool.UNKNOWN),
        (ABSENT, Tool.UNKNOWN),
    ],
)
def test_the_client_names_the_tool(client: object, tool: Tool) -> None:
    assert tool_of(translated(a_change(clientType=client))) is tool


def test_a_name_that_nobody_has_verified_decides_nothing() -> None:
    signs = translated(a_change(clientType="Terraform")).call.tools

    assert [(one.tool, one.confidence) for one in signs] == [(Tool.TERRAFORM, Confidence.LOW)]


@pytest.mark.parametrize(
    ("type_", "by", "kind"),
    [
        ("User", "alice@example.com", ActorKind.HUMAN),
        ("Application", PIPELINE, ActorKind.MACHINE),
        ("Application", AKS, ActorKind.SERVICE),
        ("System", "System", ActorKind.SERVICE),
        ("Unknown", "alice@example.com", ActorKind.HUMAN),
        ("Unknown", PIPELINE, ActorKind.MACHINE),
        (ABSENT, "somebody", ActorKind.UNKNOWN),
    ],
)
def test_the_row_tells_who_made_the_change(type_: object, by: str, kind: ActorKind) -> None:
    event = translated(a_change(changedByType=type_, changedBy=by))

    assert event.call.principal is not None
    assert event.call.principal.kind is kind


def test_what_azure_changed_by_itself_is_the_clouds() -> None:
    event = translated(a_change(changedByType="System", changedBy="System"))

    assert event.call.acting_service == "Azure"


def test_a_row_whose_who_comes_later_is_readable() -> None:
    event = translated(
        a_change(changedBy=ABSENT, changedByType=ABSENT, clientType=ABSENT, correlationId=ABSENT)
    )

    assert (event.call.principal, event.operation) == (None, None)


def test_the_properties_alone_are_a_row_too() -> None:
    event = translated(a_change()["properties"])

    assert event.event_id == "0858_1"
    assert event.resources[0].id == NSG


def test_rows_come_in_an_answer_of_resource_graph() -> None:
    rows = [a_change(), a_change(NSG + "-2")]
    answer = {"totalRecords": 2, "count": 2, "data": rows, "facets": [], "resultTruncated": "false"}

    unwrapped = AzureTranslator().unwrap(as_bytes(answer))

    assert list(unwrapped or ()) == [as_bytes(row) for row in rows]


def test_a_risk_is_seen_in_what_a_value_was_changed_to() -> None:
    account = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/shop"
    operation = "Microsoft.Storage/storageAccounts/write"

    def opened(before: str, after: str) -> tuple[str, ...]:
        change = {"properties.allowBlobPublicAccess": {"previousValue": before, "newValue": after}}
        return tuple(risk.slug for risk in translated(a_change(account, change, operation=operation)).risks)

    assert opened("False", "True") == ("public-access",)
    assert opened("True", "False") == ()


def test_the_values_of_settings_are_not_taken_over() -> None:
    site = f"{GROUP}/providers/Microsoft.Web/sites/shop/config/appsettings"
    change = {"properties.DB_PASSWORD": {"previousValue": "old", "newValue": "hunter2"}}

    event = translated(a_change(site, change, operation="Microsoft.Web/sites/config/write"))

    assert "hunter2" not in str(event)
    assert "old'" not in str(event.request)
