"""Delivers trail files at a steady rate, each with one write that must be told of."""

import gzip
import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks.callers import ACCOUNT, CHROME

RECORDS_OF_A_FILE = 200
"""At least. Where more than that are wanted in a second, a file holds a second's records: the clouds too
write larger files then, and the stand-in of the queue would be what is measured with more of them."""

MOST_OF_A_FILE = 100_000

ANNOUNCED_TWICE_IN_HUNDRED = 5

_EVENT_ID = "00000000-0000-4000-8000-{number:012x}"

Put = Callable[[str, bytes, int], None]
"""Stores an object under a name, and tells the queue of it so many times."""


class Feed:
    """So many records a second. Each file's last record is a write of a person who never wrote before."""

    def __init__(self, put: Put, rate: int) -> None:
        self.rate = rate
        """May be changed at any time."""
        self.records = 0
        self.files = 0
        """As many as there are writes."""
        self.delivered_at: dict[str, float] = {}
        """When the write of each person was announced, by the person's name."""
        self.late_seconds = 0.0
        """How far the feed itself was behind at worst: the machine cannot deliver as much as it should."""
        self._put = put
        self._chance = random.Random(1)
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
        while not self._is_over.wait(max(0.0, due - time.monotonic())):
            self.late_seconds = max(self.late_seconds, time.monotonic() - due)
            number, records = self.files, max(RECORDS_OF_A_FILE, self.rate)
            name = name_of(number)
            times = 1 + (self._chance.randrange(100) < ANNOUNCED_TWICE_IN_HUNDRED)
            # Before it is there, since it may be told at once.
            self.delivered_at[name] = time.monotonic()
            self._put(f"soak-{number:06}.json.gz", _file(number, records), times)
            self.delivered_at[name] = time.monotonic()
            self.records += records
            self.files += 1
            due += records / self.rate


def name_of(number: int) -> str:
    """Return the person whose write is in the file of this number."""
    return f"person{number}@example.com"


def event_id_of(number: int) -> str:
    """Return the id of the write in the file of this number."""
    return _EVENT_ID.format(number=(number + 1) * MOST_OF_A_FILE - 1)


def _file(number: int, records: int) -> bytes:
    """Return the file of this number, compressed, its last record the write.

    Its reads differ in little: so it is made quickly.
    """
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    first = number * MOST_OF_A_FILE
    read = json.dumps(_record("@worker@", None, at, number, "@id@"))
    reads = [
        read.replace("@worker@", f"worker{index % 20}").replace(
            "@id@", _EVENT_ID.format(number=first + index)
        )
        for index in range(records - 1)
    ]
    write = json.dumps(_record(name_of(number), f"sg-{number:017x}", at, number, event_id_of(number)))
    return gzip.compress(b'{"Records":[%s]}' % ",".join([*reads, write]).encode(), compresslevel=1, mtime=0)


def _record(name: str, group: str | None, at: str, number: int, event_id: str) -> dict[str, Any]:
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
        "eventTime": at,
        "eventSource": "ec2.amazonaws.com",
        "eventName": "AuthorizeSecurityGroupIngress" if group else "DescribeInstances",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"198.51.100.{number % 250}",
        "userAgent": CHROME,
        "requestParameters": _opening(group) if group else {"maxResults": 100},
        "responseElements": {"_return": True} if group else None,
        "eventID": event_id,
        "readOnly": group is None,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "sessionCredentialFromConsole": "true",
    }


def _opening(group: str) -> dict[str, Any]:
    """Return what opens a security group to everybody."""
    rule = {
        "ipProtocol": "tcp",
        "fromPort": 22,
        "toPort": 22,
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
    }
    return {"groupId": group, "ipPermissions": {"items": [rule]}}
