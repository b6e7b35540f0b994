"""Clusters of containers and what runs on them, as Terraform keeps it."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Found, Json
from providers.aws.native.asking import Asking
from providers.aws.native.live_config import AwsNative, AwsNativeSettings
from providers.aws.native.rows import Call
from providers.aws.native.table import load_types
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import a_declared, live, reading_of

ROLE = "arn:aws:iam::123456789012:role/tasks"
CONTAINERS = [{"name": "orders", "image": "orders:1", "memory": 128, "essential": True}]


@pytest.fixture(scope="module")
def ecs() -> Iterator[Any]:
    with simulated_aws():
        client = boto3.client("ecs")
        client.create_cluster(
            clusterName="shop", settings=[{"name": "containerInsights", "value": "enabled"}]
        )
        yield client


@pytest.fixture(scope="module")
def task(ecs: Any) -> str:
    said = ecs.register_task_definition(
        family="orders",
        containerDefinitions=CONTAINERS,
        volumes=[{"name": "data", "host": {"sourcePath": "/data"}}],
        tags=[{"key": "Name", "value": "orders"}],
    )
    return str(said["taskDefinition"]["taskDefinitionArn"])


def test_a_cluster_that_was_deleted_is_missing(ecs: Any) -> None:
    arn = ecs.create_cluster(clusterName="old")["cluster"]["clusterArn"]
    assert live("aws_ecs_cluster", arn, name="old")["name"] == "old"

    ecs.delete_cluster(cluster="old")

    assert isinstance(reading_of("aws_ecs_cluster", arn, name="old"), Absent)


def test_a_service_tells_its_cluster_and_its_task_as_the_state_does(ecs: Any, task: str) -> None:
    arn = ecs.create_service(cluster="shop", serviceName="orders", taskDefinition=task, desiredCount=2)
    id_, cluster = arn["service"]["serviceArn"], arn["service"]["clusterArn"]
    ecs.update_service(cluster="shop", service="orders", desiredCount=1)

    by_arn = live("aws_ecs_service", id_, cluster=cluster, name="orders", task_definition=task)
    by_name = live("aws_ecs_service", id_, cluster="shop", name="orders", task_definition="orders:1")

    assert (by_arn["desired_count"], by_arn["cluster"], by_arn["task_definition"]) == (1, cluster, task)
    assert (by_name["cluster"], by_name["task_definition"]) == ("shop", "orders:1")
    assert isinstance(reading_of("aws_ecs_service", "x", cluster="shop", name="gone"), Absent)
    assert isinstance(reading_of("aws_ecs_service", "x", cluster="gone", name="orders"), Absent)


def test_many_services_are_described_ten_at_a_time(
    ecs: Any, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ecs.create_cluster(clusterName="many")
    names = [f"service-{number}" for number in range(12)]
    for name in names:
        ecs.create_service(cluster="many", serviceName=name, taskDefinition=task, desiredCount=1)
    described: list[str] = []
    pages = Asking.pages

    def noted(self: Asking, service: str, region: str, call: Call, given: Any, **more: Any) -> Any:
        if call.call == "describe_services" and given["cluster"].endswith("/many"):
            described.append(call.call)
        return pages(self, service, region, call, given, **more)

    monkeypatch.setattr(Asking, "pages", noted)
    native = AwsNative(AwsNativeSettings(region=REGION, share=1))

    readings = native.read(
        [a_declared("aws_ecs_service", f"arn/{name}", cluster="many", name=name) for name in names]
    )

    assert all(isinstance(one, Found) for one in readings)
    assert len(described) == 2


def test_tags_that_a_service_stopped_passing_on_show() -> None:
    row = load_types().rows["aws_ecs_service"]

    def passed_on(live: str, declared: str | None) -> Json:
        about = {"clusterArn": "x", "taskDefinition": "y", "declared": {"propagate_tags": declared}}
        return row.mapped({**about, "propagateTags": live})["propagate_tags"]

    assert (passed_on("NONE", None), passed_on("NONE", "SERVICE")) == ("", "NONE")


def test_how_many_tasks_run_says_nothing_where_each_server_runs_one(ecs: Any, task: str) -> None:
    made = ecs.create_service(
        cluster="shop", serviceName="agent", taskDefinition=task, schedulingStrategy="DAEMON"
    )

    found = live("aws_ecs_service", made["service"]["serviceArn"], cluster="shop", name="agent")

    assert found["scheduling_strategy"] == "DAEMON"
    assert "desired_count" not in found


def test_a_task_that_was_withdrawn_is_missing(ecs: Any, task: str) -> None:
    found = live("aws_ecs_task_definition", "orders", arn=task)
    assert json.loads(str(found["container_definitions"]))[0]["image"] == "orders:1"
    assert (found["volume"][0]["host_path"], found["tags"]) == ("/data", {"Name": "orders"})
    newer = ecs.register_task_definition(family="orders", containerDefinitions=CONTAINERS)["taskDefinition"]

    ecs.deregister_task_definition(taskDefinition=newer["taskDefinitionArn"])

    declared = {"arn": newer["taskDefinitionArn"]}
    assert isinstance(reading_of("aws_ecs_task_definition", "orders", **declared), Absent)


def test_settings_of_a_repository_that_were_taken_away_are_missing(ecs: Any) -> None:
    ecr = boto3.client("ecr")
    ecr.create_repository(repositoryName="orders", imageTagMutability="IMMUTABLE")
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 30},
        "action": {"type": "expire"},
    }
    ecr.put_lifecycle_policy(repositoryName="orders", lifecyclePolicyText=json.dumps({"rules": [rule]}))

    assert live("aws_ecr_repository", "orders")["image_tag_mutability"] == "IMMUTABLE"
    policy = live("aws_ecr_lifecycle_policy", "orders", repository="orders")["policy"]
    assert json.loads(str(policy))["rules"] == [rule]
    assert isinstance(reading_of("aws_ecr_repository_policy", "orders", repository="orders"), Absent)
    assert isinstance(reading_of("aws_ecr_repository", "gone"), Absent)


def test_nodes_of_a_cluster_of_kubernetes_show_how_many_there_are(ecs: Any) -> None:
    eks = boto3.client("eks")
    eks.create_cluster(name="platform", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    eks.create_nodegroup(
        clusterName="platform",
        nodegroupName="workers",
        nodeRole=ROLE,
        subnets=["subnet-1"],
        scalingConfig={"minSize": 1, "maxSize": 3, "desiredSize": 2},
    )

    found = live("aws_eks_node_group", "platform:workers")

    assert found["scaling_config"] == [{"desired_size": 2, "max_size": 3, "min_size": 1}]
    assert (found["cluster_name"], found["node_group_name"]) == ("platform", "workers")
    for type_ in ("aws_eks_node_group", "aws_eks_fargate_profile"):
        assert isinstance(reading_of(type_, "platform:gone"), Absent)
        assert isinstance(reading_of(type_, "gone:workers"), Absent)
    assert isinstance(reading_of("aws_eks_cluster", "gone"), Absent)


def test_an_add_on_is_told_as_the_state_keeps_it() -> None:
    """Moto has none, so this holds the row against an answer of the form that AWS documents."""
    row = load_types().rows["aws_eks_addon"]
    answer = {
        "addonName": "vpc-cni",
        "of": {"name": "platform"},
        "set": {"addonVersion": "v1.10.1", "serviceAccountRoleArn": ROLE, "tags": {"Name": "cni"}},
    }

    found = row.mapped(answer)

    assert (row.id.of(answer), found["addon_version"], found["tags"]) == (
        "platform:vpc-cni",
        "v1.10.1",
        {"Name": "cni"},
    )
