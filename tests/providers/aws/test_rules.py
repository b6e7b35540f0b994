"""Every rule of how CloudTrail records are read, one row a rule, in the order in which they are consulted."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from drift.model.event import Effect
from drift.model.verdict import ActorKind, Credential, Tool
from tests.providers.aws.records import (
    ABSENT,
    ACCOUNT,
    BOTO,
    BROWSER,
    CLI,
    CLOUDSHELL,
    S3_CONSOLE,
    TERRAFORM,
    a_permission_set_session,
    a_role_session,
    a_root_user,
    an_iam_user,
    credential_of,
    event_of,
    tool_of,
)

HOST = "cloudformation.amazonaws.com"
FLAG = {"sessionCredentialFromConsole": "true"}
TLS = {"tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "x", "clientProvidedHostHeader": "x"}}
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A record of a kind, and what must come out."""

    says: str
    record: dict[str, Any] = field(default_factory=dict)
    effect: Effect = Effect.WRITE
    tool: Tool | None = None
    credential: Credential | None = None
    kind: ActorKind | None = None
    service: str | None = None


def in_name_of(identity: dict[str, Any], host: str = HOST) -> dict[str, Any]:
    """The fields of what a service does in somebody's name."""
    return {"userIdentity": identity | {"invokedBy": host}, "sourceIPAddress": host, "userAgent": host}


def by_token(host: str) -> dict[str, Any]:
    """The fields of a call in a session that a token opened."""
    federation = {"federatedProvider": OIDC + host, "attributes": {}}
    return {"userIdentity": a_role_session("ci", "run", webIdFederationData=federation), "userAgent": BOTO}


def an_unknown_session(session: str = "x", **context: Any) -> dict[str, Any]:
    return a_role_session("app", session, **context)


EFFECTS = [
    Rule(says="a boolean that says read", record={"readOnly": True}, effect=Effect.READ),
    Rule(says="a text that says read", record={"readOnly": "true"}, effect=Effect.READ),
    Rule(says="a text that says write", record={"readOnly": "false", "eventName": "GetRich"}),
    Rule(
        says="absent, and a reading name",
        record={"readOnly": ABSENT, "eventName": "BatchGetThings"},
        effect=Effect.READ,
    ),
    Rule(says="absent, and another name", record={"readOnly": ABSENT, "eventName": "BatchPutThings"}),
    Rule(says="an error code is a failure", record={"errorCode": "AccessDenied"}, effect=Effect.FAILED),
    Rule(says="an error message is one", record={"errorMessage": "no"}, effect=Effect.FAILED),
    Rule(
        says="so is an error in the response",
        record={"responseElements": {"errorCode": "Denied"}},
        effect=Effect.FAILED,
    ),
    Rule(
        says="an insight only reports",
        record={"eventType": "AwsCloudTrailInsight", "eventCategory": "Insight", "readOnly": ABSENT},
        effect=Effect.READ,
    ),
    Rule(
        says="so does a call seen at an endpoint",
        record={"eventType": "AwsVpceEvents", "eventCategory": "NetworkActivity", "readOnly": ABSENT},
        effect=Effect.DATA,
    ),
    Rule(says="the data plane", record={"eventCategory": "Data", "eventName": "Feed"}, effect=Effect.DATA),
]

CALLS = {
    Effect.AUTH: {
        "signin": "ConsoleLogin CheckMfa SwitchRole RenewRole UserAuthentication CredentialChallenge "
        "CredentialVerification ExternalIdPDirectoryLogin AuthorizeOAuth2Access CreateOAuth2Token",
        "sso": "Federate Authenticate Logout CreateToken SearchUsers SearchGroups",
        "cognito-idp": "InitiateAuth RespondToAuthChallenge",
        "sts": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity GetFederationToken AssumeRoot",
        "cloudshell": "CreateSession PutCredentials SendHeartBeat CreateEnvironment",
    },
    Effect.READ: {
        "logs": "StartQuery",
        "cloudtrail": "StartQuery LookupEvents",
        "athena": "StartQueryExecution",
        "iam": "SimulatePrincipalPolicy GenerateServiceLastAccessedDetails",
        "glue": "BatchGetJobs BatchGetCrawlers",
        "servicecatalog": "SearchProducts SearchProvisionedProducts",
        "rds": "DownloadDBLogFilePortion",
        "scheduler": "TestScheduleExpression",
        "events": "TestEventPattern",
        "route53": "listDnssec",
    },
    Effect.DATA: {
        "kms": "Decrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair",
        "ssm": "UpdateInstanceInformation UpdateInstanceAssociationStatus PutInventory PutComplianceItems",
        "secretsmanager": "StartSecretVersionDelete EndSecretVersionDelete",
        "ec2": "SharedSnapshotVolumeCreated",
    },
    Effect.RUNTIME: {"kms": "CreateGrant RetireGrant", "glue": "StartJobRun StartCrawler"},
    Effect.DEPLOY: {"ecr": "PutImage", "lambda": "UpdateFunctionCode20150331v2"},
    Effect.WRITE: {
        "servicecatalog": "TerminateProvisionedProduct",
        "lambda": "CreateFunction20150331 AddPermission20150331v2",
        "s3": "PutBucketLifecycle PutBucketPublicAccessBlock",
        "signin": "PutConsoleAuthorizationConfiguration",
        "ssm": "PutParameter",
        "secretsmanager": "PutSecretValue UpdateSecret UpdateSecretVersionStage RotateSecret",
        "appconfig": "StartDeployment CreateHostedConfigurationVersion",
    },
}

CALLERS = [
    Rule(
        says="the identity of a service",
        record={"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}},
        credential=Credential.SERVICE_PRINCIPAL,
        kind=ActorKind.SERVICE,
        service="ec2.amazonaws.com",
    ),
    Rule(
        says="a service-linked role",
        record={
            "userIdentity": a_role_session(
                "AWSServiceRoleForAutoScaling",
                "AutoScaling",
                path="/aws-service-role/autoscaling.amazonaws.com/",
            )
        },
        kind=ActorKind.SERVICE,
        service="autoscaling.amazonaws.com",
    ),
    Rule(
        says="a user of Identity Center",
        record={"userIdentity": {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}},
        credential=Credential.SSO,
        kind=ActorKind.HUMAN,
    ),
    Rule(
        says="a permission set",
        record={"userIdentity": a_permission_set_session()},
        credential=Credential.SSO,
        kind=ActorKind.HUMAN,
    ),
    *(
        Rule(
            says=f"a token of {host}",
            record=by_token(host),
            credential=Credential.WEB_IDENTITY,
            kind=ActorKind.MACHINE,
        )
        for host in (
            "token.actions.githubusercontent.com",
            "gitlab.com",
            "gitlab.example.com",
            "app.terraform.io",
            "acme.app.spacelift.io",
            "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
            "oidc.circleci.com/org/1",
            "agent.buildkite.com",
            "vstoken.dev.azure.com/1",
            "oidc.eks.eu-west-1.amazonaws.com/id/0123",
        )
    ),
    Rule(
        says="credentials that were delivered to an instance",
        record={"userIdentity": an_unknown_session("x", ec2RoleDelivery="2.0")},
        credential=Credential.INSTANCE,
        kind=ActorKind.MACHINE,
    ),
    Rule(
        says="a session named like an instance",
        record={"userIdentity": an_unknown_session("i-0a1b2c3d4e5f60718")},
        credential=Credential.INSTANCE,
        kind=ActorKind.MACHINE,
    ),
    Rule(
        says="credentials within a function",
        record={
            "userIdentity": an_unknown_session() | {"inScopeOf": {"issuerType": "AWS::Lambda::Function"}}
        },
        credential=Credential.INSTANCE,
        kind=ActorKind.MACHINE,
    ),
    Rule(
        says="a session named like an address",
        record={"userIdentity": an_unknown_session("carol@example.com")},
        kind=ActorKind.HUMAN,
    ),
    Rule(
        says="a source identity",
        record={"userIdentity": an_unknown_session(sourceIdentity="carol")},
        kind=ActorKind.HUMAN,
    ),
    Rule(says="the root user", record={"userIdentity": a_root_user()}, kind=ActorKind.HUMAN),
    Rule(
        says="central root access",
        record={"userIdentity": a_root_user() | {"sessionContext": {"assumedRoot": "true"}}},
        kind=ActorKind.HUMAN,
    ),
    Rule(
        says="a user with a static key",
        record={"userIdentity": an_iam_user()},
        credential=Credential.STATIC_KEY,
        kind=ActorKind.HUMAN,
    ),
    Rule(
        says="a user in the console",
        record={"userIdentity": an_iam_user(key="ASIAEXAMPLE"), "userAgent": BROWSER, **FLAG},
        tool=Tool.CONSOLE,
        credential=Credential.CONSOLE_SESSION,
        kind=ActorKind.HUMAN,
    ),
    *(
        Rule(says=f"a session named {name}", record={"userIdentity": an_unknown_session(name)}, kind=kind)
        for name, kind in {
            "GitHubActions": ActorKind.MACHINE,
            "AWSCodeBuild-0f00ba11-1111-4222-8333-444455556666": ActorKind.MACHINE,
            "eks-prod-web-0f00ba11-1111-4222-8333-444455556666": ActorKind.MACHINE,
            "01J0000000000000000000000A@stack@acme": ActorKind.MACHINE,
            "run-AbCdEf0123456789": ActorKind.UNKNOWN,
            "botocore-session-1700000000": ActorKind.UNKNOWN,
            "something": ActorKind.UNKNOWN,
        }.items()
    ),
    *(
        Rule(
            says=f"the SDK's features {ids}",
            record={"userIdentity": an_unknown_session(), "userAgent": BOTO.replace("m/b", f"m/{ids}")},
            credential=credential,
            kind=kind,
        )
        for ids, credential, kind in [
            ("AC,b", Credential.CLI_LOGIN, ActorKind.HUMAN),
            ("Z,AD", Credential.CLI_LOGIN, ActorKind.HUMAN),
            ("r", Credential.SSO, ActorKind.HUMAN),
            ("s,b", Credential.SSO, ActorKind.HUMAN),
            ("n", Credential.STATIC_KEY, ActorKind.UNKNOWN),
            ("h", Credential.WEB_IDENTITY, ActorKind.UNKNOWN),
            ("q", Credential.WEB_IDENTITY, ActorKind.UNKNOWN),
            ("w", Credential.UNKNOWN, ActorKind.HUMAN),
            ("z", Credential.INSTANCE, ActorKind.UNKNOWN),
            ("0", Credential.INSTANCE, ActorKind.UNKNOWN),
            ("R,S,N", Credential.UNKNOWN, ActorKind.UNKNOWN),
            ("ACE", Credential.UNKNOWN, ActorKind.UNKNOWN),
            ("g", Credential.UNKNOWN, ActorKind.UNKNOWN),
        ]
    ),
    *(
        Rule(
            says=f"an SDK in {environment}",
            record={
                "userIdentity": an_unknown_session(),
                "userAgent": BOTO.replace("m/b", f"exec-env/{environment} m/b"),
            },
            credential=Credential.INSTANCE,
            kind=ActorKind.UNKNOWN,
        )
        for environment in ("AWS_Lambda_python3.13", "AWS_ECS_FARGATE", "EC2", "CodeBuild")
    ),
]

TOOLS = [
    Rule(
        says="1: a sign-in",
        record={"eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com"},
        effect=Effect.AUTH,
        tool=Tool.CONSOLE,
    ),
    Rule(says="2: an action of the console", record={"eventType": "AwsConsoleAction"}, tool=Tool.CONSOLE),
    Rule(
        says="3: an event of a service",
        record={"eventType": "AwsServiceEvent", "userIdentity": None, "eventSource": "kms.amazonaws.com"},
        tool=Tool.CLOUD_SERVICE,
        service="kms.amazonaws.com",
    ),
    Rule(
        says="3: a service in somebody's name",
        record=in_name_of(a_permission_set_session(), "autoscaling.amazonaws.com"),
        tool=Tool.CLOUD_SERVICE,
        kind=ActorKind.HUMAN,
        service="autoscaling.amazonaws.com",
    ),
    Rule(
        says="3: CloudFormation keeps the identity of whoever launched the stack",
        record=in_name_of(a_permission_set_session()),
        tool=Tool.CLOUDFORMATION,
        kind=ActorKind.HUMAN,
        service=HOST,
    ),
    Rule(
        says="3: CloudFormation with the stack's own role",
        record=in_name_of(a_role_session("stack", "AWSCloudFormation")),
        tool=Tool.CLOUDFORMATION,
        kind=ActorKind.SERVICE,
        service=HOST,
    ),
    Rule(says="4: infrastructure code", record={"userAgent": TERRAFORM}, tool=Tool.TERRAFORM),
    Rule(
        says="4: infrastructure code in a console session",
        record={"userAgent": TERRAFORM, **FLAG},
        tool=Tool.TERRAFORM,
        credential=Credential.CONSOLE_SESSION,
    ),
    Rule(
        says="5: CloudShell",
        record={"userAgent": CLOUDSHELL, **FLAG, **TLS},
        tool=Tool.CLOUDSHELL,
        credential=Credential.CONSOLE_SESSION,
    ),
    Rule(
        says="6: a command line with the console's keys",
        record={"userAgent": CLI, **FLAG, **TLS},
        tool=Tool.CLI,
        credential=Credential.CONSOLE_SESSION,
    ),
    Rule(
        says="6: an SDK with the console's keys",
        record={"userAgent": BOTO, **FLAG},
        tool=Tool.SDK,
        credential=Credential.CONSOLE_SESSION,
    ),
    Rule(
        says="6: aws login",
        record={"userAgent": CLI.replace("m/Z,b", "m/AC,AD,b"), **FLAG},
        tool=Tool.CLI,
        credential=Credential.CLI_LOGIN,
    ),
    Rule(
        says="6: the sign-in of aws login itself",
        record={
            "eventSource": "signin.amazonaws.com",
            "eventName": "CreateOAuth2Token",
            "readOnly": True,
            "userAgent": "aws-cli/2.36.17 ua/2.1 md/command#login",
            "requestParameters": {"client_id": "arn:aws:signin:::devtools/same-device"},
        },
        effect=Effect.AUTH,
        tool=Tool.CLI,
        credential=Credential.CLI_LOGIN,
    ),
    Rule(
        says="7: the flag",
        record={"userAgent": "AWS Internal", **FLAG},
        tool=Tool.CONSOLE,
        credential=Credential.CONSOLE_SESSION,
    ),
    Rule(
        says="7: the flag where older consumers have it",
        record={
            "userIdentity": an_unknown_session()
            | {"sessionContext": {"attributes": {"sessionCredentialFromConsole": "true"}}},
            "userAgent": BROWSER,
        },
        tool=Tool.CONSOLE,
        kind=ActorKind.HUMAN,
    ),
    Rule(
        says="7: a console's own lookup through a service, flagged",
        record={"userIdentity": a_permission_set_session(), "userAgent": "health.amazonaws.com", **FLAG},
        tool=Tool.CONSOLE,
    ),
    Rule(
        says="7: a flag that says false",
        record={"userAgent": "something", "sessionCredentialFromConsole": "false"},
        tool=Tool.UNKNOWN,
    ),
    *(
        Rule(says=f"8: {agent}", record={"userAgent": agent}, tool=Tool.CONSOLE)
        for agent in (
            "console.amazonaws.com",
            "console.ec2.amazonaws.com",
            "signin.amazonaws.com",
            "S3Console/0.4",
            S3_CONSOLE,
            "AWS Console S3, S3Console/0.4 aws-internal/3",
            "EC2ConsoleFrontend, aws-internal/3 aws-sdk-java/1.12.1",
            "RDS Console, aws-internal/3 aws-sdk-java/1.12.1",
            "AWSCloudTrail, aws-internal/3 aws-sdk-java/1.12.1",
            "aws-internal/3 aws-sdk-java/1.12.1 AWSLambdaConsole/1",
            "aws-internal/3 aws-sdk-java/1.12.1",
            "Coral/Jakarta",
            "Coral/Netty4",
            "Coral/Netty14",
            "Coral/Apache-HttpClient5",
            BROWSER,
        )
    ),
    *(
        Rule(
            says=f"8: {agent} of a machine",
            record={"userAgent": agent, "userIdentity": an_unknown_session("i-0a1b2c3d4e5f60718")},
            tool=tool,
            kind=ActorKind.MACHINE,
        )
        for agent, tool in {
            "Coral/Netty4": Tool.UNKNOWN,
            "aws-internal/3 aws-sdk-java/1.12.1": Tool.SDK,
            BROWSER: Tool.UNKNOWN,
        }.items()
    ),
    *(
        Rule(says=f"9: {agent}", record={"userAgent": agent}, tool=Tool.CLI)
        for agent in (
            "aws-cli/2.13.5 Python/3.11.4 Linux/6.1 exe/x86_64.amzn.2 prompt/off command/iam.create-role",
            CLI,
            "AWSPowerShell/4.1.1 .NET/4.8",
            "AWSPowerShell.Common/4.1.1 ua/2.1",
            "aws-tools/1.0",
        )
    ),
    *(
        Rule(says=f"10: {agent}", record={"userAgent": agent}, tool=Tool.SDK)
        for agent in (
            BOTO,
            "[Boto3/1.26 Python/3.9 Linux/5 Botocore/1.29]",
            "Botocore/1.40.1",
            "aws-sdk-go/1.44.1 (go1.20; linux; amd64)",
            "aws-sdk-go-v2/1.36.3 os/linux",
            "aws-sdk-java/2.20",
            "aws-sdk-nodejs/2.1",
            "aws-sdk-rust/1.3",
        )
    ),
    Rule(
        says="11: AWS Internal from a person's address",
        record={"userAgent": "AWS Internal"},
        tool=Tool.CONSOLE,
    ),
    Rule(
        says="11: AWS Internal from AWS",
        record={"userAgent": "AWS Internal", "sourceIPAddress": "AWS Internal"},
        tool=Tool.CLOUD_SERVICE,
        service="AWS Internal",
    ),
    Rule(
        says="12: a name of one's own", record={"userAgent": "stratus-red-team_0f00ba11"}, tool=Tool.UNKNOWN
    ),
    Rule(says="12: nothing", record={"userAgent": ABSENT}, tool=Tool.UNKNOWN),
    *(
        Rule(says=f"token {agent}", record={"userAgent": agent}, tool=tool)
        for agent, tool in {
            f"{TERRAFORM} HashiCorp-terraform-exec/0.21": Tool.TERRAFORM,
            f"{TERRAFORM} cdktf/0.20 (+https://github.com/hashicorp/terraform-cdk)": Tool.TERRAFORM,
            "APN/1.0 Pulumi/1.0 PulumiAwsNative/1.0 aws-sdk-go-v2/1.2": Tool.PULUMI,
            f"{TERRAFORM} pulumi-aws/6.0": Tool.PULUMI,
            "APN/1.0 Ansible/2.16 amazon.aws/8.0 Boto3/1.34": Tool.ANSIBLE,
            "Boto3/1.34 community.aws/8.0": Tool.ANSIBLE,
            "pulumi-cli/3": Tool.UNKNOWN,
            "aws-cdk/2.1": Tool.UNKNOWN,
            "aws-controllers-k8s/1.0": Tool.UNKNOWN,
            "crossplane-provider/1": Tool.UNKNOWN,
        }.items()
    ),
]


@pytest.mark.parametrize("rule", EFFECTS, ids=lambda rule: rule.says)
def test_what_a_call_did(rule: Rule) -> None:
    assert event_of(**rule.record).effect is rule.effect


@pytest.mark.parametrize(
    ("effect", "service", "name"),
    [
        (effect, service, name)
        for effect, services in CALLS.items()
        for service, names in services.items()
        for name in names.split()
    ],
)
def test_what_claims_to_write_and_what_does(effect: Effect, service: str, name: str) -> None:
    assert event_of(eventSource=f"{service}.amazonaws.com", eventName=name).effect is effect


@pytest.mark.parametrize("rule", CALLERS, ids=lambda rule: rule.says)
def test_who_called(rule: Rule) -> None:
    fields = {"userAgent": ABSENT} | rule.record

    check(rule, fields)


@pytest.mark.parametrize("rule", TOOLS, ids=lambda rule: rule.says)
def test_with_which_program(rule: Rule) -> None:
    check(rule, rule.record)


def check(rule: Rule, fields: dict[str, Any]) -> None:
    event = event_of(**fields)

    assert event.effect is rule.effect
    assert event.call.acting_service == rule.service
    if rule.tool is not None:
        assert tool_of(event) is rule.tool
    if rule.credential is not None:
        assert credential_of(event) is rule.credential
    if rule.kind is not None:
        assert event.call.principal is not None
        assert event.call.principal.kind is rule.kind


@pytest.mark.parametrize(
    ("details", "said"),
    [({}, "its servers made the call"), (TLS, "the browser itself made the call")],
)
def test_the_flag_with_and_without_tls_details_tells_which_way_the_call_came(
    details: dict[str, Any], said: str
) -> None:
    event = event_of(userAgent=BROWSER, **FLAG, **details)

    assert said in event.call.tools[0].reason


def test_the_host_that_a_client_asked_for_proves_nothing() -> None:
    details = {"tlsDetails": {"clientProvidedHostHeader": "us-east-1.signin.aws.amazon.com"}}

    assert tool_of(event_of(userAgent="something", **details)) is Tool.UNKNOWN


def test_an_agents_server_works_for_whoever_sits_in_front_of_it() -> None:
    event = event_of(**in_name_of(a_permission_set_session(), "aws-mcp.amazonaws.com"))

    assert event.call.acting_service is None
    assert tool_of(event) is Tool.UNKNOWN
