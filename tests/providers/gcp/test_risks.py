"""What makes a write matter more, and how it is put into words."""

from typing import Any

import pytest

from drift.model.event import ChangeEvent
from tests.providers.gcp.entries import ABSENT, PROJECT, TRANSLATOR, a_delta, added, described, event_of

FIREWALL = {"serviceName": "compute.googleapis.com", "methodName": "v1.compute.firewalls.insert"}
LOGGING = "google.logging.v2.ConfigServiceV2."


def a_rule(*sources: str, **fields: Any) -> dict[str, Any]:
    """A firewall rule as the audit log spells it."""
    rule = {"alloweds": [{"IPProtocol": "tcp", "ports": ["22"]}], "direction": "INGRESS", "disabled": False}
    return rule | ({"sourceRanges": list(sources)} if sources else {}) | fields


def slugs(event: ChangeEvent) -> list[str]:
    return [one.slug for one in event.risks]


def a_policy(
    service: str = "cloudresourcemanager", method: str = "SetIamPolicy", **fields: Any
) -> ChangeEvent:
    known = {
        "serviceName": f"{service}.googleapis.com",
        "methodName": method,
        "resourceName": f"projects/{PROJECT}",
    }
    return described(**known | fields)


def test_translating_leaves_the_request_to_describing() -> None:
    event = event_of(**FIREWALL, request=a_rule("0.0.0.0/0"))

    assert (event.risks, event.summary) == ((), "")
    once = TRANSLATOR.describe(event)
    assert TRANSLATOR.describe(once) == once


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (a_rule("0.0.0.0/0"), "lets 0.0.0.0/0 reach tcp/22"),
        (a_rule("10.0.0.0/8", "::/0"), "lets ::/0 reach tcp/22"),
        (a_rule("0.0.0.0/0", alloweds=[{"IPProtocol": "all"}]), "lets 0.0.0.0/0 reach all traffic"),
        ({"allowed": [{"IPProtocol": "icmp"}], "sourceRanges": ["0.0.0.0/0"]}, "lets 0.0.0.0/0 reach icmp"),
        (a_rule(), "lets 0.0.0.0/0 reach tcp/22"),
    ],
    ids=["ipv4", "ipv6", "all", "another spelling", "no sources"],
)
def test_a_rule_that_lets_everybody_in_is_open_to_the_world(rule: dict[str, Any], text: str) -> None:
    """
    A new rule that names no sources has all of them.
    """
    event = described(**FIREWALL, request=rule)

    assert [(one.slug, one.text) for one in event.risks] == [("open-to-the-world", text)]


@pytest.mark.parametrize(
    "rule",
    [
        a_rule("10.0.0.0/8"),
        a_rule("0.0.0.0/0", direction="EGRESS"),
        a_rule("0.0.0.0/0", disabled=True),
        a_rule("0.0.0.0/0", disabled="true"),
        {"denieds": [{"IPProtocol": "all"}], "sourceRanges": ["0.0.0.0/0"]},
        a_rule(sourceTags=["web"]),
        {"name": "web"},
        None,
    ],
)
def test_any_other_rule_is_not(rule: Any) -> None:
    assert slugs(described(**FIREWALL, request=rule)) == []


def test_a_patch_that_names_no_sources_keeps_those_it_had() -> None:
    event = described(
        serviceName="compute.googleapis.com", methodName="v1.compute.firewalls.patch", request=a_rule()
    )

    assert slugs(event) == []


@pytest.mark.parametrize("member", ["allUsers", "allAuthenticatedUsers"])
@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("storage", "storage.setIamPermissions"),
        ("run", "google.cloud.run.v2.Services.SetIamPolicy"),
        ("cloudresourcemanager", "SetIamPolicy"),
        ("pubsub", "google.iam.v1.IAMPolicy.SetIamPolicy"),
    ],
)
def test_a_role_for_everybody_is_public_access(service: str, method: str, member: str) -> None:
    event = a_policy(service, method, serviceData=a_delta(added("roles/storage.objectViewer", member)))

    assert slugs(event) == ["public-access"]
    assert event.risks[0].text == f"lets anybody in: roles/storage.objectViewer to {member}"
    assert event.summary.endswith("(public)")


def test_taking_a_role_from_everybody_is_none() -> None:
    event = a_policy(serviceData=a_delta(added("roles/x", "allUsers") | {"action": "REMOVE"}))

    assert slugs(event) == []
    assert event.summary == f"revoked roles/x from allUsers on {PROJECT}"


def test_a_whole_policy_for_everybody_is_public_access_where_no_difference_is_told() -> None:
    bindings = [{"role": "roles/run.invoker", "members": ["user:a@example.com", "allUsers"]}]

    event = a_policy(
        "run", "google.cloud.run.v1.Services.SetIamPolicy", request={"policy": {"bindings": bindings}}
    )

    assert slugs(event) == ["public-access"]


@pytest.mark.parametrize("role", ["roles/owner", "roles/editor", "roles/iam.serviceAccountTokenCreator"])
def test_a_far_reaching_role_is_an_escalation(role: str) -> None:
    event = a_policy(serviceData=a_delta(added(role, "user:bob@example.com")))

    assert slugs(event) == ["privilege-escalation"]
    assert event.summary == f"granted {role} to user:bob@example.com on {PROJECT} (far-reaching rights)"


def test_a_far_reaching_role_that_was_there_before_is_none() -> None:
    bindings = [{"role": "roles/owner", "members": ["user:a@example.com"]}]

    assert slugs(a_policy(request={"policy": {"bindings": bindings}})) == []


@pytest.mark.parametrize(
    ("delta", "is_risky"),
    [
        ({"action": "REMOVE", "service": "allServices", "logType": "DATA_READ"}, True),
        ({"action": "ADD", "service": "allServices", "exemptedMember": "user:eve@example.com"}, True),
        ({"action": "ADD", "service": "allServices", "logType": "DATA_READ"}, False),
        ({"action": "REMOVE", "service": "allServices", "exemptedMember": "user:eve@example.com"}, False),
    ],
)
def test_less_logging_of_access_blinds_monitoring(delta: dict[str, str], is_risky: bool) -> None:
    event = a_policy(serviceData=a_delta(auditConfigDeltas=[delta]))

    assert ("blinds-monitoring" in slugs(event)) is is_risky


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("logging", f"{LOGGING}UpdateSink"),
        ("logging", f"{LOGGING}DeleteSink"),
        ("logging", f"{LOGGING}CreateExclusion"),
        ("logging", f"{LOGGING}UpdateExclusion"),
        ("logging", f"{LOGGING}UpdateBucket"),
        ("logging", f"{LOGGING}DeleteBucket"),
        ("logging", "google.logging.v2.LoggingServiceV2.DeleteLog"),
        ("cloudasset", "google.cloud.asset.v1.AssetService.DeleteFeed"),
    ],
)
def test_what_changes_the_log_itself_blinds_monitoring(service: str, method: str) -> None:
    event = described(serviceName=f"{service}.googleapis.com", methodName=method, resourceName=ABSENT)

    assert slugs(event) == ["blinds-monitoring"]


@pytest.mark.parametrize(("api", "is_risky"), [("logging", True), ("run", False)])
def test_switching_off_the_log_blinds_monitoring(api: str, is_risky: bool) -> None:
    event = described(
        serviceName="serviceusage.googleapis.com",
        methodName="google.api.serviceusage.v1.ServiceUsage.DisableService",
        resourceName=f"projects/111122223333/services/{api}.googleapis.com",
        request={"name": f"projects/111122223333/services/{api}.googleapis.com"},
    )

    assert ("blinds-monitoring" in slugs(event)) is is_risky


def test_creating_a_sink_blinds_nobody() -> None:
    assert slugs(described(serviceName="logging.googleapis.com", methodName=f"{LOGGING}CreateSink")) == []


@pytest.mark.parametrize(
    ("service", "method", "request_", "slug"),
    [
        ("iam", "google.iam.admin.v1.CreateServiceAccountKey", {}, "new-credential"),
        ("storage", "storage.hmacKeys.create", {}, "new-credential"),
        (
            "cloudsql",
            "cloudsql.instances.update",
            {"body": {"settings": {"ipConfiguration": {"authorizedNetworks": [{"value": "0.0.0.0/0"}]}}}},
            "open-to-the-world",
        ),
        (
            "container",
            "google.container.v1.ClusterManager.UpdateCluster",
            {
                "update": {
                    "desiredMasterAuthorizedNetworksConfig": {"cidrBlocks": [{"cidrBlock": "0.0.0.0/0"}]}
                }
            },
            "open-to-the-world",
        ),
        (
            "storage",
            "storage.buckets.update",
            {"iamConfiguration": {"publicAccessPrevention": "inherited"}},
            "public-access",
        ),
        ("orgpolicy", "google.cloud.orgpolicy.v2.OrgPolicy.DeletePolicy", {}, "privilege-escalation"),
    ],
)
def test_other_writes_that_matter_more(service: str, method: str, request_: Any, slug: str) -> None:
    event = described(serviceName=f"{service}.googleapis.com", methodName=method, request=request_)

    assert slugs(event) == [slug]


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        (FIREWALL | {"request": a_rule("0.0.0.0/0")}, "opened tcp/22 to 0.0.0.0/0"),
        (
            FIREWALL | {"request": a_rule("10.0.0.0/8"), "status": {"code": 7}},
            "failed attempt: opened tcp/22 to 10.0.0.0/8",
        ),
        (FIREWALL | {"methodName": "v1.compute.firewalls.delete"}, "removed the firewall rule web"),
        ({"methodName": "v1.compute.networks.addPeering"}, "called networks.addPeering on web"),
        (
            {"methodName": "google.cloud.run.v2.Services.UpdateService", "serviceName": "run.googleapis.com"},
            "deployed a new revision of web",
        ),
        ({"methodName": ABSENT, "serviceName": ABSENT, "resourceName": ABSENT}, "made an unnamed call"),
    ],
)
def test_a_summary_says_what_was_done(fields: dict[str, Any], summary: str) -> None:
    assert described(**fields).summary == summary


def test_a_summary_is_short_and_on_one_line() -> None:
    event = described(methodName="x.insert", resourceName="projects/p/things/" + "a\n" * 4000)

    assert len(event.summary) <= 200
    assert "\n" not in event.summary


def test_the_difference_stands_in_the_request_that_is_kept() -> None:
    event = event_of(serviceData=a_delta(added("roles/viewer", "user:a@example.com")))

    assert event.request["policyDelta"]["bindingDeltas"][0]["role"] == "roles/viewer"
    assert event.request["name"] == "web"
