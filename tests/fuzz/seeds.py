"""Files to begin with: records of every cloud in every form, all of our own making."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.providers.aws.records import BROWSER, TERRAFORM, a_record, a_role_session, a_root_user, an_iam_user
from tests.providers.azure import records as azure
from tests.providers.gcp import entries as gcp

STORIES = Path(__file__).parents[2] / "terraform-fixtures"

Fields = dict[str, Any]


def seeds() -> Iterator[bytes]:
    """Yield them, small ones: what is large is slow to mutate."""
    for record in records():
        yield json.dumps(record).encode()
    yield from _envelopes()


def records() -> Iterator[Fields]:
    """Yield plain records of every cloud."""
    for log in sorted(STORIES.glob("*/audit-log.json")):
        yield from json.loads(log.read_text(encoding="utf-8"))["Records"][:4]
    yield from _of_aws()
    yield from _of_gcp()
    yield from _of_azure()


def _of_aws() -> Iterator[Fields]:
    yield a_record()
    yield a_record(userIdentity=a_root_user(), userAgent=BROWSER, sessionCredentialFromConsole="true")
    yield a_record(userIdentity=an_iam_user(), userAgent=TERRAFORM, errorCode="AccessDenied")
    yield a_record(eventName="DescribeVpcs", readOnly=True, requestParameters=None)
    yield a_record(
        addendum={"reason": "UPDATED_DATA", "originalEventID": "e-1", "updatedFields": "errorCode"}
    )
    yield a_record(
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        userIdentity=a_role_session("Admin", "alice@example.com"),
        requestParameters={
            "roleArn": "arn:aws:iam::111122223333:role/Deploy",
            "tags": [{"key": "t", "value": "OPS-1"}],
        },
        responseElements={
            "credentials": {"accessKeyId": "ASIAEXAMPLE", "expiration": "Nov 20, 2026 1:21:51 AM"}
        },
    )


def _of_gcp() -> Iterator[Fields]:
    yield gcp.an_entry()
    yield gcp.an_entry(operation={"id": "op-1", "producer": "compute.googleapis.com", "first": True})
    yield gcp.an_entry(operation={"id": "op-1", "producer": "compute.googleapis.com", "last": True})
    yield gcp.an_entry(authenticationInfo=gcp.delegated(gcp.first_party("alice@example.com")))


def _of_azure() -> Iterator[Fields]:
    record = azure.a_record()
    yield record
    yield azure.as_dict(record)
    yield azure.for_event_hub(record)
    yield azure.for_log_analytics(record)
    yield azure.for_event_grid(record)
    yield azure.as_cloud_event(azure.for_event_grid(record))
    yield azure.a_change()


def _envelopes() -> Iterator[bytes]:
    record, entry, activity = a_record(), gcp.an_entry(), azure.a_record()
    for envelope in (
        {"Records": [record]},
        {"detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "detail": record},
        {"Events": [{"EventId": "e-1", "ReadOnly": "false", "CloudTrailEvent": json.dumps(record)}]},
        {"Type": "Notification", "Message": json.dumps(record)},
        {
            "Messages": [
                {
                    "MessageId": "m",
                    "Body": json.dumps({"Type": "Notification", "Message": json.dumps(record)}),
                }
            ]
        },
        {"entries": [entry]},
        {"value": [activity]},
        {"records": [azure.for_event_hub(activity)]},
        {"data": [azure.a_change()]},
    ):
        yield json.dumps(envelope).encode()
    yield gcp.pushed(json.dumps(entry).encode())
    yield json.dumps([record, entry, activity]).encode()
    yield b"\n".join(json.dumps(one).encode() for one in (record, entry, activity))
