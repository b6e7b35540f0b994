"""A generated trail: 80 % reads and 20 % writes of many people and machines, as CloudTrail delivers them.

Each record has an id, a time and parameters of its own; the same trail comes out every time.
"""

import gzip
import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.callers import ACCOUNT, Caller, sessions

HERE = Path(__file__).parent

RECORDS_PER_FILE = 500
WRITES_IN_FIVE = 1
DENIED_IN_HUNDRED = 3

BEGIN = datetime(2026, 11, 20, 9, tzinfo=UTC)
BETWEEN = timedelta(milliseconds=270)

NEW, OLD = "#", "@"
"""In the parameters of a call: the id of something nobody has named before, and of something that stays."""
OLD_ONES = 997


@dataclass(frozen=True, kw_only=True, slots=True)
class _Call:
    service: str
    event: str
    region: str
    is_read: bool
    request: str
    response: str
    """Both are JSON in which `NEW` and `OLD` stand for ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Actor:
    caller: Caller
    reads: list[_Call]
    writes: list[_Call]


def write_trail(folder: Path, files: int) -> int:
    """Write gzip files as CloudTrail delivers them; return the number of records."""
    chance = random.Random(2026)
    actors = _actors(chance)
    for file in range(files):
        numbers = range(file * RECORDS_PER_FILE, (file + 1) * RECORDS_PER_FILE)
        records = [_record(number, chance.choice(actors), chance) for number in numbers]
        text = json.dumps({"Records": records}, separators=(",", ":"))
        delivered = gzip.compress(text.encode(), compresslevel=6, mtime=0)
        (folder / f"trail-{file:04}.json.gz").write_bytes(delivered)
    return files * RECORDS_PER_FILE


def _actors(chance: random.Random) -> list[_Actor]:
    """Give every session the calls that it makes again and again."""
    reads, writes = list(_reads()), list(_writes())
    return [
        _Actor(
            caller=caller,
            reads=chance.sample(reads, caller.reads),
            writes=chance.sample(writes, caller.writes),
        )
        for caller in sessions()
    ]


def _reads() -> Iterator[_Call]:
    for row in _rows("reads.jsonl"):
        for event in row["events"]:
            yield _call(row, event, is_read=True)


def _writes() -> Iterator[_Call]:
    for row in _rows("writes.jsonl"):
        yield _call(row, row["event"], is_read=False)


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def _call(row: dict[str, Any], event: str, *, is_read: bool) -> _Call:
    return _Call(
        service=row["service"],
        event=event,
        region="us-east-1" if row.get("global") else "eu-west-1",
        is_read=is_read,
        request=json.dumps(row["request"]),
        response=json.dumps(row.get("response")),
    )


def _record(number: int, actor: _Actor, chance: random.Random) -> dict[str, Any]:
    """Return the fields of a record in CloudTrail's order."""
    call = chance.choice(actor.writes if number % 5 < WRITES_IN_FIVE else actor.reads)
    caller = actor.caller.fields
    new, old = f"{chance.getrandbits(68):017x}", f"{chance.randrange(OLD_ONES) * 7919:017x}"
    denied = number * 37 % 100 < DENIED_IN_HUNDRED
    response = "null" if denied else call.response
    record = {
        "eventVersion": "1.11",
        "userIdentity": caller["userIdentity"],
        "eventTime": f"{BEGIN + number * BETWEEN:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.event,
        "awsRegion": call.region,
        "sourceIPAddress": caller["sourceIPAddress"],
        "userAgent": caller["userAgent"],
        **(_refusal(call, caller) if denied else {}),
        "requestParameters": json.loads(call.request.replace(NEW, new).replace(OLD, old)),
        "responseElements": json.loads(response.replace(NEW, new).replace(OLD, old)),
        "requestID": str(uuid.UUID(int=chance.getrandbits(128))),
        "eventID": str(uuid.UUID(int=chance.getrandbits(128))),
        "readOnly": call.is_read,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.service}.{call.region}.amazonaws.com",
        },
    }
    if flag := caller.get("sessionCredentialFromConsole"):
        record["sessionCredentialFromConsole"] = flag
    return record


def _refusal(call: _Call, caller: dict[str, Any]) -> dict[str, str]:
    who, what = caller["userIdentity"]["arn"], f"{call.service}:{call.event}"
    return {
        "errorCode": "AccessDenied",
        "errorMessage": f"User: {who} is not authorized to perform: {what} with an explicit deny",
    }
