"""CloudTrail records of our own, in the shapes that AWS delivers."""

import json
from typing import Any

from drift.model.event import ChangeEvent, RawRecord, Repeat, Source
from drift.model.verdict import Confidence, Credential, Tool
from providers.aws.translate import AwsTranslator

Fields = dict[str, Any]

ACCOUNT = "111122223333"
ABSENT = object()
"""Leaves a field out."""

TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.98.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.36.3 os/linux lang/go#1.23.8"
)
CLI = "aws-cli/2.36.17 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13 m/Z,b md/command#ec2.create-vpc"
CLOUDSHELL = "aws-cli/2.31.1 ua/2.1 os/linux#6.1 exec-env/CloudShell m/Z,b cfg/retry-mode#standard"
BOTO = "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.1 lang/python#3.12 m/b"
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
S3_CONSOLE = (
    "[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.372-b08]"
)


def a_record(**fields: Any) -> Fields:
    """A person opens nothing in particular; `fields` say what matters."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": a_permission_set_session(),
        "eventTime": "2026-11-20T10:11:12Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "CreateVpc",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": CLI,
        "requestParameters": {"cidrBlock": "10.0.0.0/16"},
        "responseElements": {"vpc": {"vpcId": "vpc-0a1b2c3d4e5f60718"}},
        "eventID": "6f1c0c5e-1111-4222-8333-444455556666",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | fields
    return {key: value for key, value in record.items() if value is not ABSENT}


def a_role_session(role: str, session: str, *, path: str = "/", **context: Any) -> Fields:
    """The identity of a session of a role."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{ACCOUNT}:role{path}{role}",
                "userName": role,
            },
            "attributes": {"creationDate": "2026-11-20T09:00:00Z", "mfaAuthenticated": "false"},
            **context,
        },
    }


def a_permission_set_session(person: str = "alice@example.com", permission_set: str = "Admin") -> Fields:
    """The identity of a person who signed in through IAM Identity Center."""
    role = f"AWSReservedSSO_{permission_set}_0123456789abcdef"
    return a_role_session(role, person, path="/aws-reserved/sso.amazonaws.com/eu-west-1/")


def an_iam_user(name: str = "bob", key: str = "AKIAEXAMPLE", **fields: Any) -> Fields:
    """The identity of an IAM user."""
    return {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": name,
        **fields,
    }


def a_root_user() -> Fields:
    """The identity of the account's root user."""
    return {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
    }


def as_bytes(record: Fields) -> bytes:
    """A record as a file holds it."""
    return json.dumps(record).encode()


def raw(body: bytes) -> RawRecord:
    """Delivered bytes."""
    return RawRecord(body=body, source=Source(file="trail.json", index=0, sha256="00"))


def translated(record: Fields | bytes) -> ChangeEvent:
    """What the translator says of a record that it must be able to read, its risks and summary too."""
    translator = AwsTranslator()
    return translator.describe(
        event_by(translator, record if isinstance(record, bytes) else as_bytes(record))
    )


def event_by(translator: AwsTranslator, body: bytes) -> ChangeEvent:
    """All that this translator says of a record that it must be able to read."""
    said = translator.translate(raw(body))
    event = said.event(raw(body).source) if isinstance(said, Repeat) else said
    assert isinstance(event, ChangeEvent), event
    return event


def event_of(**fields: Any) -> ChangeEvent:
    """What the translator says of `a_record` with these fields."""
    return translated(a_record(**fields))


def tool_of(event: ChangeEvent) -> Tool:
    """The first tool that may decide."""
    return next((one.tool for one in event.call.tools if one.confidence is not Confidence.LOW), Tool.UNKNOWN)


def credential_of(event: ChangeEvent) -> Credential:
    """The first credential that may decide."""
    signs = (one.credential for one in event.call.credentials if one.confidence is not Confidence.LOW)
    return next(signs, Credential.UNKNOWN)
