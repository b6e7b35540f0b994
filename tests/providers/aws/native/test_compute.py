"""Servers and their groups, as Terraform keeps them."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.instance_parts import (
    declared_interfaces,
    group_tags,
    instance_disks,
    script_like,
)
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of

SCRIPT = "#!/bin/sh\necho ready"


@pytest.fixture(scope="module")
def ec2() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("ec2")


@pytest.fixture(scope="module")
def server(ec2: Any) -> str:
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    (one,) = ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, UserData=SCRIPT
    )["Instances"]
    return str(one["InstanceId"])


def test_a_server_that_may_be_terminated_no_more_says_so(ec2: Any, server: str) -> None:
    ec2.modify_instance_attribute(InstanceId=server, DisableApiTermination={"Value": True})

    found = live("aws_instance", server)

    assert found["disable_api_termination"] is True
    assert found["credit_specification"] == [{"cpu_credits": "standard"}]
    assert found["user_data"] == hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


def test_a_disk_that_was_attached_by_hand_shows_beside_the_others(ec2: Any, server: str) -> None:
    zone = live("aws_instance", server)["availability_zone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=4, VolumeType="gp3", Encrypted=True)["VolumeId"]
    ec2.create_tags(Resources=[volume], Tags=[{"Key": "Name", "Value": "spare"}])
    ec2.attach_volume(InstanceId=server, VolumeId=volume, Device="/dev/sdx")

    found = live("aws_instance", server, volume_tags={"Name": "bastion"})

    disk = next(one for one in found["ebs_block_device"] if one["device_name"] == "/dev/sdx")
    assert (disk["volume_id"], disk["volume_size"], disk["encrypted"]) == (volume, 4, True)
    assert (disk["tags"], found["volume_tags"]) == ({}, {"Name": "spare"})


def test_a_server_that_was_terminated_is_missing(ec2: Any, server: str) -> None:
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    (one,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    ec2.terminate_instances(InstanceIds=[one["InstanceId"]])

    assert isinstance(reading_of("aws_instance", one["InstanceId"]), Absent)


def test_the_root_disk_stands_by_itself() -> None:
    ebs = {"VolumeId": "vol-1", "DeleteOnTermination": True}
    volume = {"VolumeId": "vol-1", "Size": 8, "Tags": [{"Key": "Name", "Value": "root"}]}
    server = {
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": ebs}],
        "disks": {"rows": [{"of": volume}]},
        "declared": {},
    }

    disks = instance_disks(server)

    (root,) = disks["root"]
    assert (root["volume_size"], root["tags"], disks["others"]) == (8, {"Name": "root"}, [])


def test_only_interfaces_at_declared_places_are_shown() -> None:
    attached = [
        {"NetworkInterfaceId": f"eni-{place}", "Attachment": {"DeviceIndex": place}} for place in (0, 1)
    ]

    (one,) = declared_interfaces(attached, [{"device_index": 1}])

    assert one["network_interface_id"] == "eni-1"


def test_a_script_is_told_as_the_state_keeps_it() -> None:
    said = base64.b64encode(SCRIPT.encode()).decode()
    hashed = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

    assert script_like(said, None) == script_like(said, "0" * 40) == hashed
    assert script_like(said, "#!/bin/sh\necho old") == SCRIPT
    assert script_like(None, hashed) is None


def test_a_tag_of_a_group_stands_where_the_code_declares_tags() -> None:
    rows = [
        {"Key": "Name", "Value": "batch", "PropagateAtLaunch": True},
        {"Key": "Owner", "Value": "nobody", "PropagateAtLaunch": False},
        {"Key": "aws:cloudformation:stack-name", "Value": "x"},
    ]

    in_blocks = group_tags(rows, {"tag": [{"key": "Name"}]})
    in_maps = group_tags(rows, {"tags": [{"key": "Name"}]})

    assert [one["propagate_at_launch"] for one in in_blocks["tag"]] == [True, False]
    assert [one["propagate_at_launch"] for one in in_maps["tags"]] == ["true", "false"]
    assert in_blocks["tags"] == in_maps["tag"] == []
