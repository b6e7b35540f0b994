"""Names, certificates and health checks, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent, Json
from providers.aws.native.certificates import certificate_like
from providers.aws.native.records import alias_target, record_name, record_values
from tests.providers.aws.moto import simulated_aws
from tests.providers.aws.native.live import live, reading_of


@pytest.fixture(scope="module")
def route53() -> Iterator[Any]:
    with simulated_aws():
        yield boto3.client("route53")


@pytest.fixture(scope="module")
def zone(route53: Any) -> str:
    made = route53.create_hosted_zone(Name="shop.example.com", CallerReference="1")
    return str(made["HostedZone"]["Id"].removeprefix("/hostedzone/"))


def put(route53: Any, zone: str, **record: Any) -> None:
    change = {"Action": "UPSERT", "ResourceRecordSet": record}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})


def record(zone: str, name: str, kind: str, set_: str = "", **declared: Json) -> dict[str, Json]:
    said = {"zone_id": zone, "name": name, "fqdn": f"{name}.shop.example.com", "type": kind}
    id_ = "_".join(one for one in (zone, name, kind, set_) if one)
    return live("aws_route53_record", id_, **{**said, "set_identifier": set_ or None, **declared})


def test_a_record_that_points_elsewhere_says_where(route53: Any, zone: str) -> None:
    """Its code has the short name."""
    values = [{"Value": "203.0.113.9"}]
    put(route53, zone, Name="api.shop.example.com", Type="A", TTL=60, ResourceRecords=values)

    found = record(zone, "api", "A")

    assert (found["name"], found["ttl"], found["records"]) == ("api", 60, ["203.0.113.9"])
    assert found["alias"] == []


def test_a_record_for_all_names_is_found(route53: Any, zone: str) -> None:
    values = [{"Value": '"v=spf1 -all"'}]
    put(route53, zone, Name="*.shop.example.com", Type="TXT", TTL=60, ResourceRecords=values)

    assert record(zone, "*", "TXT")["records"] == ["v=spf1 -all"]


def test_records_of_one_name_are_told_apart_by_their_sets(route53: Any, zone: str) -> None:
    for set_, weight in (("blue", 0), ("green", 100)):
        values = [{"Value": f"203.0.113.{weight}"}]
        common = {"Name": "www.shop.example.com", "Type": "A", "TTL": 60, "ResourceRecords": values}
        put(route53, zone, **common, SetIdentifier=set_, Weight=weight)

    found = record(zone, "www", "A", "blue")

    assert found["weighted_routing_policy"] == [{"weight": 0}]
    assert record(zone, "www", "A", "green")["weighted_routing_policy"] == [{"weight": 100}]
    assert found["latency_routing_policy"] == []


def test_an_alias_says_what_it_stands_for(route53: Any, zone: str) -> None:
    target = {"DNSName": "dualstack.lb-1.example.com.", "HostedZoneId": "Z1", "EvaluateTargetHealth": True}
    put(route53, zone, Name="lb.shop.example.com", Type="A", AliasTarget=target)

    found = record(zone, "lb", "A")

    assert found["alias"] == [{"name": "lb-1.example.com", "zone_id": "Z1", "evaluate_target_health": True}]
    assert "ttl" not in found


@pytest.mark.parametrize("name", ["nowhere", "api.other"])
def test_a_record_that_was_deleted_is_missing(zone: str, name: str) -> None:
    declared: dict[str, Json] = {"zone_id": zone, "fqdn": f"{name}.shop.example.com", "type": "A"}

    assert isinstance(reading_of("aws_route53_record", f"{zone}_{name}_A", **declared), Absent)


def test_records_of_a_zone_that_was_deleted_are_missing(zone: str) -> None:
    declared: dict[str, Json] = {"zone_id": "ZGONE", "fqdn": "api.shop.example.com", "type": "A"}

    assert isinstance(reading_of("aws_route53_record", "ZGONE_api_A", **declared), Absent)


def test_a_private_zone_says_which_networks_see_it(route53: Any) -> None:
    vpc = boto3.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    made = route53.create_hosted_zone(
        Name="inner.example.com",
        CallerReference="2",
        HostedZoneConfig={"Comment": "inside", "PrivateZone": True},
        VPC={"VPCId": vpc, "VPCRegion": "eu-west-1"},
    )
    id_ = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    tags = [{"Key": "Name", "Value": "inner"}]
    route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=id_, AddTags=tags)

    found = live("aws_route53_zone", id_)

    assert found["vpc"] == [{"vpc_id": vpc, "vpc_region": "eu-west-1"}]
    assert (found["name"], found["comment"], found["tags"]) == (
        "inner.example.com",
        "inside",
        {"Name": "inner"},
    )
    assert "delegation_set_id" not in found


def test_a_health_check_that_looks_elsewhere_says_where(route53: Any) -> None:
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "shop.example.com", "Port": 443}
    made = route53.create_health_check(CallerReference="1", HealthCheckConfig=config)
    id_ = made["HealthCheck"]["Id"]
    route53.update_health_check(HealthCheckId=id_, ResourcePath="/elsewhere", Inverted=True)

    found = live("aws_route53_health_check", id_)

    assert (found["resource_path"], found["invert_healthcheck"]) == ("/elsewhere", True)
    assert (found["fqdn"], found["port"]) == ("shop.example.com", 443)


def test_a_certificate_names_the_domain_twice_only_where_the_code_does(route53: Any) -> None:
    domain, other = "shop.example.com", "www.shop.example.com"
    arn = boto3.client("acm").request_certificate(
        DomainName=domain, ValidationMethod="DNS", SubjectAlternativeNames=[domain, other]
    )["CertificateArn"]

    found = live("aws_acm_certificate", arn)
    newer = live("aws_acm_certificate", arn, subject_alternative_names=[domain, other])

    assert (found["domain_name"], found["validation_method"]) == (domain, "DNS")
    assert found["subject_alternative_names"] == [other]
    assert sorted(newer["subject_alternative_names"]) == [domain, other]


def test_a_certificate_that_was_deleted_is_missing(route53: Any) -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0f8f0f8f-0000-4000-8000-000000000000"

    assert isinstance(reading_of("aws_acm_certificate", arn), Absent)


@pytest.mark.parametrize(
    ("there", "plain"),
    [
        ("API.Example.com.", "api.example.com"),
        (r"\052.example.com.", "*.example.com"),
        (r"\100.example.com.", "@.example.com"),
        (r"a\\b.example.com", r"a\\b.example.com"),
    ],
)
def test_a_name_is_written_in_one_way(there: str, plain: str) -> None:
    assert record_name(there) == plain


def test_what_a_text_says_stands_without_its_quotes() -> None:
    values = [{"Value": '"one" "two"'}, {"Value": "bare"}]

    assert record_values(values, "TXT") == ['one" "two', "bare"]
    assert record_values(values, "A") == ['"one" "two"', "bare"]


def test_the_target_of_an_alias_is_spelled_as_it_is_declared() -> None:
    target = {"DNSName": "dualstack.LB.example.com.", "HostedZoneId": "Z1", "EvaluateTargetHealth": False}

    found = alias_target(target, [{"name": "dualstack.lb.example.com"}])

    assert found["name"] == "dualstack.lb.example.com"
    assert alias_target(target, [{"name": "other.example.com"}])["name"] == "lb.example.com"
    assert alias_target(target, None)["name"] == "lb.example.com"


def test_a_certificate_is_the_one_whose_hash_an_old_state_keeps() -> None:
    said = "-----BEGIN CERTIFICATE-----\r\nMIIB\r\n"

    kept = certificate_like(said, "0" * 40)

    assert len(kept) == 40
    assert certificate_like(said.strip(), kept) == kept
    assert (
        certificate_like(said, "-----BEGIN CERTIFICATE-----\nMIIB\n\n")
        == "-----BEGIN CERTIFICATE-----\nMIIB\n\n"
    )
    assert certificate_like(said, "another") == "-----BEGIN CERTIFICATE-----\nMIIB"
