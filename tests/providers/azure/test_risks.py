"""What makes a write matter more, and the words in which it is told."""

import json

import pytest

from drift.model.event import ChangeEvent, Effect
from providers.azure.translate import AzureTranslator
from tests.providers.azure.records import (
    GROUP,
    NSG,
    OWNER,
    READER,
    SUBSCRIPTION,
    VM,
    Fields,
    a_change,
    a_record,
    a_rule,
    as_bytes,
    event_of,
    raw,
    translated,
)

P = f"{GROUP}/providers"
RULE = f"{NSG}/securityRules/ssh"
SET_RULE = "Microsoft.Network/networkSecurityGroups/securityRules/write"
SET_GROUP = "Microsoft.Network/networkSecurityGroups/write"
ACCOUNT = f"{P}/Microsoft.Storage/storageAccounts/shop"
SET_ACCOUNT = "Microsoft.Storage/storageAccounts/write"
GRANT = "Microsoft.Authorization/roleAssignments/write"
ASSIGNMENT = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/a"
SETTINGS = f"{NSG}/providers/Microsoft.Insights/diagnosticSettings/logs"


def slugs(operation: str, resource: str, request: object) -> list[str]:
    """The risks of a call."""
    return [risk.slug for risk in event_of(operation, resource, request=request).risks]


def a_role(role: str) -> Fields:
    """The body of a request for a role."""
    definition = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {"properties": {"roleDefinitionId": definition, "principalId": "p"}}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (a_rule(), "lets * reach tcp/22"),
        (a_rule("0.0.0.0/0", "*"), "lets 0.0.0.0/0 reach all tcp ports"),
        (a_rule("Internet", "8000-8010"), "lets Internet reach tcp/8000-8010"),
        (a_rule("Any", "22", protocol="*"), "lets Any reach port/22"),
        (a_rule("::/0", "*", protocol="*"), "lets ::/0 reach all traffic"),
        (
            a_rule(
                None,
                None,
                sourceAddressPrefixes=["10.0.0.0/8", "0.0.0.0/0"],
                destinationPortRanges=["22", "3389"],
            ),
            "lets 0.0.0.0/0 reach tcp/22,3389",
        ),
    ],
)
def test_a_rule_that_lets_everybody_in_is_open_to_the_world(rule: Fields, text: str) -> None:
    event = event_of(SET_RULE, RULE, request=rule)

    assert [(risk.slug, risk.text) for risk in event.risks] == [("open-to-the-world", text)]


@pytest.mark.parametrize(
    "rule",
    [
        a_rule("10.0.0.0/8"),
        a_rule("VirtualNetwork"),
        a_rule(access="Deny"),
        a_rule(direction="Outbound", destinationAddressPrefix="*"),
        a_rule(access=7),
        {},
    ],
)
def test_another_rule_is_not(rule: Fields) -> None:
    assert slugs(SET_RULE, RULE, rule) == []


def test_rules_are_also_found_in_the_group_but_not_those_of_azure_itself() -> None:
    group = {"properties": {"securityRules": [a_rule("Internet")], "defaultSecurityRules": [a_rule()]}}

    event = event_of(SET_GROUP, request=group)

    assert [risk.text for risk in event.risks] == ["lets Internet reach tcp/22"]
    assert event.summary == "set the network security group web: let in tcp/22 from Internet"


@pytest.mark.parametrize(
    ("first", "last", "risks"),
    [
        ("0.0" + ".0.0", "255.255.255.255", ["open-to-the-world"]),
        ("203.0.113.7", "203.0.113.7", []),
        ("10.0.0.0", "10.0.0.255", []),
    ],
)
def test_a_firewall_of_a_database_may_be_open_too(first: str, last: str, risks: list[str]) -> None:
    request = {"properties": {"startIpAddress": first, "endIpAddress": last}}
    resource = f"{P}/Microsoft.Sql/servers/db/firewallRules/all"

    assert slugs("Microsoft.Sql/servers/firewallRules/write", resource, request) == risks


@pytest.mark.parametrize(
    ("properties", "risks"),
    [
        ({"allowBlobPublicAccess": True}, ["public-access"]),
        ({"AllowBlobPublicAccess": "True"}, ["public-access"]),
        ({"allowBlobPublicAccess": False}, []),
        ({"networkAcls": {"defaultAction": "Allow"}}, ["public-access"]),
        ({"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "x", "action": "Allow"}]}}, []),
        ({"allowBlobPublicAccess": True, "networkAcls": {"defaultAction": "Allow"}}, ["public-access"] * 2),
    ],
)
def test_a_storage_account_may_be_opened(properties: Fields, risks: list[str]) -> None:
    assert slugs(SET_ACCOUNT, ACCOUNT, {"properties": properties}) == risks


@pytest.mark.parametrize(
    ("access", "risks"), [("Container", ["public-access"]), ("Blob", ["public-access"]), ("None", [])]
)
def test_a_container_may_be_opened(access: str, risks: list[str]) -> None:
    operation = "Microsoft.Storage/storageAccounts/blobServices/containers/write"
    container = f"{ACCOUNT}/blobServices/default/containers/c"

    assert slugs(operation, container, {"properties": {"publicAccess": access}}) == risks


@pytest.mark.parametrize(
    ("role", "risks"),
    [
        (OWNER, ["privilege-escalation"]),
        ("b24988ac-6180-42a0-ab88-20f7382dd24c", ["privilege-escalation"]),
        ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", ["privilege-escalation"]),
        ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", ["privilege-escalation"]),
        (READER, []),
    ],
)
@pytest.mark.parametrize("case", [str, str.upper])
def test_a_powerful_role_is_told(role: str, risks: list[str], case: type[str]) -> None:
    """
    The body is written as `Properties.RoleDefinitionId` in some records.
    """
    definition = (
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{case(role)}"
    )

    assert (
        slugs(GRANT, ASSIGNMENT, {"Properties": {"RoleDefinitionId": definition, "PrincipalId": "p"}})
        == risks
    )


@pytest.mark.parametrize(
    ("operation", "resource", "slug"),
    [
        ("Microsoft.Insights/diagnosticSettings/delete", SETTINGS, "blinds-monitoring"),
        ("microsoft.insights/diagnosticSettings/DELETE", SETTINGS, "blinds-monitoring"),
        (
            "Microsoft.Insights/activityLogAlerts/delete",
            f"{P}/Microsoft.Insights/activityLogAlerts/a",
            "blinds-monitoring",
        ),
        (
            "Microsoft.OperationalInsights/workspaces/delete",
            f"{P}/Microsoft.OperationalInsights/workspaces/w",
            "blinds-monitoring",
        ),
        (
            "Microsoft.Authorization/locks/delete",
            f"{P}/Microsoft.Authorization/locks/l",
            "protection-removed",
        ),
        (
            "Microsoft.Authorization/elevateAccess/action",
            "/providers/Microsoft.Authorization",
            "privilege-escalation",
        ),
        (
            "Microsoft.KeyVault/vaults/accessPolicies/write",
            f"{P}/Microsoft.KeyVault/vaults/v/accessPolicies/add",
            "privilege-escalation",
        ),
        ("Microsoft.Compute/virtualMachines/runCommand/action", VM, "privilege-escalation"),
        ("Microsoft.Storage/storageAccounts/regenerateKey/action", ACCOUNT, "new-credential"),
    ],
)
def test_some_operations_are_always_told(operation: str, resource: str, slug: str) -> None:
    assert [risk.slug for risk in event_of(operation, resource).risks] == [slug]


def test_an_attempt_is_as_risky_as_a_success() -> None:
    event = event_of("Microsoft.Insights/diagnosticSettings/delete", SETTINGS, status="Failed")

    assert event.effect is Effect.FAILED
    assert [risk.slug for risk in event.risks] == ["blinds-monitoring"]
    assert event.summary == "failed attempt: deleted the diagnostic setting logs of web"


@pytest.mark.parametrize(
    ("logs", "risks"),
    [
        ([{"category": "a", "enabled": False}], ["blinds-monitoring"]),
        ([{"category": "a", "enabled": False}, {"category": "b", "enabled": True}], []),
        ([], []),
    ],
)
def test_a_setting_without_any_log_blinds(logs: list[Fields], risks: list[str]) -> None:
    assert (
        slugs("Microsoft.Insights/diagnosticSettings/write", SETTINGS, {"properties": {"logs": logs}})
        == risks
    )


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"category": "Administrative", "enabled": False}, "Administrative"),
        ({"category": "AuditEvent", "enabled": "false"}, "AuditEvent"),
        ({"categoryGroup": "allLogs", "category": None, "enabled": False}, "allLogs"),
        ({"category": "Administrative", "enabled": True}, None),
        ({"category": "Autoscale", "enabled": False}, None),
    ],
)
def test_a_single_log_that_tells_of_changes_and_is_turned_off_blinds(entry: Fields, text: str | None) -> None:
    others = {"category": "Alert", "enabled": True}
    body = {"properties": {"logs": [others, entry]}}

    event = event_of("Microsoft.Insights/diagnosticSettings/write", SETTINGS, request=body)

    texts = [one.text for one in event.risks if one.slug == "blinds-monitoring"]
    assert texts == ([f"turns logs of a diagnostic setting off: {text}"] if text else [])


def test_what_resource_graph_says_was_turned_off_blinds_whatever_it_is_called() -> None:
    changed = {
        "properties.logs[0].enabled": {"previousValue": "True", "newValue": "False"},
        "properties.logs[1].enabled": {"previousValue": "False", "newValue": "True"},
    }

    event = translated(a_change(SETTINGS, changed, operation="microsoft.insights/diagnosticsettings/write"))

    [risk] = event.risks
    assert risk.text == "turns logs of a diagnostic setting off: entry 0"


def test_an_alert_that_is_turned_off_blinds() -> None:
    alert = f"{P}/Microsoft.Insights/activityLogAlerts/a"

    assert slugs("Microsoft.Insights/activityLogAlerts/write", alert, {"properties": {"enabled": False}}) == [
        "blinds-monitoring"
    ]


def test_a_role_that_may_do_everything_is_told() -> None:
    role = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r"
    request = {"properties": {"permissions": [{"actions": ["*"], "notActions": []}]}}

    assert slugs("Microsoft.Authorization/roleDefinitions/write", role, request) == ["privilege-escalation"]


@pytest.mark.parametrize(
    ("operation", "resource", "request_", "summary"),
    [
        (
            SET_RULE,
            RULE,
            a_rule("10.0.0.0/8", "443"),
            "set the rule ssh of web: let in tcp/443 from 10.0.0.0/8",
        ),
        (
            SET_RULE,
            RULE,
            a_rule("10.0.0.0/8", "443", access="Deny"),
            "set the rule ssh of web: kept off tcp/443 from 10.0.0.0/8",
        ),
        (SET_RULE, RULE, {}, "set the rule ssh of web"),
        ("Microsoft.Compute/virtualMachines/deallocate/action", VM, {}, "stopped and released web-1"),
        ("Microsoft.Compute/virtualMachines/capture/action", VM, {}, "called capture on web-1"),
        ("Microsoft.Compute/disks/write", f"{P}/Microsoft.Compute/disks/d", {}, "set the disk d"),
        (
            "MICROSOFT.STORAGE/STORAGEACCOUNTS/WRITE",
            ACCOUNT.upper(),
            {},
            f"set the storage account {ACCOUNT.rpartition('/')[2]}",
        ),
        (
            "Microsoft.Network/publicIPAddresses/delete",
            f"{P}/Microsoft.Network/publicIPAddresses/out",
            {},
            "deleted the public IP address out",
        ),
        (
            "Microsoft.Authorization/policyDefinitions/write",
            f"{P}/Microsoft.Authorization/policyDefinitions/p",
            {},
            "set the policy definition p",
        ),
        ("MICROSOFT.EXAMPLE/NEWTHINGS/WRITE", f"{P}/MICROSOFT.EXAMPLE/NEWTHINGS/T", {}, "set the newthing t"),
        (GRANT, ASSIGNMENT, {}, f"granted a role on {SUBSCRIPTION}"),
        (GRANT, ASSIGNMENT, a_role(READER), f"granted the role Reader on {SUBSCRIPTION}"),
        (GRANT, ASSIGNMENT, a_role("0a0b0c0d-own"), f"granted the role 0a0b0c0d-own on {SUBSCRIPTION}"),
        (
            "Microsoft.Web/sites/config/write",
            f"{P}/Microsoft.Web/sites/s/config/web",
            {},
            "changed the configuration of s",
        ),
        (
            "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
            f"{ACCOUNT}/blobServices/default/containers/c",
            {},
            "deleted the container c",
        ),
        (SET_RULE, RULE, a_rule(), "set the rule ssh of web: let in tcp/22 from *"),
    ],
)
def test_a_message_says_in_a_few_words_what_was_done(
    operation: str, resource: str, request_: Fields, summary: str
) -> None:
    assert event_of(operation, resource, request=request_).summary == summary


def test_describing_twice_says_it_once() -> None:
    translator = AzureTranslator()
    event = translator.translate(raw(as_bytes(a_record(SET_RULE, RULE, request=a_rule()))))
    assert isinstance(event, ChangeEvent)

    once = translator.describe(event)

    assert (event.risks, event.summary) == ((), "")
    assert len(once.risks) == 1
    assert translator.describe(once) == once


def test_the_values_of_application_settings_are_not_taken_over() -> None:
    """
    A setting may be called anything: no list of names would find every secret.
    """
    site = f"{P}/Microsoft.Web/sites/shop/config/appsettings"
    body = {"properties": {"DB": "hunter2", "MODE": "fast"}}

    event = event_of("Microsoft.Web/sites/config/write", site, request=body, response=body)

    assert event.request == {"properties": {"DB": "(not taken over)", "MODE": "(not taken over)"}}
    assert "hunter2" not in repr(event)


def test_the_value_of_a_vaults_secret_is_not_taken_over() -> None:
    secret = f"{P}/Microsoft.KeyVault/vaults/v/secrets/s"
    body = {"properties": {"value": "hunter2", "contentType": "text"}}

    event = event_of(
        "Microsoft.KeyVault/vaults/secrets/write", secret, properties={"responseBody": json.dumps(body)}
    )

    assert "hunter2" not in repr(event)
    assert "text" in repr(event)
