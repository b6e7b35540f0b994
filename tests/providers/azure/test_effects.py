"""What an operation does, how far it has come, and in which lane it falls (reference 4.2)."""

import json

import pytest

from drift.model.event import Effect, Outcome, Phase
from drift.model.verdict import ActorKind, Lane, Tool
from tests.providers.azure.records import (
    ABSENT,
    CORRELATION,
    GROUP,
    NSG,
    ROBOT_ID,
    VM,
    Fields,
    a_person,
    a_record,
    an_application,
    event_of,
    for_event_grid,
    for_event_hub,
    for_log_analytics,
    tool_of,
    translated,
)

SITE = f"{GROUP}/providers/Microsoft.Web/sites/shop"
APP = f"{GROUP}/providers/Microsoft.App/containerApps/shop"


@pytest.mark.parametrize(
    ("operation", "effect"),
    [
        ("Microsoft.Network/networkSecurityGroups/write", Effect.WRITE),
        ("Microsoft.Network/networkSecurityGroups/delete", Effect.WRITE),
        ("MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/DELETE", Effect.WRITE),
        ("Microsoft.Network/networkSecurityGroups/read", Effect.READ),
        ("Vendor.Thing/boxes/write", Effect.WRITE),
        ("Vendor.Thing/boxes/empty/action", Effect.WRITE),
        ("Microsoft.Storage/storageAccounts/listKeys/action", Effect.READ),
        ("Microsoft.Storage/storageAccounts/listAccountSas/action", Effect.READ),
        ("Microsoft.Logic/workflows/triggers/listCallbackUrl/action", Effect.READ),
        ("Microsoft.Web/sites/config/list/action", Effect.READ),
        ("Microsoft.Web/sites/publishxml/action", Effect.READ),
        ("Microsoft.Resources/deployments/validate/action", Effect.READ),
        ("Microsoft.Resources/deployments/whatIf/action", Effect.READ),
        ("Microsoft.Network/virtualNetworks/subnets/join/action", Effect.READ),
        ("Microsoft.Network/networkInterfaces/effectiveRouteTable/action", Effect.READ),
        ("Microsoft.Storage/checkNameAvailability/action", Effect.READ),
        ("Microsoft.Storage/storageAccounts/regenerateKey/action", Effect.WRITE),
        ("Microsoft.Compute/virtualMachines/start/action", Effect.RUNTIME),
        ("Microsoft.Compute/virtualMachines/restart/action", Effect.RUNTIME),
        ("Microsoft.Compute/virtualMachines/deallocate/action", Effect.RUNTIME),
        ("Microsoft.Compute/virtualMachines/powerOff/action", Effect.RUNTIME),
        ("Microsoft.Compute/virtualMachineScaleSets/restart/action", Effect.RUNTIME),
        ("Microsoft.Web/sites/stop/action", Effect.RUNTIME),
        ("Microsoft.Automation/automationAccounts/jobs/write", Effect.RUNTIME),
        ("Microsoft.Compute/virtualMachines/runCommand/action", Effect.WRITE),
        ("Microsoft.Compute/disks/beginGetAccess/action", Effect.DATA),
        ("Microsoft.Support/supportTickets/write", Effect.DATA),
        ("Microsoft.Portal/consoles/write", Effect.AUTH),
        ("Microsoft.Web/sites/extensions/write", Effect.DEPLOY),
        ("Microsoft.Web/sites/slotsswap/action", Effect.DEPLOY),
        ("Microsoft.Web/sites/slots/slotsswap/action", Effect.DEPLOY),
        ("Microsoft.App/containerApps/revisions/activate/action", Effect.DEPLOY),
        ("Microsoft.App/containerApps/revisions/restart/action", Effect.RUNTIME),
        ("Microsoft.Resources/deployments/write", Effect.WRITE),
        ("Microsoft.Authorization/elevateAccess/action", Effect.WRITE),
        ("Microsoft.Authorization/roleAssignmentScheduleRequests/write", Effect.AUTH),
    ],
)
def test_an_operation_does_what_its_name_or_the_table_says(operation: str, effect: Effect) -> None:
    event = event_of(operation, VM)

    assert (event.effect, event.intended) == (effect, effect)


@pytest.mark.parametrize(
    ("category", "operation"),
    [
        ("ServiceHealth", "Microsoft.ServiceHealth/incident/action"),
        ("ResourceHealth", "Microsoft.Resourcehealth/healthevent/Updated/action"),
        ("Alert", "Microsoft.Insights/alertRules/Activated/action"),
        ("Recommendation", "Microsoft.Advisor/generateRecommendations/action"),
        ("Security", "Microsoft.Security/locations/alerts/activate/action"),
    ],
)
def test_events_of_these_categories_are_nobodys_calls(category: str, operation: str) -> None:
    event = event_of(operation, VM, category=category, caller=ABSENT, claims={}, status="Active")

    assert event.effect is Effect.READ
    assert event.call.acting_service is not None
    assert (event.opens, event.operation, event.resources) == (None, None, ())


def test_autoscale_is_the_cloud_at_work() -> None:
    setting = f"{GROUP}/providers/microsoft.insights/autoscalesettings/web"

    event = event_of(
        "Microsoft.Insights/AutoscaleSettings/Scaleup/Action",
        setting,
        category="Autoscale",
        caller="Microsoft.Insights/autoscaleSettings",
        claims={},
    )

    assert event.effect is Effect.RUNTIME
    assert event.call.acting_service == "Azure Autoscale"
    assert tool_of(event) is Tool.CLOUD_SERVICE
    assert event.resources[0].type == "azurerm_monitor_autoscale_setting"


POLICIES = [{"policyAssignmentName": "require-tags", "policyDefinitionEffect": "Modify"}]


@pytest.mark.parametrize(
    ("verb", "effect"),
    [
        ("audit", Effect.READ),
        ("auditIfNotExists", Effect.READ),
        ("deny", Effect.READ),
        ("modify", Effect.WRITE),
        ("append", Effect.WRITE),
        ("deployIfNotExists", Effect.WRITE),
    ],
)
def test_a_policy_acts_by_itself_though_it_is_recorded_under_a_person(verb: str, effect: Effect) -> None:
    """
    The caller of a policy event is whoever made the write that was looked at.
    """
    event = event_of(
        f"Microsoft.Authorization/policies/{verb}/action",
        NSG,
        category="Policy",
        properties={"isComplianceCheck": "False", "policies": json.dumps(POLICIES)},
    )

    principal = event.call.principal
    assert event.effect is effect
    assert event.call.acting_service == "Azure Policy"
    assert (event.call.session_keys, event.opens) == ((), None)
    assert principal is not None
    assert principal.kind is ActorKind.SERVICE
    if effect is Effect.WRITE:
        assert principal.reason == "Azure Policy acted by itself: the policy require-tags"
        assert event.request["policies"] == POLICIES


@pytest.mark.parametrize("status", ["Failed", "Canceled", "FAILED", "Failure"])
def test_a_failed_call_is_no_write(status: str) -> None:
    error = {"error": {"code": "AuthorizationFailed", "message": "no right"}}

    event = event_of(status=status, properties={"statusMessage": json.dumps(error)})

    assert (event.effect, event.intended, event.outcome) == (Effect.FAILED, Effect.WRITE, Outcome.FAILURE)
    assert event.error == "AuthorizationFailed: no right"


def test_without_a_message_the_sub_status_says_why() -> None:
    event = event_of(status="Failed", subStatus={"value": "Forbidden"}, properties={})

    assert event.error == "Forbidden"


@pytest.mark.parametrize(
    ("status", "phase"),
    [("Started", Phase.BEGIN), ("Accepted", Phase.PROGRESS), ("Succeeded", Phase.END), ("Failed", Phase.END)],
)
def test_the_records_of_an_operation_share_a_key_in_every_shape(status: str, phase: Phase) -> None:
    record = a_record(status=status)

    events = [translated(one) for one in (record, for_event_hub(record), for_log_analytics(record))]

    keys = {event.operation.key for event in events if event.operation}
    assert keys == {f"azure:{CORRELATION}|microsoft.network/networksecuritygroups/write|{NSG.lower()}"}
    assert {event.operation.phase for event in events if event.operation} == {phase}
    assert {event.operation.id for event in events if event.operation} == {record["operationId"]}


def test_an_operation_without_an_id_is_known_by_its_name() -> None:
    for record in (a_record(operationId=""), for_event_hub(a_record(operationId=""))):
        operation = translated(record).operation
        assert operation is not None
        assert operation.id is None


def test_what_a_whole_apply_shares_does_not_join_its_operations() -> None:
    """
    Terraform sends one correlation id for everything that it applies.
    """
    keys = {
        event.operation.key
        for event in (
            event_of(),
            event_of(resource=NSG + "-2"),
            event_of("Microsoft.Network/networkSecurityGroups/delete"),
        )
        if event.operation
    }

    assert len(keys) == 3


def test_a_record_without_correlation_tells_the_whole() -> None:
    assert event_of(correlationId=ABSENT).operation is None


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("Success", Outcome.SUCCESS), ("Failure", Outcome.FAILURE), ("Cancel", Outcome.FAILURE)],
)
def test_an_event_of_the_grid_says_in_its_type_how_it_ended(result: str, outcome: Outcome) -> None:
    event = for_event_grid(a_record(), f"Microsoft.Resources.ResourceWrite{result}")
    event["data"]["status"] = None

    assert translated(event).outcome is outcome


@pytest.mark.parametrize(
    ("operation", "resource", "lane"),
    [
        ("Microsoft.Web/sites/config/write", f"{SITE}/config/appsettings", Lane.CONFIGURATION),
        ("Microsoft.Web/sites/config/write", f"{SITE}/config/CONNECTIONSTRINGS", Lane.CONFIGURATION),
        ("Microsoft.Web/sites/config/write", f"{SITE}/config/web", Lane.INFRASTRUCTURE),
        ("Microsoft.Web/sites/extensions/write", f"{SITE}/extensions/zipdeploy", Lane.APPLICATION),
        ("Microsoft.Web/sites/write", SITE, Lane.INFRASTRUCTURE),
        ("Microsoft.App/containerApps/revisions/activate/action", f"{APP}/revisions/r1", Lane.APPLICATION),
        (
            "Microsoft.KeyVault/vaults/secrets/write",
            f"{GROUP}/providers/Microsoft.KeyVault/vaults/v/secrets/s",
            Lane.CONFIGURATION,
        ),
        (
            "Microsoft.AppConfiguration/configurationStores/keyValues/write",
            f"{GROUP}/providers/Microsoft.AppConfiguration/configurationStores/c/keyValues/k",
            Lane.CONFIGURATION,
        ),
    ],
)
def test_an_operation_falls_into_its_lane(operation: str, resource: str, lane: Lane) -> None:
    assert event_of(operation, resource).lane is lane


@pytest.mark.parametrize(
    ("properties", "effect", "lane"),
    [
        ({"template": {"containers": []}}, Effect.DEPLOY, Lane.APPLICATION),
        ({"template": {}, "configuration": {"ingress": {}}}, Effect.WRITE, Lane.INFRASTRUCTURE),
        ({}, Effect.WRITE, Lane.INFRASTRUCTURE),
    ],
)
def test_a_new_revision_of_a_container_app_is_a_deployment(
    properties: Fields, effect: Effect, lane: Lane
) -> None:
    event = event_of("Microsoft.App/containerApps/write", APP, request={"properties": properties})

    assert (event.effect, event.lane) == (effect, lane)


@pytest.mark.parametrize(
    ("category", "operation", "effect"),
    [
        ("AuditEvent", "KeySign", Effect.DATA),
        ("StorageWrite", "PutBlob", Effect.DATA),
        ("SignInLogs", "Sign-in activity", Effect.AUTH),
        ("AuditLogs", "Add member to role", Effect.DATA),
    ],
)
def test_resource_logs_of_other_services_are_counted_and_not_judged(
    category: str, operation: str, effect: Effect
) -> None:
    """
    They arrive by the same Event Hub: records of the data plane, or of the directory.
    """
    record = for_event_hub(a_record()) | {
        "operationName": operation,
        "category": category,
        "resultType": "Success",
        "properties": {"id": "https://v.example.com/secrets/s"},
    }

    assert translated(record).effect is effect


def test_a_managed_identity_that_deploys_for_a_policy_is_the_policy() -> None:
    resource = f"{GROUP}/providers/Microsoft.Resources/deployments/PolicyDeployment_123456789"
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/remediation"
    deployed = "Microsoft.Resources/deployments/write"

    by_policy = event_of(deployed, resource, claims=an_application(xms_mirid=identity))
    by_somebody = event_of(deployed, resource, claims=an_application())
    by_a_person = event_of(deployed, resource, claims=a_person())

    assert by_policy.call.acting_service == "Azure Policy"
    assert (by_policy.call.session_keys, by_policy.opens) == ((), None)
    assert by_somebody.call.acting_service is None
    assert by_a_person.call.acting_service is None
    assert by_a_person.call.principal is not None
    assert by_a_person.call.principal.kind is ActorKind.HUMAN


def test_what_the_identity_of_an_assignment_writes_is_the_policys() -> None:
    identity = f"{GROUP}/providers/Microsoft.Authorization/policyAssignments/require-logs"

    event = event_of(
        "Microsoft.Insights/diagnosticSettings/write",
        f"{NSG}/providers/microsoft.insights/diagnosticSettings/logs",
        claims=an_application(ROBOT_ID, xms_mirid=identity),
    )

    assert event.call.acting_service == "Azure Policy"
    assert event.call.session_keys == ()
