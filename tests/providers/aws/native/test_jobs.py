"""Directories of users, and jobs, as Terraform keeps them."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from drift.model.resource import Absent
from providers.aws.native.table import load_types
from providers.aws.native.user_attributes import user_attributes
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.aws.native.live import live, reading_of

ROLE = "arn:aws:iam::123456789012:role/robot"


@pytest.fixture(scope="module", autouse=True)
def account() -> Iterator[None]:
    with simulated_aws():
        yield


@pytest.fixture
def pool() -> str:
    made = boto3.client("cognito-idp").create_user_pool(
        PoolName="people",
        Schema=[{"Name": "tier", "AttributeDataType": "String", "Mutable": True}],
        Policies={"PasswordPolicy": {"MinimumLength": 14}},
    )
    return str(made["UserPool"]["Id"])


def test_a_directory_shows_shorter_passwords_and_no_second_factor(pool: str) -> None:
    users = boto3.client("cognito-idp")
    users.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    found: Any = live("aws_cognito_user_pool", pool)
    assert (found["mfa_configuration"], found["software_token_mfa_configuration"]) == (
        "ON",
        [{"enabled": True}],
    )
    assert [one["name"] for one in found["schema"]] == ["tier"]

    users.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": {"MinimumLength": 6}})
    users.set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OFF")

    found = live("aws_cognito_user_pool", pool)
    assert (found["password_policy"][0]["minimum_length"], found["mfa_configuration"]) == (6, "OFF")


def test_a_client_shows_where_it_sends_people_and_never_its_secret(pool: str) -> None:
    users = boto3.client("cognito-idp")
    made = users.create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True)
    client, secret = (made["UserPoolClient"][name] for name in ("ClientId", "ClientSecret"))
    users.update_user_pool_client(
        UserPoolId=pool, ClientId=client, CallbackURLs=["https://elsewhere.example.net/"]
    )

    found = live("aws_cognito_user_pool_client", client, user_pool_id=pool)

    assert found["callback_urls"] == ["https://elsewhere.example.net/"]
    assert secret not in str(found)


def test_a_directory_and_a_client_that_are_gone_are_missing(pool: str) -> None:
    assert isinstance(reading_of("aws_cognito_user_pool", f"{REGION}_gone"), Absent)
    assert isinstance(reading_of("aws_cognito_user_pool_client", "gone", user_pool_id=pool), Absent)


def test_an_attribute_that_every_directory_has_shows_where_code_names_it() -> None:
    said = [
        {"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True},
        {"Name": "sub", "AttributeDataType": "String", "Required": True},
        {
            "Name": "custom:age",
            "AttributeDataType": "Number",
            "NumberAttributeConstraints": {"MinValue": "18"},
        },
    ]

    email, age = user_attributes(said, [{"name": "email"}])

    assert (email["name"], email["required"], email["string_attribute_constraints"]) == ("email", True, [])
    assert age["name"] == "age"
    assert age["number_attribute_constraints"] == [{"min_value": "18", "max_value": None}]


def test_a_job_shows_another_script_and_its_tags() -> None:
    jobs = boto3.client("glue")
    command = {"Name": "glueetl", "ScriptLocation": "s3://shop/load.py"}
    jobs.create_job(Name="load", Role=ROLE, Command=command, Tags={"team": "shop"})
    arn = f"arn:aws:glue:{REGION}:123456789012:job/load"

    found: Any = live("aws_glue_job", "load", arn=arn)

    assert found["command"][0]["script_location"] == "s3://shop/load.py"
    assert found["tags"] == {"team": "shop"}
    assert "tags" not in live("aws_glue_job", "load")
    assert isinstance(reading_of("aws_glue_job", "gone"), Absent)


def test_a_crawler_shows_where_it_looks_and_when() -> None:
    crawlers = boto3.client("glue")
    crawlers.create_crawler(
        Name="orders",
        Role=ROLE,
        DatabaseName="shop",
        Targets={"S3Targets": [{"Path": "s3://shop/in/", "Exclusions": ["*.tmp"]}]},
        Schedule="cron(0 4 * * ? *)",
    )

    found: Any = live("aws_glue_crawler", "orders")

    (target,) = found["s3_target"]
    assert (target["path"], target["exclusions"]) == ("s3://shop/in/", ["*.tmp"])
    assert found["schedule"] == "cron(0 4 * * ? *)"
    assert isinstance(reading_of("aws_glue_crawler", "gone"), Absent)


def test_a_build_shows_who_it_runs_as_and_with_what() -> None:
    """One of few is asked for by its name; of many, each that is listed."""
    builds = boto3.client("codebuild")
    arns = [
        builds.create_project(
            name=name,
            source={"type": "S3", "location": "shop/source.zip"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "privilegedMode": True,
            },
            serviceRole=ROLE,
        )["project"]["arn"]
        for name in ("orders", "basket")
    ]
    row = load_types().rows["aws_codebuild_project"]
    listed = {"name": "orders", "fetched": builds.batch_get_projects(names=["orders"])["projects"][0]}

    found: Any = live("aws_codebuild_project", arns[0])

    assert (found["name"], found["environment"][0]["privileged_mode"]) == ("orders", True)
    assert found["service_role"] == ROLE
    assert row.mapped(listed) == found
    assert isinstance(reading_of("aws_codebuild_project", arns[0].replace("orders", "gone")), Absent)
