"""Servers and their groups, as Terraform keeps them."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Found
from providers.aws.native.instance_parts import (
    configured_disks,
    declared_interfaces,
    group_tags,
    instance_disks,
    script_like,
)
from providers.aws.native.table import load_types
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.account import a_declared, an_account
from tests.providers.aws.native.live import live, reading_of

SCRIPT = "#!/bin/sh\necho ready"
UNSUPPORTED = """<Response><Errors><Error><Code>UnsupportedOperation</Code>
<Message>The operation is not supported.</Message></Error></Errors></Response>"""
NO_GROUP = """<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>
<Message>Group none not found</Message></Error></ErrorResponse>"""


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


def test_the_image_tells_which_disk_of_a_launch_configuration_is_the_root() -> None:
    mappings = [{"DeviceName": name, "Ebs": {"VolumeSize": 8}} for name in ("/dev/xvda", "/dev/sdb")]
    said = {"BlockDeviceMappings": mappings, "declared": {}}

    by_image = configured_disks({**said, "image": {"RootDeviceName": "/dev/xvda"}})
    declared = {"root_block_device": [{}], "ebs_block_device": [{"device_name": "/dev/sdb"}]}
    by_code = configured_disks({**said, "declared": declared})

    for disks in (by_image, by_code):
        assert [one["device_name"] for one in disks["root"]] == ["/dev/xvda"]
        assert [one["device_name"] for one in disks["others"]] == ["/dev/sdb"]


def test_the_newest_version_of_a_template_is_what_counts(ec2: Any) -> None:
    first = {"ImageId": "ami-1", "InstanceType": "t3.small", "EbsOptimized": True}
    template = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=first)
    id_ = template["LaunchTemplate"]["LaunchTemplateId"]
    demanded = {"VCpuCount": {"Min": 2}, "MemoryMiB": {"Min": 512}, "CpuManufacturers": ["amd"]}
    newer = {
        "InstanceRequirements": demanded,
        "UserData": "ZWNobw==",
        "MetadataOptions": {"HttpTokens": "required"},
    }
    ec2.create_launch_template_version(LaunchTemplateId=id_, SourceVersion="1", LaunchTemplateData=newer)

    found = live("aws_launch_template", id_, name="web")

    (requirements,) = found["instance_requirements"]
    assert (requirements["vcpu_count"], requirements["memory_mib"]) == ([{"min": 2}], [{"min": 512}])
    assert requirements["cpu_manufacturers"] == ["amd"]
    assert (found["user_data"], found["metadata_options"][0]["http_tokens"]) == ("ZWNobw==", "required")


def test_a_disk_of_a_server_that_was_detached_is_no_attachment_of_it(ec2: Any, server: str) -> None:
    zone = live("aws_instance", server)["availability_zone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=4)["VolumeId"]
    ec2.attach_volume(InstanceId=server, VolumeId=volume, Device="/dev/sdy")
    declared = {"volume_id": volume, "instance_id": server}

    assert live("aws_volume_attachment", "vai-1", **declared)["device_name"] == "/dev/sdy"

    ec2.detach_volume(VolumeId=volume, InstanceId=server, Device="/dev/sdy")
    assert isinstance(reading_of("aws_volume_attachment", "vai-1", **declared), Absent)


def test_how_a_group_scales_shows_with_its_steps(ec2: Any) -> None:
    scaling = boto3.client("autoscaling")
    scaling.create_launch_configuration(
        LaunchConfigurationName="batch", ImageId="ami-1", InstanceType="t3.micro"
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="batch",
        LaunchConfigurationName="batch",
        MinSize=0,
        MaxSize=1,
        AvailabilityZones=[f"{REGION}a"],
    )
    steps = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}]
    scaling.put_scaling_policy(
        AutoScalingGroupName="batch",
        PolicyName="steps",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=steps,
    )

    found = live("aws_autoscaling_policy", "steps", autoscaling_group_name="batch", name="steps")

    (step,) = found["step_adjustment"]
    assert (step["metric_interval_lower_bound"], step["scaling_adjustment"]) == (0, 2)
    no_hook = {"autoscaling_group_name": "none", "name": "drain"}
    assert isinstance(reading_of("aws_autoscaling_lifecycle_hook", "drain", **no_hook), Absent)


def test_the_next_time_of_a_schedule_that_recurs_is_no_drift() -> None:
    """AWS tells it as the start, and it moves: https://github.com/hashicorp/terraform-provider-aws/issues/723."""
    row = load_types().rows["aws_autoscaling_schedule"]
    start = datetime(2026, 11, 20, 22, tzinfo=UTC)
    said = {"AutoScalingGroupName": "batch", "ScheduledActionName": "night", "StartTime": start, "MaxSize": 1}

    once, recurring = row.mapped(said), row.mapped({**said, "Recurrence": "0 22 * * *"})

    assert (once["start_time"], once["max_size"], once["min_size"]) == ("2026-11-20T22:00:00Z", 1, -1)
    assert "start_time" not in recurring


@pytest.mark.parametrize(
    ("description", "image"),
    [
        ("Created by CreateImage(i-1) for ami-1", "ami-1"),
        ("Created by CreateImage(i-1) for ami-1 from vol-1", "ami-1"),
        ("Copied for DestinationAmi ami-2 from SourceAmi ami-1 for SourceSnapshot snap-1.", "ami-2"),
        ("before the migration", None),
        (None, None),
    ],
)
def test_a_copy_that_an_image_is_made_of_belongs_to_it(description: str | None, image: str | None) -> None:
    parts = load_types().rows["aws_ebs_snapshot"].part_of

    found = {one.id.of({"Description": description}) for one in parts} - {None}

    assert found == ({image} if image else set())


@pytest.mark.parametrize(
    ("type_", "name"),
    [("aws_autoscaling_policy", "name"), ("aws_autoscaling_schedule", "scheduled_action_name")],
)
def test_what_scaled_a_group_that_is_gone_is_missing(type_: str, name: str) -> None:
    """
    Asked for a group that is not there, AWS answers with an error, not with nothing.
    """
    with an_account(lambda call: b"AutoScalingGroupName" not in call.body, (400, NO_GROUP)) as account:
        declared = a_declared(type_, "night", autoscaling_group_name="none", **{name: "night"})

        (found,) = account.reader().read([declared])

    assert isinstance(found, Absent)


def test_credits_that_a_region_knows_nothing_of_are_those_that_all_have() -> None:
    """
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    call = "DescribeInstanceCreditSpecifications"
    with an_account(lambda one: one.operation != call, (400, UNSUPPORTED)) as account:
        client = account.client("ec2")
        image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        started = client.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)

        (found,) = account.reader().read([a_declared("aws_instance", started["Instances"][0]["InstanceId"])])

    assert isinstance(found, Found)
    assert found.resource.attributes["credit_specification"] == [{"cpu_credits": "standard"}]
