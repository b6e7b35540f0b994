"""TEAM's table of requests: moto's, behind a proxy that knows one key and may refuse everything."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3

from providers.aws.team import AwsTeam, AwsTeamSettings
from tests.providers.aws.moto import REGION, simulated_aws
from tests.providers.grants.system import Given, Granter
from tests.providers.state_stores.proxy import Answer, Headers, proxy_of

TABLE = "requests-abcdefghijklmnopqrstuvwxyz-main"
CREDENTIALS = "Credential=simulated/"
PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-1111222233334444/ps-5555666677778888"


def coded(code: str, message: str = "because") -> bytes:
    """Write an error as DynamoDB does."""
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}).encode()


def an_id(number: int) -> str:
    """Return the id of a request."""
    return f"3f0b9c1e-8d27-4c55-9a41-{number:012d}"


def an_item(given: Given) -> dict[str, Any]:
    """Write a request as TEAM keeps it: `duration` is in hours, and `endTime` is not there before the end."""
    item: dict[str, Any] = {
        "id": an_id(given.number),
        "__typename": "Requests",
        "accountId": given.account,
        "accountName": "production",
        "role": given.role,
        "roleId": PERMISSION_SET,
        "startTime": _written(given.begins_at),
        "duration": str(given.hours),
        "justification": given.because,
        "ticketNo": given.ticket,
        "status": given.status,
        "username": f"idc_{given.to}",
        "owner": f"6f1f6b9e-1111-4444-8888-aaaaaaaaaaaa::idc_{given.to}",
        "email": given.to,
        "approver": given.by,
        "approverId": f"idc_{given.by}" if given.by else None,
        "approvers": ["erin@example.com", "frank@example.com"],
        "approver_ids": ["idc_erin@example.com", "idc_frank@example.com"],
        "session_duration": "PT8H",
        "createdAt": _written(given.asked_at),
        "updatedAt": _written(given.ended_at or given.begins_at),
        "endTime": _written(given.ended_at) if given.ended_at else None,
        **given.extra,
    }
    return {name: _typed(value) for name, value in item.items() if value is not None}


def _typed(value: object) -> dict[str, Any]:
    return {"L": [{"S": one} for one in value]} if isinstance(value, list) else {"S": str(value)}


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.123Z")


def _items(client: Any) -> list[dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName=TABLE)
    return [item for page in pages for item in page["Items"]]


@contextmanager
def aws_team() -> Iterator[Granter]:
    """An empty table of requests."""
    with simulated_aws() as aws:
        url = os.environ["AWS_ENDPOINT_URL"]
        client = boto3.client("dynamodb", region_name=REGION, endpoint_url=url)
        client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        with proxy_of(url) as proxy:

            def check_key(_method: str, _path: str, headers: Headers) -> Answer | None:
                if CREDENTIALS in headers.get("authorization", ""):
                    return None
                return 400, {}, coded("UnrecognizedClientException", "The security token is invalid.")

            def source() -> AwsTeam:
                return AwsTeam(AwsTeamSettings(region=REGION, endpoint=proxy.url, table=TABLE))

            def stranger() -> AwsTeam:
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "stranger")
                return source()

            def mend() -> None:
                proxy.answer = check_key
                aws.environment.setenv("AWS_ACCESS_KEY_ID", "simulated")
                for item in _items(client):
                    client.delete_item(TableName=TABLE, Key={"id": item["id"]})

            mend()
            denied = f"User is not authorized to perform: dynamodb:Scan on resource: table/{TABLE}"
            yield Granter(
                source=source(),
                give=lambda given: client.put_item(TableName=TABLE, Item=an_item(given)),
                key=lambda number: f"TEAM-{an_id(number)}",
                role=lambda name: f"AWSReservedSSO_{name}_0123456789abcdef",
                given="in progress",
                never="rejected",
                over="revoked",
                stranger=stranger,
                forbid=lambda: proxy.refuse(400, coded("AccessDeniedException", denied)),
                permission="dynamodb:Scan",
                break_down=lambda: proxy.refuse(500, coded("InternalServerError")),
                mend=mend,
            )
        client.delete_table(TableName=TABLE)
