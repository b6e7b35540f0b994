"""The shapes of STS's records: who asked for which role, and which key was handed out."""

from datetime import datetime, timedelta

from tests.recorder.clients import Client
from tests.recorder.model import Json
from tests.recorder.trail import Trail, principal_id, stamp, tls_details, wordy
from tests.simulator.moto import ACCOUNT, REGION


def log_sts(
    trail: Trail,
    identity: Json,
    client: Client,
    at: datetime,
    name: str,
    request: Json,
    answer: Json,
    role: str,
    path: str = "",
) -> None:
    """Log a call by which somebody without a session gets one."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": stamp(at),
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": client.source_ip,
        "userAgent": client.user_agent,
        "requestParameters": request,
        "responseElements": answer,
        "requestID": trail.uuid(),
        "readOnly": True,
        "resources": role_resource(role, path),
    }
    if client.tls:
        record["tlsDetails"] = tls_details(f"sts.{REGION}.amazonaws.com")
    trail.service_event(record, "AwsApiCall")


def role_request(role: str, name: str, seconds: int, path: str = "") -> Json:
    """Return the request parameters that every way to assume a role shares."""
    return {
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{path}{role}",
        "roleSessionName": name,
        "durationSeconds": seconds,
    }


def role_resource(role: str, path: str = "") -> Json:
    """Return how a record names the assumed role as its resource."""
    return [
        {"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{ACCOUNT}:role/{path}{role}"}
    ]


def credentials(trail: Trail, key: str, role: str, name: str, at: datetime, seconds: int) -> Json:
    """Return the part of the answer that hands out the key."""
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": trail.session_token(),
            "expiration": wordy(at + timedelta(seconds=seconds)),
        },
        "assumedRoleUser": {
            "assumedRoleId": f"{principal_id(role)}:{name}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}",
        },
    }
