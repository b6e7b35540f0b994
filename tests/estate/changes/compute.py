"""Changes to servers, what stands before them, and containers."""

from tests.estate.out_of_band import Target, drifts


def _protect(instance: Target) -> None:
    instance.client("ec2").modify_instance_attribute(
        InstanceId=instance.id, DisableApiTermination={"Value": True}
    )


def _allow_more(group: Target) -> None:
    group.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=group.id, MaxSize=10)


def _wait_longer(balancer: Target) -> None:
    balancer.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=balancer.id, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "300"}]
    )


def _ask_elsewhere(target_group: Target) -> None:
    target_group.client("elbv2").modify_target_group(TargetGroupArn=target_group.id, HealthCheckPath="/")


def _listen_elsewhere(listener: Target) -> None:
    listener.client("elbv2").modify_listener(ListenerArn=listener.id, Port=8081)


def _point_elsewhere(record: Target) -> None:
    records = [{"Value": "203.0.113.66"}]
    changed = {
        "Name": record["name"],
        "Type": record["type"],
        "TTL": record["ttl"],
        "ResourceRecords": records,
    }
    record.client("route53").change_resource_record_sets(
        HostedZoneId=record["zone_id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": changed}]},
    )


def _let_tags_move(repository: Target) -> None:
    repository.client("ecr").put_image_tag_mutability(
        repositoryName=repository["name"], imageTagMutability="MUTABLE"
    )


CHANGES = (
    drifts("aws_instance.bastion", "disable_api_termination", by=_protect),
    drifts("aws_autoscaling_group.batch", "max_size", by=_allow_more),
    drifts("aws_lb.front", "idle_timeout", by=_wait_longer),
    drifts("aws_lb_target_group.orders", "health_check[0].path", by=_ask_elsewhere),
    drifts("aws_lb_listener.http", "port", by=_listen_elsewhere),
    drifts("aws_route53_record.api", "records", by=_point_elsewhere),
    drifts("aws_ecr_repository.orders", "image_tag_mutability", by=_let_tags_move),
)
