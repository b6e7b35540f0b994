"""Delivers trail files at a steady rate, each with one write that must be told of."""

import gzip
import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks.callers import ACCOUNT, CHROME

EVERY_SECONDS = 1.0

Put = Callable[[str, bytes], None]
"""Stores an object under a name, and tells the queue of it."""


class Feed:
    """So many records a second. Each file's last record is a write of a person who never wrote before."""

    def __init__(self, put: Put, rate: int) -> None:
        self.records = 0
        self.delivered_at: dict[str, float] = {}
        """When the write of each person was announced, by the person's name."""
        self._put = put
        self._rate = rate
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._deliver, daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more."""
        self._is_over.set()
        self._thread.join()

    def _deliver(self) -> None:
        due = time.monotonic()
        number = 0
        while not self._is_over.wait(max(0.0, due - time.monotonic())):
            name = f"person{number}@example.com"
            reads = [_record(number, f"worker{index % 20}", None) for index in range(self._rate - 1)]
            records = [*reads, _record(number, name, f"sg-{number:017x}")]
            body = gzip.compress(json.dumps({"Records": records}).encode(), compresslevel=1, mtime=0)
            self._put(f"soak-{number:06}.json.gz", body)
            self.delivered_at[name] = time.monotonic()
            self.records += len(records)
            number += 1
            due += EVERY_SECONDS


def _record(number: int, name: str, group: str | None) -> dict[str, Any]:
    """Return a write to a security group, or a read where there is none."""
    role = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{name}",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/{name}",
            "accountId": ACCOUNT,
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                    "userName": "AWSReservedSSO_Admin_0123456789abcdef",
                },
                "attributes": {"mfaAuthenticated": "true", "creationDate": "2026-11-30T00:00:00Z"},
            },
        },
        "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress" if group else "DescribeInstances",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"198.51.100.{number % 250}",
        "userAgent": CHROME,
        "requestParameters": {
            "groupId": group,
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                    }
                ]
            },
        }
        if group
        else {"maxResults": 100},
        "responseElements": {"_return": True} if group else None,
        "eventID": str(uuid.uuid4()),
        "readOnly": group is None,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "sessionCredentialFromConsole": "true",
    }
