"""Auto Scaling answers a burst by itself: many writes, no person, no drift."""

from datetime import datetime, timedelta

from tests.recorder import clients
from tests.recorder.account import Account
from tests.recorder.model import Change, Json, Story, Telling
from tests.recorder.sign_in import assume_service_role
from tests.recorder.stories.when import november, october
from tests.recorder.trail import Session, Trail
from tests.simulator.moto import ACCOUNT, REGION

GROUP = "checkout-workers"
SCALING = "autoscaling"
BALANCING = "elasticloadbalancing"


def tell(account: Account, trail: Trail) -> Telling:
    """Scale out, let the load balancer follow, scale in half an hour later."""
    template = account.attributes("aws_launch_template.checkout")
    group = account.attributes("aws_autoscaling_group.checkout")
    before = _running(account)
    at = november(20, "19:10:22")
    session = assume_service_role(trail, SCALING, "AWSServiceRoleForAutoScaling", "AutoScaling", at)
    _scale(account, at, 4)
    after = _running(account)
    started = [after[instance] for instance in after if instance not in before]
    wanted = {"LaunchTemplateId": template["id"], "LaunchTemplateVersion": {"content": "$Latest", "tag": 1}}
    trail.read(
        session,
        clients.aws_service(f"{SCALING}.amazonaws.com"),
        at + timedelta(seconds=1),
        "ec2:DescribeLaunchTemplateVersions",
        {"DescribeLaunchTemplateVersionsRequest": wanted},
    )
    for offset, instance in enumerate(started):
        _log_start(trail, session, at + timedelta(seconds=2 + offset), instance, template["id"])
    changes = [_explained("aws_instance", instance["InstanceId"], SCALING) for instance in started]

    interface = _balancer_interface(account, trail, november(20, "19:12:07"), group["vpc_zone_identifier"][0])
    changes.append(_explained("aws_network_interface", interface, BALANCING))

    at = november(20, "19:41:50")
    session = assume_service_role(trail, SCALING, "AWSServiceRoleForAutoScaling", "AutoScaling", at)
    _scale(account, at, 2)
    stopped = [instance for instance in after if instance not in _running(account)]
    for offset, instance_id in enumerate(stopped):
        _log_stop(trail, session, at + timedelta(seconds=3 + offset), instance_id)
    changes += [_explained("aws_instance", instance_id, SCALING) for instance_id in stopped]
    return Telling(changes=changes)


def _explained(kind: str, identifier: str, service: str) -> Change:
    return Change(
        type=kind,
        id=identifier,
        kind="service",
        actor=f"{service}.amazonaws.com",
        channel="service",
        tool="cloud-service",
        disposition="explained",
        alert=False,
    )


def _scale(account: Account, at: datetime, capacity: int) -> None:
    """A scaling policy sets the capacity inside the service, so no record tells of it."""
    account.move_clock(at)
    account.client("autoscaling").set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=capacity)


def _running(account: Account) -> dict[str, Json]:
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    answer = account.client("ec2").describe_instances(Filters=alive)
    instances = (instance for reservation in answer["Reservations"] for instance in reservation["Instances"])
    return {
        instance["InstanceId"]: instance
        for instance in sorted(instances, key=lambda one: str(one["InstanceId"]))
    }


def _log_start(trail: Trail, session: Session, at: datetime, instance: Json, template: str) -> None:
    zone, token = instance["Placement"]["AvailabilityZone"], trail.uuid()
    tags = [{"key": "aws:autoscaling:groupName", "value": GROUP}, {"key": "team", "value": "checkout"}]
    request = {
        "instancesSet": {"items": [{"minCount": 1, "maxCount": 1}]},
        "blockDeviceMapping": {},
        "availabilityZone": zone,
        "monitoring": {"enabled": False},
        "subnetId": instance["SubnetId"],
        "disableApiTermination": False,
        "disableApiStop": False,
        "clientToken": token,
        "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": tags}]},
        "launchTemplate": {"launchTemplateId": template, "version": "1"},
    }
    made = {
        "instanceId": instance["InstanceId"],
        "imageId": instance["ImageId"],
        "instanceState": {"code": 0, "name": "pending"},
        "privateDnsName": instance["PrivateDnsName"],
        "amiLaunchIndex": 0,
        "productCodes": {},
        "instanceType": instance["InstanceType"],
        "launchTime": int(at.timestamp() * 1000),
        "placement": {"availabilityZone": zone, "tenancy": "default"},
        "monitoring": {"state": "disabled"},
        "subnetId": instance["SubnetId"],
        "vpcId": instance["VpcId"],
        "privateIpAddress": instance["PrivateIpAddress"],
        "clientToken": token,
        "sourceDestCheck": True,
        "networkInterfaceSet": {"items": [_interface(one) for one in instance["NetworkInterfaces"]]},
        "tagSet": {"items": [{"key": "aws:ec2launchtemplate:id", "value": template}, *tags]},
    }
    answer = {
        "reservationId": f"r-{trail.letters(17, '0123456789abcdef')}",
        "ownerId": ACCOUNT,
        "groupSet": {},
        "instancesSet": {"items": [made]},
    }
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{instance['InstanceId']}"
    resources = [{"accountId": ACCOUNT, "type": "AWS::EC2::Instance", "ARN": arn}]
    service = clients.aws_service(f"{SCALING}.amazonaws.com")
    trail.call(session, service, at, "ec2:RunInstances", request, answer, resources=resources)


def _interface(one: Json) -> Json:
    return {
        "networkInterfaceId": one["NetworkInterfaceId"],
        "subnetId": one["SubnetId"],
        "vpcId": one["VpcId"],
        "ownerId": ACCOUNT,
        "status": "in-use",
        "privateIpAddress": one["PrivateIpAddress"],
        "interfaceType": "interface",
    }


def _log_stop(trail: Trail, session: Session, at: datetime, instance_id: str) -> None:
    ended = {
        "instanceId": instance_id,
        "currentState": {"code": 32, "name": "shutting-down"},
        "previousState": {"code": 16, "name": "running"},
    }
    trail.call(
        session,
        clients.aws_service(f"{SCALING}.amazonaws.com"),
        at,
        "ec2:TerminateInstances",
        {"instancesSet": {"items": [{"instanceId": instance_id}]}},
        {"instancesSet": {"items": [ended]}},
    )


def _balancer_interface(account: Account, trail: Trail, at: datetime, subnet: str) -> str:
    """The load balancer in front of the group grows too, with a role of its own."""
    role = "AWSServiceRoleForElasticLoadBalancing"
    session = assume_service_role(trail, BALANCING, role, "ElasticLoadBalancing", at)
    account.move_clock(at)
    description = "ELB app/checkout/3f1c9a7be2d04856"
    made = account.client("ec2").create_network_interface(SubnetId=subnet, Description=description)[
        "NetworkInterface"
    ]
    request = {"subnetId": subnet, "description": description, "groupSet": {}, "clientToken": trail.uuid()}
    answer = {
        "networkInterface": {
            "networkInterfaceId": made["NetworkInterfaceId"],
            "subnetId": subnet,
            "vpcId": made["VpcId"],
            "availabilityZone": made["AvailabilityZone"],
            "description": description,
            "ownerId": ACCOUNT,
            "requesterManaged": True,
            "status": "pending",
            "privateIpAddress": made["PrivateIpAddress"],
        }
    }
    service = clients.aws_service(f"{BALANCING}.amazonaws.com")
    trail.call(session, service, at + timedelta(seconds=1), "ec2:CreateNetworkInterface", request, answer)
    return str(made["NetworkInterfaceId"])


STORY = Story(
    name="autoscaling-burst",
    seed=1706,
    built_at=october(19, "10:45:00"),
    read_at=november(20, "20:00:00"),
    tell=tell,
)
