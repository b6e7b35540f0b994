"""Who makes the calls of a generated trail: people, pipelines, workloads and the cloud itself."""

from dataclasses import dataclass
from typing import Any

ACCOUNT = "111122223333"
SESSIONS = 200

CHROME = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
CLI = (
    "aws-cli/2.31.2 md/awscrt#0.27.6 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.7 "
    "md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#ec2.describe"
)
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.0 ua/2.1 os/linux "
    "lang/go#1.24.6"
)
BOTO3 = (
    "Boto3/1.40.30 md/Botocore#1.40.30 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.13.5 "
    "md/pyimpl#CPython exec-env/AWS_Lambda_python3.13 cfg/retry-mode#legacy Botocore/1.40.30"
)
GO = (
    "aws-sdk-go-v2/1.39.0 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 "
    "exec-env/AWS_ECS_FARGATE"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """A session, and how many different calls it makes: a workload makes few, Terraform nearly all."""

    fields: dict[str, Any]
    """What a record says of its caller."""
    reads: int
    writes: int


def sessions() -> list[Caller]:
    """Return all sessions."""
    kinds = (_in_console, _with_cli, _pipeline, _workload, _user, _pipeline, _workload, _service)
    return [kinds[number % len(kinds)](number) for number in range(SESSIONS)]


def _in_console(number: int) -> Caller:
    role = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
    return Caller(
        fields={
            "userIdentity": _assumed(number, role, f"person{number}@example.com", mfa="true"),
            "userAgent": CHROME,
            "sourceIPAddress": f"198.51.100.{number}",
            "sessionCredentialFromConsole": "true",
        },
        reads=25,
        writes=6,
    )


def _with_cli(number: int) -> Caller:
    role = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Operator_fedcba9876543210"
    return Caller(
        fields={
            "userIdentity": _assumed(number, role, f"person{number}@example.com"),
            "userAgent": CLI,
            "sourceIPAddress": f"203.0.113.{number}",
        },
        reads=12,
        writes=4,
    )


def _pipeline(number: int) -> Caller:
    identity = _assumed(number, f"deploy-{number % 9}", f"GitHubActions-{9_000_000 + number}")
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    identity["sessionContext"]["webIdFederationData"] = {"federatedProvider": provider, "attributes": {}}
    return Caller(
        fields={"userIdentity": identity, "userAgent": TERRAFORM, "sourceIPAddress": f"192.0.2.{number}"},
        reads=80,
        writes=25,
    )


def _workload(number: int) -> Caller:
    in_function = number % 16 < 8
    identity = _assumed(
        number, f"service/svc-{number}", f"worker-{number}" if in_function else f"i-{number:017x}"
    )
    if not in_function:
        identity["sessionContext"]["ec2RoleDelivery"] = "2.0"
    return Caller(
        fields={
            "userIdentity": identity,
            "userAgent": BOTO3 if in_function else GO,
            "sourceIPAddress": f"10.0.3.{number}",
        },
        reads=4,
        writes=2,
    )


def _user(number: int) -> Caller:
    name = f"robot-{number}"
    return Caller(
        fields={
            "userIdentity": {
                "type": "IAMUser",
                "principalId": f"AIDA{number:017}",
                "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
                "accountId": ACCOUNT,
                "accessKeyId": f"AKIA{number:016}",
                "userName": name,
            },
            "userAgent": BOTO3,
            "sourceIPAddress": f"198.51.100.{number}",
        },
        reads=6,
        writes=2,
    )


def _service(number: int) -> Caller:
    host = ("autoscaling", "config", "cloudformation", "access-analyzer")[number // 8 % 4] + ".amazonaws.com"
    role = f"aws-service-role/{host}/AWSServiceRoleForAutomation"
    identity = _assumed(number, role, f"automation-{number}") | {"invokedBy": host}
    return Caller(
        fields={"userIdentity": identity, "userAgent": host, "sourceIPAddress": host}, reads=5, writes=3
    )


def _assumed(number: int, role: str, session: str, mfa: str = "false") -> dict[str, Any]:
    name = role.rpartition("/")[2]
    issuer = f"AROA{number:017}"
    return {
        "type": "AssumedRole",
        "principalId": f"{issuer}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{number:016}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": issuer,
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "accountId": ACCOUNT,
                "userName": name,
            },
            "attributes": {
                "creationDate": f"2026-11-20T{7 + number % 2:02}:{number % 60:02}:00Z",
                "mfaAuthenticated": mfa,
            },
        },
    }
