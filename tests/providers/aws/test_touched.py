"""Which resources a call touched."""

from typing import Any

import pytest

from drift.model.resource import Resource
from providers.aws.touched import MAX_RESOURCES
from tests.providers.aws.records import ACCOUNT, event_of

GROUP = "sg-0a1b2c3d4e5f60718"
ARN = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:listener/app/web/1/2"


def touched_by(service: str, name: str, **fields: Any) -> list[tuple[str | None, str]]:
    request, response = fields.pop("request", None), fields.pop("response", None)
    event = event_of(
        eventSource=f"{service}.amazonaws.com",
        eventName=name,
        requestParameters=request,
        responseElements=response,
        **fields,
    )
    return [(one.type, one.id) for one in event.resources]


@pytest.mark.parametrize(
    ("service", "name", "request_", "response", "resource"),
    [
        ("ec2", "AuthorizeSecurityGroupIngress", {"groupId": GROUP}, None, ("aws_security_group", GROUP)),
        ("ec2", "CreateVpc", {}, {"vpc": {"vpcId": "vpc-1"}}, ("aws_vpc", "vpc-1")),
        (
            "ec2",
            "DeleteNatGateway",
            {"DeleteNatGatewayRequest": {"NatGatewayId": "nat-1", "tag": 1}},
            None,
            ("aws_nat_gateway", "nat-1"),
        ),
        (
            "ec2",
            "ModifyVolume",
            {"ModifyVolumeRequest": {"VolumeId": "vol-1"}},
            None,
            ("aws_ebs_volume", "vol-1"),
        ),
        ("ec2", "ModifyVolume", {"volumeId": "vol-1"}, None, ("aws_ebs_volume", "vol-1")),
        (
            "ec2",
            "DeleteVpcEndpoints",
            {"DeleteVpcEndpointsRequest": {"VpcEndpointId": {"tag": 1, "content": "vpce-1"}}},
            None,
            ("aws_vpc_endpoint", "vpce-1"),
        ),
        ("s3", "CreateBucket", {"bucketName": "example-logs"}, None, ("aws_s3_bucket", "example-logs")),
        ("rds", "DeleteDBInstance", {"DBInstanceIdentifier": "db"}, None, ("aws_db_instance", "db")),
        (
            "iam",
            "CreatePolicy",
            {},
            {"policy": {"arn": "arn:aws:iam::1:policy/p"}},
            ("aws_iam_policy", "arn:aws:iam::1:policy/p"),
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            {"functionName": "api"},
            None,
            ("aws_lambda_function", "api"),
        ),
        (
            "lambda",
            "UpdateFunctionCode20150331v2",
            {"functionName": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:api:live"},
            None,
            ("aws_lambda_function", "api"),
        ),
        (
            "lambda",
            "DeleteFunction20150331",
            {"functionName": f"{ACCOUNT}:function:api"},
            None,
            ("aws_lambda_function", "api"),
        ),
        (
            "kms",
            "PutKeyPolicy",
            {"keyId": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0f00ba11-1111"},
            None,
            ("aws_kms_key", "0f00ba11-1111"),
        ),
        (
            "route53",
            "ChangeResourceRecordSets",
            {"hostedZoneId": "/hostedzone/Z1"},
            None,
            ("aws_route53_record", "Z1"),
        ),
        (
            "ecs",
            "DeleteService",
            {"service": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/prod/api"},
            None,
            ("aws_ecs_service", "api"),
        ),
        ("elasticloadbalancing", "DeleteLoadBalancer", {"loadBalancerName": "old"}, None, ("aws_elb", "old")),
        ("elasticloadbalancing", "DeleteLoadBalancer", {"loadBalancerArn": ARN}, None, ("aws_lb", ARN)),
        (
            "eks",
            "AssociateAccessPolicy",
            {"principalArn": "arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FOps"},
            None,
            ("aws_eks_access_entry", "arn:aws:iam::111122223333:role/Ops"),
        ),
        (
            "sqs",
            "DeleteQueue",
            {"queueUrl": "https://sqs.example/1/q"},
            None,
            ("aws_sqs_queue", "https://sqs.example/1/q"),
        ),
    ],
)
def test_a_row_finds_the_id_in_each_shape_of_the_record(
    service: str, name: str, request_: object, response: object, resource: tuple[str, str]
) -> None:
    found = touched_by(service, name, request=request_, response=response)

    assert found == [resource]


def test_every_element_of_a_list_is_a_resource() -> None:
    items = [{"instanceId": "i-1"}, {"instanceId": "i-2"}, {"instanceId": "i-1"}]

    found = touched_by("ec2", "TerminateInstances", request={"instancesSet": {"items": items}})

    assert found == [("aws_instance", "i-1"), ("aws_instance", "i-2")]


def test_an_object_in_the_place_of_a_list_counts_as_its_one_element() -> None:
    found = touched_by(
        "ec2", "TerminateInstances", request={"instancesSet": {"items": {"instanceId": "i-1"}}}
    )

    assert found == [("aws_instance", "i-1")]


def test_tags_are_put_on_what_the_id_says() -> None:
    items = [{"resourceId": GROUP}, {"resourceId": "tgw-attach-0a1b2c3d"}, {"resourceId": "new-0a1b2c3d"}]

    found = touched_by("ec2", "CreateTags", request={"resourcesSet": {"items": items}})

    assert found == [
        ("aws_security_group", GROUP),
        ("aws_ec2_transit_gateway_vpc_attachment", "tgw-attach-0a1b2c3d"),
        (None, "new-0a1b2c3d"),
    ]


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        (f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders", "aws_db_instance"),
        ("arn:aws:s3:::example-logs", "aws_s3_bucket"),
        (f"arn:aws:sns:eu-west-1:{ACCOUNT}:alarms", "aws_sns_topic"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/Ops", "aws_iam_role"),
        (f"arn:aws:newservice:eu-west-1:{ACCOUNT}:thing/1", None),
        ("arn:aws", None),
    ],
)
def test_an_arn_tells_its_type(arn: str, kind: str | None) -> None:
    found = touched_by("tagging", "TagResources", request={"resourceARNList": [arn]})

    assert found == [(kind, arn)]


def test_an_alias_of_a_key_gives_way_to_the_key_that_the_record_lists() -> None:
    listed = [{"ARN": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/0f00ba11", "type": "AWS::KMS::Key"}]

    found = touched_by("kms", "DisableKey", request={"keyId": "alias/app"}, resources=listed)

    assert found == [("aws_kms_key", "0f00ba11")]


def test_a_call_without_a_row_is_searched_for_what_looks_like_an_id() -> None:
    assert touched_by("quantum", "CreateBit", resources=[{"arn": "arn:aws:s3:::example"}]) == [
        ("aws_s3_bucket", "arn:aws:s3:::example")
    ]
    assert touched_by("quantum", "CreateBit", request={"bitId": "b-1", "accountId": ACCOUNT}) == [
        (None, "b-1")
    ]
    assert touched_by("quantum", "CreateBit", request={"deep": {"in": [{"it": GROUP}]}}) == [
        ("aws_security_group", GROUP)
    ]
    assert touched_by("quantum", "CreateBit", request={"size": 5}) == []


@pytest.mark.parametrize(
    "request_", [None, {}, {"groupId": None}, {"groupId": ""}, [], "text", {"groupId": {}}]
)
def test_parameters_that_were_dropped_name_no_resource(request_: object) -> None:
    """
    AWS leaves parameters out above 100 KB.
    """
    assert touched_by("ec2", "DeleteSecurityGroup", request=request_) == []


def test_what_aws_hides_is_no_id() -> None:
    assert touched_by("ssm", "PutParameter", request={"name": "HIDDEN_DUE_TO_SECURITY_REASONS"}) == []


def test_a_forged_record_names_only_so_many() -> None:
    items = [{"instanceId": f"i-{number}"} for number in range(MAX_RESOURCES * 2)]

    found = touched_by("ec2", "TerminateInstances", request={"instancesSet": {"items": items}})

    assert len(found) == MAX_RESOURCES


def test_a_sign_in_touches_only_what_the_record_lists() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/Ops"

    event = event_of(
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={"roleArn": role, "roleSessionName": "s-1"},
        resources=[{"ARN": role, "accountId": ACCOUNT}],
    )

    assert event.resources == (Resource(type="aws_iam_role", id=role),)
