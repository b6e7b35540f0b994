"""Builds an account of 4,000 resources, the state that declares them, and what somebody did past it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import boto3

from tests.simulator.moto import ACCOUNT, KEY, REGION

OF_EACH = 1_000
CHANGED_OF_EACH = 100
BY_HAND_OF_EACH = 25

TYPES = ("aws_security_group", "aws_s3_bucket", "aws_iam_role", "aws_instance")
RESOURCES, CHANGED, BY_HAND = len(TYPES) * OF_EACH, len(TYPES) * CHANGED_OF_EACH, len(TYPES) * BY_HAND_OF_EACH

PAGE = 1_000
"""What a listing of EC2 or IAM gives at once."""

INSTANCE_SETTINGS = 3
"""Calls that the settings of an instance take: whether it may be ended, what ends it, what it begins with."""

BUCKET_SETTINGS = 13
"""Calls that the settings of a bucket take, which no listing shows: access list, policy, versioning,
encryption, lifecycle, logging, website, CORS, replication, object lock, tags, acceleration, who pays."""

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
ANYBODY = TRUST.replace('{"Service":"ec2.amazonaws.com"}', '"*"')
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@dataclass(frozen=True, kw_only=True)
class Built:
    """What was built."""

    state: Path
    changed: frozenset[str]
    """Ids of what was changed past the state."""
    by_hand: frozenset[str]
    """Ids of what no state declares."""
    calls_needed: int
    """By listing what can be listed, and asking one by one for what no listing shows."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """Resources of one type: with what a state says of each, or with nothing."""

    type: str
    attributes: Sequence[dict[str, Any]]
    by_hand: Sequence[str]


def build(url: str, state: Path) -> Built:
    """Fill the empty account that answers at `url`, and write the state."""
    made = (_groups(url), _buckets(url), _roles(url), _instances(url))
    document = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "0f8b2a54-6a4e-4bb0-9b43-3a0b7c1f0d11",
        "outputs": {},
        "resources": [
            _in_state(one.type, each, number) for one in made for number, each in enumerate(one.attributes)
        ],
    }
    state.write_text(json.dumps(document))
    changes = (_open_group, _stop_versions, _let_anybody, _resize)
    for one, change in zip(made, changes, strict=True):
        for attributes in one.attributes[:CHANGED_OF_EACH]:
            change(url, attributes["id"])
    listed = ceil((OF_EACH + BY_HAND_OF_EACH) / PAGE)
    return Built(
        state=state,
        changed=frozenset(each["id"] for one in made for each in one.attributes[:CHANGED_OF_EACH]),
        by_hand=frozenset(id_ for one in made for id_ in one.by_hand),
        # Groups; instances and their disks; roles, and their descriptions; buckets; stacks; who we are.
        calls_needed=listed * 5 + 1 + 1 + 1 + (BUCKET_SETTINGS + INSTANCE_SETTINGS) * OF_EACH,
    )


def _groups(url: str) -> Made:
    ec2, vpc = _client(url, "ec2"), _client(url, "ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ids = []
    for number in range(OF_EACH + BY_HAND_OF_EACH):
        ids.append(ec2.create_security_group(GroupName=f"g{number}", Description="d", VpcId=vpc)["GroupId"])
        ec2.authorize_security_group_ingress(GroupId=ids[-1], IpPermissions=[HTTPS])
    rule = {
        "description": "",
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "security_groups": [],
        "self": False,
    }
    incoming = {**rule, "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}
    outgoing = {**rule, "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}
    attributes = [
        {
            "id": id_,
            "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{id_}",
            "name": f"g{number}",
            "description": "d",
            "vpc_id": vpc,
            "ingress": [incoming],
            "egress": [outgoing],
            "owner_id": ACCOUNT,
            "tags": None,
            "tags_all": {},
        }
        for number, id_ in enumerate(ids[:OF_EACH])
    ]
    return Made(type="aws_security_group", attributes=attributes, by_hand=ids[OF_EACH:])


def _buckets(url: str) -> Made:
    s3, names = _client(url, "s3"), [f"bucket-{number}" for number in range(OF_EACH + BY_HAND_OF_EACH)]
    for name in names:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    attributes = [
        {
            "id": name,
            "bucket": name,
            "arn": f"arn:aws:s3:::{name}",
            "region": REGION,
            "acl": "private",
            "policy": None,
            "tags": None,
            "tags_all": {},
            "versioning": [{"enabled": True, "mfa_delete": False}],
            "server_side_encryption_configuration": [],
            "logging": [],
            "website": [],
            "cors_rule": [],
            "lifecycle_rule": [],
            "replication_configuration": [],
            "object_lock_configuration": [],
            "request_payer": "BucketOwner",
            "acceleration_status": "",
        }
        for name in names[:OF_EACH]
    ]
    return Made(type="aws_s3_bucket", attributes=attributes, by_hand=names[OF_EACH:])


def _roles(url: str) -> Made:
    iam, names = _client(url, "iam"), [f"role-{number}" for number in range(OF_EACH + BY_HAND_OF_EACH)]
    for name in names:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    attributes = [
        {
            "id": name,
            "name": name,
            "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
            "path": "/",
            "description": "",
            "assume_role_policy": TRUST,
            "managed_policy_arns": [],
            "inline_policy": [],
            "max_session_duration": 3600,
            "permissions_boundary": None,
            "tags": {},
            "tags_all": {},
        }
        for name in names[:OF_EACH]
    ]
    return Made(type="aws_iam_role", attributes=attributes, by_hand=names[OF_EACH:])


def _instances(url: str) -> Made:
    ec2 = _client(url, "ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    answers: list[dict[str, Any]] = []
    while (left := OF_EACH + BY_HAND_OF_EACH - len(answers)) > 0:
        some = min(left, 100)
        answers += ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=some, MaxCount=some)[
            "Instances"
        ]
    attributes = [
        {
            "id": one["InstanceId"],
            "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{one['InstanceId']}",
            "ami": image,
            "instance_type": "t3.micro",
            "availability_zone": one["Placement"]["AvailabilityZone"],
            "subnet_id": one["SubnetId"],
            "vpc_security_group_ids": [group["GroupId"] for group in one["SecurityGroups"]],
            "source_dest_check": True,
            "ebs_optimized": False,
            "monitoring": False,
            "iam_instance_profile": "",
            "tags": None,
            "tags_all": {},
        }
        for one in answers[:OF_EACH]
    ]
    return Made(
        type="aws_instance",
        attributes=attributes,
        by_hand=[one["InstanceId"] for one in answers[OF_EACH:]],
    )


def _open_group(url: str, id_: str) -> None:
    _client(url, "ec2").authorize_security_group_ingress(GroupId=id_, IpPermissions=[SSH])


def _stop_versions(url: str, id_: str) -> None:
    _client(url, "s3").put_bucket_versioning(Bucket=id_, VersioningConfiguration={"Status": "Suspended"})


def _let_anybody(url: str, id_: str) -> None:
    _client(url, "iam").update_assume_role_policy(RoleName=id_, PolicyDocument=ANYBODY)


def _resize(url: str, id_: str) -> None:
    ec2 = _client(url, "ec2")
    ec2.stop_instances(InstanceIds=[id_])
    ec2.modify_instance_attribute(InstanceId=id_, InstanceType={"Value": "m5.large"})


_CLIENTS: dict[tuple[str, str], Any] = {}


def _client(url: str, service: str) -> Any:
    if (url, service) not in _CLIENTS:
        session: Any = boto3.Session(region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=KEY)
        _CLIENTS[url, service] = session.client(service, endpoint_url=url)
    return _CLIENTS[url, service]


def _in_state(type_: str, attributes: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": type_,
        "name": f"r{number}",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": attributes}],
    }
