"""Which resources an operation touched."""

import pytest

from drift.model.resource import Resource
from providers.azure.resources import Mode, ResourceRow, load_resources
from tests.providers.azure.records import GROUP, SUBSCRIPTION, Fields, event_of

ROWS = load_resources().rows
P = f"{GROUP}/providers"
NET = f"{P}/Microsoft.Network"


def an_id(operation: str) -> str:
    """An id as Azure records it for this operation, with a name for every type."""
    namespace, *types = operation.split("/")[: -2 if operation.endswith("/action") else -1]
    if operation.startswith("Microsoft.Resources/subscriptions/resourceGroups/"):
        return GROUP
    steps = [step for number, type_ in enumerate(types) for step in (type_, f"n{number}")]
    return "/".join([GROUP, "providers", namespace, *steps])


TYPED = [row for row in ROWS if row.types and row.types != ("*",)]

SAME_CASE = [row for row in TYPED if row.mode is Mode.DIRECT and "/keyValues/" not in row.operation]


@pytest.mark.parametrize("row", TYPED, ids=lambda row: row.operation)
def test_every_row_leads_to_its_first_type(row: ResourceRow) -> None:
    assert event_of(row.operation, an_id(row.operation)).resources[0].type == row.types[0]


@pytest.mark.parametrize("row", SAME_CASE, ids=lambda row: row.operation)
def test_a_direct_row_keeps_the_id_as_terraform_writes_it(row: ResourceRow) -> None:
    """
    Whatever the case: an Event Hub gets it in capitals.
    """
    written = an_id(row.operation)

    for delivered in (written, written.upper(), written.lower()):
        assert event_of(row.operation.upper(), delivered).resources[0].id == written


@pytest.mark.parametrize(
    ("operation", "resource", "touched"),
    [
        (
            "Microsoft.Network/networkSecurityGroups/securityRules/write",
            f"{NET}/networkSecurityGroups/web/securityRules/ssh",
            [
                Resource(
                    type="azurerm_network_security_rule",
                    id=f"{NET}/networkSecurityGroups/web/securityRules/ssh",
                ),
                Resource(type="azurerm_network_security_group", id=f"{NET}/networkSecurityGroups/web"),
            ],
        ),
        (
            "Microsoft.Network/virtualNetworks/subnets/write",
            f"{NET}/virtualNetworks/v/subnets/s",
            [
                Resource(type="azurerm_subnet", id=f"{NET}/virtualNetworks/v/subnets/s"),
                Resource(type="azurerm_virtual_network", id=f"{NET}/virtualNetworks/v"),
            ],
        ),
        (
            "Microsoft.ContainerService/managedClusters/agentPools/delete",
            f"{P}/Microsoft.ContainerService/managedClusters/c/agentPools/p",
            [
                Resource(
                    type="azurerm_kubernetes_cluster_node_pool",
                    id=f"{P}/Microsoft.ContainerService/managedClusters/c/agentPools/p",
                ),
                Resource(
                    type="azurerm_kubernetes_cluster", id=f"{P}/Microsoft.ContainerService/managedClusters/c"
                ),
            ],
        ),
        (
            "Microsoft.Web/sites/config/write",
            f"{P}/Microsoft.Web/sites/shop/config/appsettings",
            [Resource(type="azurerm_linux_web_app", id=f"{P}/Microsoft.Web/sites/shop")],
        ),
        (
            "Microsoft.Resources/tags/write",
            f"{NET}/publicIPAddresses/p/providers/Microsoft.Resources/tags/default",
            [Resource(type="azurerm_public_ip", id=f"{NET}/publicIPAddresses/p")],
        ),
        (
            "Microsoft.Resources/tags/write",
            f"{GROUP}/providers/Microsoft.Resources/tags/default",
            [Resource(type="azurerm_resource_group", id=GROUP)],
        ),
        (
            "Microsoft.Resources/tags/write",
            f"{P}/Vendor.Thing/boxes/b/providers/Microsoft.Resources/tags/default",
            [Resource(type=None, id=f"{P}/vendor.thing/boxes/b")],
        ),
        (
            "Microsoft.Insights/diagnosticSettings/write",
            f"{NET}/networkSecurityGroups/web/providers/microsoft.insights/diagnosticSettings/Logs",
            [Resource(type="azurerm_monitor_diagnostic_setting", id=f"{NET}/networkSecurityGroups/web|logs")],
        ),
        (
            "Microsoft.Insights/diagnosticSettings/delete",
            f"/subscriptions/{SUBSCRIPTION}/providers/microsoft.insights/diagnosticSettings/logs",
            [Resource(type="azurerm_monitor_diagnostic_setting", id=f"/subscriptions/{SUBSCRIPTION}|logs")],
        ),
        (
            "Microsoft.Authorization/roleDefinitions/write",
            f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r",
            [
                Resource(
                    type="azurerm_role_definition",
                    id=f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r"
                    f"|/subscriptions/{SUBSCRIPTION}",
                )
            ],
        ),
        (
            "Microsoft.Storage/storageAccounts/blobServices/containers/write",
            f"{P}/Microsoft.Storage/storageAccounts/shop/blobServices/default/containers/img",
            [Resource(type="azurerm_storage_container", id="https://shop.blob.core.windows.net/img")],
        ),
        (
            "Microsoft.Authorization/roleAssignments/write",
            f"{NET}/networkSecurityGroups/web/providers/Microsoft.Authorization/roleAssignments/a",
            [
                Resource(
                    type="azurerm_role_assignment",
                    id=f"{NET}/networkSecurityGroups/web/providers/Microsoft.Authorization/roleAssignments/a",
                )
            ],
        ),
        (
            "Microsoft.Compute/virtualMachines/capture/action",
            f"{P}/Microsoft.Compute/virtualMachines/web-1",
            [
                Resource(
                    type="azurerm_linux_virtual_machine", id=f"{P}/Microsoft.Compute/virtualMachines/web-1"
                )
            ],
        ),
    ],
)
def test_an_id_leads_to_terraforms(operation: str, resource: str, touched: list[Resource]) -> None:
    assert list(event_of(operation, resource).resources) == touched


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("app", "azurerm_windows_web_app"),
        ("app,linux", "azurerm_linux_web_app"),
        ("app,linux,container", "azurerm_linux_web_app"),
        ("functionapp", "azurerm_windows_function_app"),
        ("functionapp,linux", "azurerm_linux_function_app"),
        ("functionapp,linux,container", "azurerm_linux_function_app"),
        ("functionapp,workflowapp", "azurerm_logic_app_standard"),
        ("functionapp,linux,workflowapp", "azurerm_logic_app_standard"),
        (None, "azurerm_linux_web_app"),
    ],
)
def test_the_kind_of_a_site_tells_which_resource_it_is(kind: object, type_: str) -> None:
    request: Fields = {"kind": kind, "properties": {}}

    event = event_of("Microsoft.Web/sites/write", f"{P}/Microsoft.Web/sites/shop", request=request)

    assert event.resources[0].type == type_


def test_all_operations_of_the_map_are_there_once() -> None:
    operations = [row.operation.lower() for row in ROWS]

    assert len(operations) == len(set(operations)) >= 120
    assert {row.source for row in ROWS} == {"expert"}
