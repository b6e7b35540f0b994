"""Keep the calls of an apply, and make them again, so that the account is there without Terraform.

Moto draws its ids from one seeded source. The same calls in the same order therefore build
the same account, with the ids that the stored state names.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from tests.estate.calls import Call
from tests.estate.proxy import ask

SIGNATURE = re.compile(r", SignedHeaders=.*")
KEPT_HEADERS = re.compile(r"authorization|content-type|content-md5|range|x-amz-(?!date$|security-token$).*")


class ReplayError(AssertionError):
    """The account that the calls build is not the one that they built when they were recorded."""


def store(calls: Iterable[Call], path: Path) -> None:
    """Write the calls, one a line, without what only their moment meant."""
    lines = "".join(json.dumps(_written(call)) + "\n" for call in calls)
    path.write_bytes(gzip.compress(lines.encode(), mtime=0))


def replay(path: Path, cloud_url: str) -> int:
    """Make the recorded calls again at a fresh account, and return their number.

    Raises:
        ReplayError: One is answered otherwise than it was.
    """
    calls = [_read(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    for number, call in enumerate(calls, start=1):
        status, _headers, body = ask(urlsplit(cloud_url).netloc, call)
        if status != call.status:
            raise ReplayError(
                f"{path}: call {number}, {call}, is answered with {status}, not {call.status}: "
                f"{body[:300]!r}. Another moto needs another recording: python -m tests.estate"
            )
    return len(calls)


def _written(call: Call) -> dict[str, object]:
    return {
        "method": call.method,
        "path": call.path,
        "headers": {
            name: SIGNATURE.sub("", value)
            for name, value in call.headers.items()
            if KEPT_HEADERS.fullmatch(name)
        },
        "body": base64.b64encode(call.body).decode(),
        "status": call.status,
    }


def _read(line: bytes) -> Call:
    written = json.loads(line)
    return Call(**{**written, "body": base64.b64decode(written["body"])})
