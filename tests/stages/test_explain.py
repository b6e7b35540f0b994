"""Which write made a difference so, with the tables that ship."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from drift.model.baseline import DeclaredResource
from drift.model.change import Write
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind
from drift.model.resource import Json, Resource
from drift.model.verdict import Channel
from drift.redacted import redact_event
from drift.stages.explain import explain
from providers.terraform.attribution import attribution_rules
from tests.builders import NOON, a_classification, a_finding, a_write, an_event, minutes

RULES = attribution_rules()
LATER = NOON + minutes(600)

SSH = {
    "from_port": 22,
    "to_port": 22,
    "protocol": "tcp",
    "cidr_blocks": ["0.0.0.0/0"],
    "ipv6_cidr_blocks": [],
    "description": "debugging",
    "self": False,
}


def a_call(
    action: str, request: Json, *, at: float = 0, channel: Channel = Channel.CONSOLE, resource_id: str = "it"
) -> Write:
    """A write that called this with these parameters, as the store keeps it: without secrets."""
    event = an_event(
        event_id=f"{action} {at:g}",
        at=NOON + minutes(at),
        action=action,
        request=request,
        resources=(Resource(type=None, id=resource_id),),
    )
    return a_write(redact_event(event), classification=a_classification(channel=channel))


def a_rule(port: int = 22, *, cidr: str = "0.0.0.0/0", description: str = "debugging") -> dict[str, Json]:
    """The parameters of a call that opens, or closes, a port."""
    permission = {
        "ipProtocol": "tcp",
        "fromPort": port,
        "toPort": port,
        "groups": {},
        "ipRanges": {"items": [{"cidrIp": cidr, "description": description}]},
    }
    return {"groupId": "sg-0abc", "ipPermissions": {"items": [permission]}}


def explained(
    finding: DriftFinding, *writes: Write, declared: DeclaredResource | None = None, after: float = 600
) -> DriftFinding:
    """What is said of a finding, given the writes to its resource."""
    places = {} if declared is None else {(finding.state, finding.address): declared}
    comparison = Comparison(findings=(finding,), not_compared=(), declared=1, compared=1)
    told = explain(comparison, {finding.finding_id: writes}, places, RULES, NOON + minutes(after))
    [found] = (*told.findings, *told.settling)
    return found


def a_drift(type_: str, path: str, declared: Json, live: Json, **also: Any) -> DriftFinding:
    """One attribute that differs."""
    attribute = AttributeDrift(path=path, declared=declared, live=live, **also)
    return a_finding(resource=Resource(type=type_, id="it"), attributes=[attribute])


def makers(finding: DriftFinding) -> tuple[str, ...]:
    """The calls that made the only attribute differ, if nothing is left unexplained."""
    [attribute] = finding.attributes
    return tuple(key.removeprefix("aws:") for key in attribute.explained_by) if attribute.is_explained else ()


@pytest.mark.parametrize(
    ("type_", "path", "declared", "live", "action", "request_"),
    [
        (
            "aws_db_instance",
            "instance_class",
            "db.m5.large",
            "db.m5.2xlarge",
            "ModifyDBInstance",
            {"dBInstanceIdentifier": "it", "dBInstanceClass": "db.m5.2xlarge", "applyImmediately": True},
        ),
        (
            "aws_db_instance",
            "backup_retention_period",
            7,
            0,
            "ModifyDBInstance",
            {"backupRetentionPeriod": 0},
        ),
        ("aws_security_group", "ingress", [], [SSH], "AuthorizeSecurityGroupIngress", a_rule()),
        (
            "aws_security_group",
            "tags.team",
            "web",
            "data",
            "CreateTags",
            {
                "resourcesSet": {"items": [{"resourceId": "it"}]},
                "tagSet": {"items": [{"key": "team", "value": "data"}]},
            },
        ),
        (
            "aws_security_group",
            "tags.team",
            "web",
            None,
            "DeleteTags",
            {"tagSet": {"items": [{"key": "team"}]}},
        ),
        ("aws_sqs_queue", "tags.team", "web", None, "UntagQueue", {"queueUrl": "it", "tagKeys": ["team"]}),
        (
            "aws_sqs_queue",
            "visibility_timeout_seconds",
            30,
            60,
            "SetQueueAttributes",
            {"queueUrl": "it", "attributes": {"VisibilityTimeout": "60"}},
        ),
        (
            "aws_sns_topic",
            "display_name",
            "",
            "Orders",
            "SetTopicAttributes",
            {"topicArn": "it", "attributeName": "DisplayName", "attributeValue": "Orders"},
        ),
        (
            "aws_instance",
            "instance_type",
            "t3.micro",
            "t3.large",
            "ModifyInstanceAttribute",
            {"instanceId": "it", "instanceType": {"value": "t3.large"}},
        ),
        (
            "aws_instance",
            "vpc_security_group_ids",
            ["sg-1"],
            ["sg-2"],
            "ModifyInstanceAttribute",
            {"instanceId": "it", "groupSet": {"items": [{"groupId": "sg-2"}]}},
        ),
        ("aws_kms_key", "enable_key_rotation", True, False, "DisableKeyRotation", {"keyId": "it"}),
        ("aws_cloudtrail", "enable_logging", True, False, "StopLogging", {"name": "it"}),
        (
            "aws_s3_bucket",
            "acl",
            "private",
            "public-read",
            "PutBucketAcl",
            {"bucketName": "it", "x-amz-acl": "public-read"},
        ),
        (
            "aws_s3_bucket",
            "versioning[0].enabled",
            True,
            False,
            "PutBucketVersioning",
            {"bucketName": "it", "VersioningConfiguration": {"Status": "Suspended"}},
        ),
        (
            "aws_cloudwatch_log_group",
            "retention_in_days",
            30,
            0,
            "PutRetentionPolicy",
            {"retentionInDays": 0},
        ),
        (
            "aws_iam_role",
            "assume_role_policy",
            '{"Version":"2012-10-17"}',
            '{"Principal":"*","Version":"2012-10-17"}',
            "UpdateAssumeRolePolicy",
            {"roleName": "it", "policyDocument": "%7B%22Principal%22%3A%22%2A%22%7D"},
        ),
        (
            "aws_lb",
            "idle_timeout",
            60,
            120,
            "ModifyLoadBalancerAttributes",
            {"attributes": [{"key": "idle_timeout.timeout_seconds", "value": "120"}]},
        ),
        (
            "google_compute_instance",
            "machine_type",
            "e2-small",
            "e2-medium",
            "v1.compute.instances.setMachineType",
            {"machineType": "projects/p/zones/z/machineTypes/e2-medium"},
        ),
        (
            "google_compute_instance",
            "labels.team",
            "web",
            "data",
            "v1.compute.instances.setLabels",
            {"labels": [{"key": "team", "value": "data"}]},
        ),
        (
            "google_sql_database_instance",
            "settings[0].tier",
            "db-f1-micro",
            "db-n1",
            "cloudsql.instances.update",
            {"body": {"settings": {"tier": "db-n1"}}},
        ),
        (
            "azurerm_storage_account",
            "min_tls_version",
            "TLS1_2",
            "TLS1_0",
            "Microsoft.Storage/storageAccounts/write",
            {"requestbody": {"properties": {"minimumTlsVersion": "TLS1_0"}}},
        ),
        (
            "azurerm_storage_account",
            "public_network_access_enabled",
            False,
            True,
            "Microsoft.Storage/storageAccounts/write",
            {"requestbody": {"properties": {"publicNetworkAccess": "Enabled"}}},
        ),
    ],
)
def test_a_difference_is_explained_by_the_write_that_set_it(
    type_: str, path: str, declared: Json, live: Json, action: str, request_: Json
) -> None:
    drift = a_drift(type_, path, declared, live)

    assert makers(explained(drift, a_call(action, request_))) == (f"{action} 0",)


@pytest.mark.parametrize(
    ("path", "live", "action", "request_"),
    [
        ("instance_class", "db.m5.2xlarge", "ModifyDBInstance", {"dBInstanceClass": "db.m5.large"}),
        ("instance_class", "db.m5.2xlarge", "RebootDBInstance", {"dBInstanceIdentifier": "it"}),
        ("instance_class", "db.m5.2xlarge", "ModifyDBInstance", None),
        ("deletion_protection", False, "ModifyDBInstance", {"applyImmediately": False, "multiAZ": False}),
        ("ingress", [SSH], "AuthorizeSecurityGroupEgress", a_rule()),
        ("ingress", [SSH], "AuthorizeSecurityGroupIngress", a_rule(443)),
        ("ingress", [SSH], "RevokeSecurityGroupIngress", a_rule()),
    ],
)
def test_a_write_that_set_something_else_explains_nothing(
    path: str, live: Json, action: str, request_: Json
) -> None:
    drift = a_drift("aws_db_instance", path, None, live)

    [attribute] = explained(drift, a_call(action, request_)).attributes

    assert (attribute.explained_by, attribute.is_explained) == ((), False)


def test_a_rule_that_was_written_by_itself_explains_its_group() -> None:
    rule = {
        "name": "RDP",
        "priority": 100,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "*",
        "destination_port_range": "3389",
        "destination_port_ranges": [],
        "description": "",
    }
    properties = {"priority": 100, "direction": "inbound", "access": "allow", "protocol": "*"}
    body = json.dumps({"properties": {**properties, "destinationPortRange": "3389"}})
    drift = a_drift("azurerm_network_security_group", "security_rule", [], [rule])

    def call(name: str) -> Write:
        action = "Microsoft.Network/networkSecurityGroups/securityRules/write"
        return a_call(action, {"requestbody": body}, resource_id=f"/subscriptions/s/x/securityrules/{name}")

    assert makers(explained(drift, call("rdp")))
    assert not makers(explained(drift, call("ssh")))


def test_the_latest_write_that_fits_wins() -> None:
    drift = a_drift("aws_db_instance", "instance_class", "a", "b")
    writes = [
        a_call("ModifyDBInstance", {"dBInstanceClass": "b"}, at=1),
        a_call("ModifyDBInstance", {"dBInstanceClass": "b"}, at=2),
        a_call("ModifyDBInstance", {"dBInstanceClass": "c"}, at=3),
    ]

    found = explained(drift, *writes)

    assert makers(found) == ("ModifyDBInstance 2",)
    assert found.explained_by == ("aws:ModifyDBInstance 2",)


def test_each_element_of_a_set_has_a_write_of_its_own() -> None:
    """
    The cloud puts rules that differ only in the address into one element.
    """
    both = {**SSH, "cidr_blocks": ["192.0.2.0/24", "198.51.100.0/24"]}
    drift = a_drift("aws_security_group", "ingress", [], [both])
    writes = [
        a_call("AuthorizeSecurityGroupIngress", a_rule(cidr="192.0.2.0/24"), at=1),
        a_call("AuthorizeSecurityGroupIngress", a_rule(cidr="198.51.100.0/24"), at=2),
    ]

    assert makers(explained(drift, *writes)) == (
        "AuthorizeSecurityGroupIngress 1",
        "AuthorizeSecurityGroupIngress 2",
    )
    [partly] = explained(drift, writes[0]).attributes
    assert (len(partly.explained_by), partly.is_explained) == (1, False)


def test_what_was_closed_is_explained_by_who_closed_it() -> None:
    drift = a_drift("aws_security_group", "ingress", [SSH], [])
    by_id = {"groupId": "it", "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-1"}]}}

    assert makers(explained(drift, a_call("RevokeSecurityGroupIngress", a_rule())))
    assert makers(explained(drift, a_call("RevokeSecurityGroupIngress", by_id)))
    assert not makers(explained(drift, a_call("RevokeSecurityGroupIngress", a_rule(443))))
    assert not makers(explained(drift, a_call("AuthorizeSecurityGroupIngress", a_rule())))


def test_a_policy_is_explained_by_the_call_that_put_what_differs_in_it() -> None:
    declared = '{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow"}]}'
    live = '{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow"},{"Sid":"b","Effect":"Allow"}]}'
    drift = a_drift("aws_s3_bucket_policy", "policy", declared, live)
    put = {"bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Sid": "b", "Effect": "Allow"}]}}

    assert makers(explained(drift, a_call("PutBucketPolicy", put)))
    assert not makers(explained(drift, a_call("DeleteBucketPolicy", {"bucketName": "it"})))
    gone = a_drift("aws_s3_bucket_policy", "policy", declared, "")
    assert makers(explained(gone, a_call("DeleteBucketPolicy", {"bucketName": "it"})))


def test_a_hidden_value_is_explained_by_the_name_of_the_parameter() -> None:
    hidden = a_drift("aws_db_instance", "password", "(sensitive)", "(sensitive)", sensitive=True)
    call = a_call("ModifyDBInstance", {"masterUserPassword": "correct horse battery"})

    assert "correct horse" not in str(call.event.request)
    assert makers(explained(hidden, call))
    assert not makers(explained(hidden, a_call("ModifyDBInstance", {"dBInstanceClass": "b"})))


def test_an_undeclared_resource_is_explained_by_who_made_it() -> None:
    unmanaged = a_finding(kind=FindingKind.UNMANAGED, attributes=(), address=None)

    found = explained(unmanaged, a_call("CreateBucket", {}, at=1), a_call("PutBucketPolicy", {}, at=2))

    assert found.explained_by == ("aws:CreateBucket 1",)


def test_where_one_call_makes_and_changes_the_first_one_made_it() -> None:
    unmanaged = a_finding(kind=FindingKind.UNMANAGED, attributes=(), address=None)
    action = "Microsoft.Storage/storageAccounts/write"

    found = explained(unmanaged, a_call(action, {}, at=1), a_call(action, {}, at=2))

    assert found.explained_by == (f"aws:{action} 1",)


def test_a_missing_resource_is_explained_by_who_removed_it() -> None:
    missing = a_finding(kind=FindingKind.MISSING, attributes=(), resource=Resource(type="t", id="it"))

    found = explained(missing, a_call("DeleteQueue", {}, at=1), a_call("TagQueue", {}, at=2))

    assert found.explained_by == ("aws:DeleteQueue 1",)


def test_a_missing_resource_may_be_named_by_another_name_than_its_id() -> None:
    missing = a_finding(kind=FindingKind.MISSING, attributes=(), resource=Resource(type="t", id="db-1"))
    by_name = {"dBInstanceIdentifier": "orders", "skipFinalSnapshot": True, "deleteAutomatedBackups": True}

    def removed(declared: DeclaredResource, request: Json, named: str) -> bool:
        call = a_call("DeleteDBInstance", request, resource_id=named)
        return bool(explained(missing, call, declared=declared).explained_by)

    assert removed(a_declared(identifier="orders"), by_name, "orders")
    assert removed(a_declared(arn="arn:x"), {}, "arn:x")
    assert not removed(a_declared(identifier="orders"), {**by_name, "dBInstanceIdentifier": "o"}, "o")


def test_a_missing_part_is_explained_only_by_a_call_that_speaks_of_it() -> None:
    """
    Both attachments of a role are known by the role, so the call must name the policy as well.
    """
    missing = a_finding(kind=FindingKind.MISSING, attributes=(), resource=Resource(type="t", id="deploy-1"))
    declared = a_declared(role="deploy", policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")

    def detach(policy: str) -> Write:
        request = {"roleName": "deploy", "policyArn": f"arn:aws:iam::aws:policy/{policy}"}
        return a_call("DetachRolePolicy", request, resource_id="deploy")

    assert explained(missing, detach("ReadOnlyAccess"), declared=declared).explained_by
    assert not explained(missing, detach("AdministratorAccess"), declared=declared).explained_by


def test_what_an_apply_does_is_no_finding_until_it_had_time_to_end() -> None:
    drift = a_drift("aws_db_instance", "instance_class", "a", "b")
    request = {"dBInstanceClass": "b"}
    by_pipeline = a_call("ModifyDBInstance", request, channel=Channel.PIPELINE)
    by_person = a_call("ModifyDBInstance", request)

    assert settles(drift, by_pipeline, after=9)
    assert not settles(drift, by_pipeline, after=10)
    assert not settles(drift, by_person, after=9)
    assert not settles(a_drift("aws_db_instance", "instance_class", "a", "c"), by_pipeline, after=9)


def test_a_resource_that_an_apply_makes_is_no_finding_until_its_state_is_written() -> None:
    unmanaged = a_finding(kind=FindingKind.UNMANAGED, attributes=(), address=None)

    assert settles(unmanaged, a_call("CreateBucket", {}, channel=Channel.PIPELINE), after=1)


def settles(finding: DriftFinding, *writes: Write, after: float) -> bool:
    """Tell whether it is left out for now."""
    comparison = Comparison(findings=(finding,), not_compared=(), declared=1, compared=1)
    told = explain(comparison, {finding.finding_id: writes}, {}, RULES, NOON + minutes(after))
    assert len(told.settling) + len(told.findings) == 1
    return bool(told.settling)


def a_declared(ignored: Sequence[str] = (), **attributes: Json) -> DeclaredResource:
    """A resource in the code."""
    return DeclaredResource(
        address="aws_security_group.web",
        type="aws_security_group",
        resource_id="it",
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes=attributes,
        ignored=tuple(ignored),
    )


def test_the_findings_come_back_in_their_order_with_all_they_said() -> None:
    first, second = a_finding("f-1"), replace(a_finding("f-2"), severity=a_finding().severity)
    comparison = Comparison(findings=(first, second), not_compared=(), declared=2, compared=2)

    assert explain(comparison, {}, {}, RULES, LATER) == comparison
