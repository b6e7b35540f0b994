"""What a call did, and in which lane it falls."""

from typing import Any

import pytest

from drift.model.event import Effect, Outcome
from drift.model.verdict import Lane
from tests.providers.aws.records import ABSENT, ACCOUNT, event_of


@pytest.mark.parametrize(
    ("service", "name", "effect"),
    [
        ("signin", "ConsoleLogin", Effect.AUTH),
        ("signin", "SwitchRole", Effect.AUTH),
        ("sts", "AssumeRole", Effect.AUTH),
        ("sts", "GetCallerIdentity", Effect.AUTH),
        ("sso", "Federate", Effect.AUTH),
        ("cognito-idp", "InitiateAuth", Effect.AUTH),
        ("cloudshell", "PutCredentials", Effect.AUTH),
        ("ssm", "StartSession", Effect.AUTH),
        ("logs", "StartQuery", Effect.READ),
        ("athena", "StartQueryExecution", Effect.READ),
        ("iam", "SimulatePrincipalPolicy", Effect.READ),
        ("servicecatalog", "SearchProducts", Effect.READ),
        ("rds", "DownloadDBLogFilePortion", Effect.READ),
        ("servicecatalog", "TerminateProvisionedProduct", Effect.WRITE),
        ("kms", "Decrypt", Effect.DATA),
        ("kms", "CreateGrant", Effect.RUNTIME),
        ("glue", "StartJobRun", Effect.RUNTIME),
        ("ssm", "UpdateInstanceInformation", Effect.DATA),
        ("secretsmanager", "PutSecretValue", Effect.WRITE),
        ("secretsmanager", "StartSecretVersionDelete", Effect.DATA),
        ("s3", "PutObject", Effect.DATA),
        ("ec2", "StopInstances", Effect.RUNTIME),
        ("rds", "RebootDBInstance", Effect.RUNTIME),
        ("lambda", "UpdateFunctionCode20150331v2", Effect.DEPLOY),
        ("ecr", "PutImage", Effect.DEPLOY),
        ("lambda", "CreateFunction20150331", Effect.WRITE),
        ("cloudfront", "UpdateDistribution2020_05_31", Effect.WRITE),
        ("s3", "PutBucketLifecycle", Effect.WRITE),
        ("quantum", "FireEverything", Effect.WRITE),
    ],
)
def test_what_claims_to_write_is_told_apart(service: str, name: str, effect: Effect) -> None:
    event = event_of(eventSource=f"{service}.amazonaws.com", eventName=name, readOnly=False)

    assert event.effect is effect
    assert event.intended is effect


@pytest.mark.parametrize(
    ("key", "effect"),
    [
        ("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20/x.json.gz", Effect.WRITE),
        ("org/AWSLogs/o-abc/111122223333/CloudTrail-Digest/eu-west-1/x.json.gz", Effect.WRITE),
        ("AWSLogs/111122223333/vpcflowlogs/x.log.gz", Effect.DATA),
        ("backup/2026.tar", Effect.DATA),
        (None, Effect.DATA),
    ],
)
def test_deleting_the_audit_logs_own_files_is_a_write(key: str | None, effect: Effect) -> None:
    event = event_of(
        eventSource="s3.amazonaws.com",
        eventName="DeleteObject",
        eventCategory="Data",
        managementEvent=False,
        requestParameters={"bucketName": "trail", "key": key},
    )

    assert event.effect is effect


def test_signing_in_is_no_read_even_where_the_record_says_so() -> None:
    assert (
        event_of(eventSource="sts.amazonaws.com", eventName="AssumeRole", readOnly=True).effect is Effect.AUTH
    )
    assert (
        event_of(eventType="AwsConsoleSignIn", eventName="GetSigninToken", readOnly=True).effect
        is Effect.AUTH
    )


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("DescribeInstances", Effect.READ),
        ("HeadBucket", Effect.READ),
        ("IsMember", Effect.READ),
        ("Issue", Effect.WRITE),
        ("Getaway", Effect.WRITE),
        ("CreateVpc", Effect.WRITE),
    ],
)
def test_the_name_decides_where_the_record_does_not_say(name: str, effect: Effect) -> None:
    assert event_of(eventName=name, readOnly=ABSENT).effect is effect


def test_the_data_plane_is_data() -> None:
    assert event_of(eventName="Feed", eventCategory="Data").effect is Effect.DATA
    assert event_of(eventName="Feed", eventCategory=ABSENT, managementEvent="false").effect is Effect.DATA


def test_an_insight_reports_on_calls_and_is_none() -> None:
    assert event_of(eventType="AwsCloudTrailInsight", eventName=ABSENT, readOnly=ABSENT).effect is Effect.READ


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"errorCode": "AccessDenied", "errorMessage": "no"}, "AccessDenied: no"),
        ({"errorCode": "Client.DryRunOperation"}, "Client.DryRunOperation"),
        ({"errorMessage": "no"}, "no"),
        ({"responseElements": {"errorCode": "Refused", "errorMessage": "no"}}, "Refused: no"),
    ],
)
def test_a_failed_call_remembers_what_it_would_have_done(fields: dict[str, Any], error: str) -> None:
    event = event_of(**fields)

    assert event.effect is Effect.FAILED
    assert event.intended is Effect.WRITE
    assert event.outcome is Outcome.FAILURE
    assert event.error == error


def test_a_failed_read_would_have_been_a_read() -> None:
    event = event_of(eventName="DescribeVpcs", readOnly=True, errorCode="AccessDenied")

    assert (event.effect, event.intended) == (Effect.FAILED, Effect.READ)


def test_a_refused_sign_in_stays_a_sign_in() -> None:
    event = event_of(
        eventSource="signin.amazonaws.com",
        eventName="ConsoleLogin",
        eventType="AwsConsoleSignIn",
        responseElements={"ConsoleLogin": "Failure"},
    )

    assert event.effect is Effect.AUTH
    assert event.outcome is Outcome.FAILURE
    assert event.error == "the sign-in was refused"


@pytest.mark.parametrize(
    ("service", "name", "request_", "lane"),
    [
        ("ec2", "CreateVpc", {}, Lane.INFRASTRUCTURE),
        ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "api"}, Lane.APPLICATION),
        ("lambda", "UpdateAlias20150331", {"functionName": "api"}, Lane.APPLICATION),
        ("ecr", "PutImage", {}, Lane.APPLICATION),
        ("ssm", "PutParameter", {"name": "/app/mode"}, Lane.CONFIGURATION),
        ("secretsmanager", "PutSecretValue", {"secretId": "db"}, Lane.CONFIGURATION),
        ("appconfig", "StartDeployment", {}, Lane.CONFIGURATION),
        (
            "lambda",
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "api", "environment": {}},
            Lane.CONFIGURATION,
        ),
        (
            "lambda",
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "api", "timeout": 9},
            Lane.INFRASTRUCTURE,
        ),
    ],
)
def test_the_lane_follows_from_what_is_changed(service: str, name: str, request_: object, lane: Lane) -> None:
    event = event_of(eventSource=f"{service}.amazonaws.com", eventName=name, requestParameters=request_)

    assert event.lane is lane


@pytest.mark.parametrize(
    ("request_", "effect", "lane"),
    [
        ({"service": "api", "cluster": "prod", "taskDefinition": "api:8"}, Effect.DEPLOY, Lane.APPLICATION),
        ({"service": "api", "cluster": "prod", "forceNewDeployment": True}, Effect.DEPLOY, Lane.APPLICATION),
        ({"service": "api", "cluster": "prod", "desiredCount": 4}, Effect.RUNTIME, Lane.INFRASTRUCTURE),
        (
            {"service": "api", "taskDefinition": "api:8", "networkConfiguration": {"awsvpc": {}}},
            Effect.WRITE,
            Lane.INFRASTRUCTURE,
        ),
    ],
)
def test_updating_a_service_is_a_deployment_only_where_nothing_else_changes(
    request_: object, effect: Effect, lane: Lane
) -> None:
    event = event_of(eventSource="ecs.amazonaws.com", eventName="UpdateService", requestParameters=request_)

    assert (event.effect, event.lane) == (effect, lane)


APP_RUNNER = f"arn:aws:apprunner:eu-west-1:{ACCOUNT}:service/web/1"


@pytest.mark.parametrize(
    ("service", "name", "request_", "effect", "lane"),
    [
        ("apprunner", "StartDeployment", {"serviceArn": APP_RUNNER}, Effect.DEPLOY, Lane.APPLICATION),
        (
            "apprunner",
            "UpdateService",
            {"serviceArn": APP_RUNNER, "sourceConfiguration": {"imageRepository": {}}},
            Effect.DEPLOY,
            Lane.APPLICATION,
        ),
        (
            "apprunner",
            "UpdateService",
            {"serviceArn": APP_RUNNER, "instanceConfiguration": {"cpu": "2048"}},
            Effect.WRITE,
            Lane.INFRASTRUCTURE,
        ),
        ("apprunner", "CreateService", {"serviceName": "web"}, Effect.WRITE, Lane.APPLICATION),
        ("apprunner", "DeleteService", {"serviceArn": APP_RUNNER}, Effect.WRITE, Lane.INFRASTRUCTURE),
        (
            "elasticbeanstalk",
            "CreateApplicationVersion",
            {"applicationName": "web"},
            Effect.DEPLOY,
            Lane.APPLICATION,
        ),
        (
            "elasticbeanstalk",
            "UpdateEnvironment",
            {"environmentId": "e-1", "versionLabel": "v2"},
            Effect.DEPLOY,
            Lane.APPLICATION,
        ),
        (
            "elasticbeanstalk",
            "UpdateEnvironment",
            {"environmentId": "e-1", "versionLabel": "v2", "optionSettings": [{"namespace": "n"}]},
            Effect.WRITE,
            Lane.INFRASTRUCTURE,
        ),
        ("amplify", "StartJob", {"appId": "d1", "branchName": "main"}, Effect.DEPLOY, Lane.APPLICATION),
        ("amplify", "StartDeployment", {"appId": "d1"}, Effect.DEPLOY, Lane.APPLICATION),
        ("amplify", "UpdateApp", {"appId": "d1", "name": "web"}, Effect.WRITE, Lane.INFRASTRUCTURE),
    ],
)
def test_code_and_images_are_the_applications_lane(
    service: str, name: str, request_: object, effect: Effect, lane: Lane
) -> None:
    event = event_of(eventSource=f"{service}.amazonaws.com", eventName=name, requestParameters=request_)

    assert (event.effect, event.lane) == (effect, lane)
