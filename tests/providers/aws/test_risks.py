"""What makes a write matter more."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from drift.model.event import Effect
from tests.providers.aws.records import ABSENT, a_root_user, event_of

EVERYBODY: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
ADMIN: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def risks_of(service: str, name: str, request: Any = None, **fields: Any) -> list[tuple[str, str]]:
    event = event_of(
        eventSource=f"{service}.amazonaws.com", eventName=name, requestParameters=request, **fields
    )
    return [(risk.slug, risk.text) for risk in event.risks]


def slugs_of(service: str, name: str, request: Any = None, **fields: Any) -> list[str]:
    return [slug for slug, _ in risks_of(service, name, request, **fields)]


def a_rule(cidr: str = "0.0.0.0/0", **fields: Any) -> dict[str, Any]:
    """The parameters of opening a security group."""
    key, ranges = ("cidrIpv6", "ipv6Ranges") if ":" in cidr else ("cidrIp", "ipRanges")
    rule = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, ranges: {"items": [{key: cidr}]}}
    return {"groupId": "sg-1", "ipPermissions": {"items": [rule | fields]}}


def a_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def a_block(**switches: Any) -> dict[str, Any]:
    """The parameters of setting a public access block."""
    return {
        "bucketName": "example-logs",
        "PublicAccessBlockConfiguration": dict.fromkeys(SWITCHES, True) | switches,
        "publicAccessBlock": "",
    }


@pytest.mark.parametrize("fields", [{}, {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin"}])
def test_the_root_user_is_a_risk(fields: dict[str, Any]) -> None:
    event = event_of(userIdentity=a_root_user(), **fields)

    assert [risk.slug for risk in event.risks] == ["root-user"]


def test_the_root_user_may_look() -> None:
    assert event_of(userIdentity=a_root_user(), eventName="DescribeVpcs", readOnly=True).risks == ()


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("cloudtrail", "StopLogging"),
        ("cloudtrail", "DeleteTrail"),
        ("cloudtrail", "UpdateTrail"),
        ("cloudtrail", "PutEventSelectors"),
        ("ec2", "DeleteFlowLogs"),
        ("config", "StopConfigurationRecorder"),
        ("guardduty", "DeleteDetector"),
    ],
)
def test_blinding_the_monitoring_is_a_risk(service: str, name: str) -> None:
    assert slugs_of(service, name) == ["blinds-monitoring"]


def test_deleting_files_of_the_audit_log_blinds_the_monitoring() -> None:
    key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/x.json.gz"

    assert slugs_of("s3", "DeleteObject", {"bucketName": "trail", "key": key}) == ["blinds-monitoring"]
    assert slugs_of("s3", "DeleteObject", {"bucketName": "trail", "key": "x"}) == []


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (a_rule(), "lets 0.0.0.0/0 reach tcp/22"),
        (a_rule("::/0"), "lets ::/0 reach tcp/22"),
        (a_rule("198.51.100.7/0"), "lets 198.51.100.7/0 reach tcp/22"),
        (a_rule(ipProtocol="-1"), "lets 0.0.0.0/0 reach all traffic"),
        (a_rule(toPort=8022), "lets 0.0.0.0/0 reach tcp/22-8022"),
        (a_rule(fromPort=0, toPort=65535), "lets 0.0.0.0/0 reach all tcp ports"),
        (
            {"groupId": "sg-1", "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "0.0.0.0/0"},
            "lets 0.0.0.0/0 reach tcp/22",
        ),
        (
            {
                "groupId": "sg-1",
                "ipPermissions": {
                    "items": [
                        {
                            "ipProtocol": "udp",
                            "fromPort": 53,
                            "toPort": 53,
                            "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}, {"cidrIp": "0.0.0.0/0"}]},
                            "ipv6Ranges": {"items": [{"cidrIpv6": "::/0"}]},
                        }
                    ]
                },
            },
            "lets 0.0.0.0/0 reach udp/53, lets ::/0 reach udp/53",
        ),
    ],
)
def test_letting_everybody_in_is_a_risk(request_: Any, text: str) -> None:
    assert risks_of("ec2", "AuthorizeSecurityGroupIngress", request_) == [("open-to-the-world", text)]


def test_a_changed_rule_is_read_in_its_wrapped_form() -> None:
    rule = {"SecurityGroupRuleId": "sgr-1", "SecurityGroupRule": {"IpProtocol": "6", "CidrIpv4": "0.0.0.0/0"}}
    request = {"ModifySecurityGroupRulesRequest": {"GroupId": "sg-1", "SecurityGroupRule": rule}}

    assert risks_of("ec2", "ModifySecurityGroupRules", request) == [
        ("open-to-the-world", "lets 0.0.0.0/0 reach tcp")
    ]


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("AuthorizeSecurityGroupIngress", a_rule("10.0.0.0/8")),
        ("AuthorizeSecurityGroupIngress", a_rule("2001:db8::/32")),
        ("AuthorizeSecurityGroupEgress", a_rule()),
        ("RevokeSecurityGroupIngress", a_rule()),
    ],
)
def test_a_rule_that_lets_nobody_new_in_is_none(name: str, request_: Any) -> None:
    assert slugs_of("ec2", name, request_) == []


@pytest.mark.parametrize(
    ("action", "egress", "slugs"),
    [("allow", False, ["open-to-the-world"]), ("deny", False, []), ("allow", True, [])],
)
def test_a_network_acl_opens_only_by_allowing_in(action: str, egress: bool, slugs: list[str]) -> None:
    request = {
        "networkAclId": "acl-1",
        "aclProtocol": "6",
        "portRange": {"from": 22, "to": 22},
        "cidrBlock": "0.0.0.0/0",
        "ruleAction": action,
        "egress": egress,
    }

    assert slugs_of("ec2", "CreateNetworkAclEntry", request) == slugs


@pytest.mark.parametrize(
    ("statement", "slugs"),
    [
        (EVERYBODY, ["public-access"]),
        (EVERYBODY | {"Principal": {"AWS": "*"}}, ["public-access"]),
        (EVERYBODY | {"Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}}, ["public-access"]),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "*"}, ["public-access"]),
        (EVERYBODY | {"Effect": "Deny"}, []),
        (EVERYBODY | {"Principal": {"Service": "cloudtrail.amazonaws.com"}}, []),
        (EVERYBODY | {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, []),
    ],
)
def test_a_policy_that_admits_everybody_is_a_risk(statement: dict[str, Any], slugs: list[str]) -> None:
    request = {"bucketName": "example-logs", "bucketPolicy": a_policy(statement), "policy": ""}

    assert slugs_of("s3", "PutBucketPolicy", request) == slugs


def test_a_policy_is_read_in_each_of_its_forms() -> None:
    text = json.dumps(a_policy(EVERYBODY))

    assert slugs_of("sqs", "SetQueueAttributes", {"attributes": {"Policy": text}}) == ["public-access"]
    assert slugs_of("iam", "UpdateAssumeRolePolicy", {"policyDocument": quote(text)}) == [
        "privilege-escalation"
    ]
    assert slugs_of("s3", "PutBucketPolicy", {"bucketPolicy": {"Statement": EVERYBODY}}) == ["public-access"]
    assert slugs_of("s3", "PutBucketPolicy", {"bucketPolicy": "{broken"}) == []


@pytest.mark.parametrize(
    ("request_", "slugs"),
    [
        ({"bucketName": "b", "x-amz-acl": ["public-read"], "acl": [""]}, ["public-access"]),
        ({"bucketName": "b", "x-amz-acl": "authenticated-read"}, ["public-access"]),
        (
            {"AccessControlPolicy": {"AccessControlList": {"Grant": [{"Grantee": {"URI": ALL_USERS}}]}}},
            ["public-access"],
        ),
        ({"bucketName": "public-read-me", "x-amz-acl": "private"}, []),
    ],
)
def test_an_acl_for_everybody_is_a_risk(request_: Any, slugs: list[str]) -> None:
    assert slugs_of("s3", "PutBucketAcl", request_) == slugs


@pytest.mark.parametrize(
    ("request_", "slugs"),
    [
        (a_block(), []),
        (a_block(BlockPublicPolicy=False), ["public-access"]),
        (a_block(BlockPublicPolicy="false"), ["public-access"]),
        (a_block(BlockPublicPolicy=None), ["public-access"]),
        (a_block(BlockPublicPolicy="true"), []),
        (None, []),
    ],
)
def test_lowering_the_public_access_block_is_a_risk(request_: Any, slugs: list[str]) -> None:
    assert slugs_of("s3", "PutBucketPublicAccessBlock", request_) == slugs


def test_removing_the_public_access_block_is_a_risk() -> None:
    assert slugs_of("s3", "DeleteBucketPublicAccessBlock", {"bucketName": "b"}) == ["public-access"]


@pytest.mark.parametrize(
    ("service", "name", "request_", "slugs"),
    [
        (
            "lambda",
            "AddPermission20150331v2",
            {"principal": "*", "action": "lambda:Invoke"},
            ["public-access"],
        ),
        ("lambda", "AddPermission20150331v2", {"principal": "s3.amazonaws.com", "action": "*"}, []),
        (
            "ec2",
            "ModifySnapshotAttribute",
            {"createVolumePermission": {"add": {"items": [{"group": "all"}]}}},
            ["public-access"],
        ),
        (
            "ec2",
            "ModifySnapshotAttribute",
            {"createVolumePermission": {"remove": {"items": [{"group": "all"}]}}},
            [],
        ),
        ("rds", "ModifyDBSnapshotAttribute", {"valuesToAdd": ["all"]}, ["public-access"]),
        ("rds", "ModifyDBSnapshotAttribute", {"valuesToRemove": ["all"]}, []),
        (
            "iam",
            "AttachRolePolicy",
            {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            ["privilege-escalation"],
        ),
        ("iam", "AttachRolePolicy", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, []),
        ("iam", "PutRolePolicy", {"policyDocument": json.dumps(a_policy(ADMIN))}, ["privilege-escalation"]),
        (
            "iam",
            "PutRolePolicy",
            {"policyDocument": json.dumps(a_policy(ADMIN | {"Action": ["s3:Get*", "iam:*"]}))},
            ["privilege-escalation"],
        ),
        ("iam", "PutRolePolicy", {"policyDocument": json.dumps(a_policy(ADMIN | {"Action": "s3:*"}))}, []),
        ("iam", "PutRolePolicy", {"policyDocument": json.dumps(a_policy(ADMIN | {"Resource": "arn:x"}))}, []),
        (
            "eks",
            "AssociateAccessPolicy",
            {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"},
            ["privilege-escalation"],
        ),
        ("iam", "CreateAccessKey", {"userName": "bob"}, ["new-credential"]),
        ("iam", "CreateLoginProfile", {"userName": "bob"}, ["new-credential"]),
        ("iam", "CreateUser", {"userName": "bob"}, []),
    ],
)
def test_each_row_finds_its_risk(service: str, name: str, request_: Any, slugs: list[str]) -> None:
    assert slugs_of(service, name, request_) == slugs


def test_what_was_only_tried_keeps_its_risk() -> None:
    event = event_of(
        eventName="AuthorizeSecurityGroupIngress",
        requestParameters=a_rule(),
        responseElements=ABSENT,
        errorCode="Client.UnauthorizedOperation",
    )

    assert event.effect is Effect.FAILED
    assert [risk.slug for risk in event.risks] == ["open-to-the-world"]
