"""A CloudTrail of our own: a real HTTP server that speaks JSON 1.1, and refuses what AWS refuses."""

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.providers.aws.records import a_record

TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
A_SECOND = 2
"""Requests that are answered, for each region."""

Asked = dict[str, Any]


class Refusal(Exception):  # noqa: N818 - it is an answer
    """An error as AWS tells it."""

    def __init__(self, code: str, status: int = 400, **headers: str) -> None:
        super().__init__(code)
        self.code, self.status = code, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(kw_only=True, slots=True)
class CloudTrailService:
    """The events of each region and the public keys, what was asked, and how it is answered."""

    url: str = ""
    events: dict[str, list[Asked]] = field(default_factory=dict)
    keys: dict[str, dict[str, bytes]] = field(default_factory=dict)
    """Of each region, by fingerprint: PKCS #1 in DER."""
    asked: list[tuple[str, str, Asked]] = field(default_factory=list)
    """The region that a request was signed for, the operation, and its parameters."""
    refuse: Callable[[str, str, Asked], Refusal | None] = lambda *_: None
    instead: Asked | None = None
    """What a proxy answers in the place of CloudTrail."""
    second: Callable[[], int] | None = None
    """The clock by which too many requests a second are refused, if there is one."""
    seconds: list[tuple[str, int]] = field(default_factory=list)
    tokens: dict[str, tuple[int, str]] = field(default_factory=dict)

    def log(self, region: str, id_: str, at: datetime, record: str | None = None, **fields: Any) -> None:
        """Let an event happen."""
        made = record or json.dumps(a_record(eventID=id_, eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}", **fields))
        is_read = "true" if fields.get("readOnly") else "false"
        event = {
            "EventId": id_,
            "EventTime": at.timestamp(),
            "ReadOnly": is_read,
            "CloudTrailEvent": made,
        }
        self.events.setdefault(region, []).append(event)

    def forget_tokens(self) -> None:
        """Let all tokens run out."""
        self.tokens.clear()

    def answer(self, region: str, operation: str, asked: Asked) -> Asked:
        """Answer as CloudTrail does."""
        self.asked.append((region, operation, asked))
        if self.second is not None:
            self.seconds.append((region, self.second()))
            if self.seconds.count(self.seconds[-1]) > A_SECOND:
                raise Refusal("ThrottlingException")
        if self.instead is not None:
            return self.instead
        if refusal := self.refuse(region, operation, asked):
            raise refusal
        if operation == "LookupEvents":
            return self._lookup(region, asked)
        if operation == "ListPublicKeys":
            return self._public_keys(region)
        raise Refusal("UnknownOperationException")

    def _lookup(self, region: str, asked: Asked) -> Asked:
        most = asked.get("MaxResults", 50)
        if not 1 <= most <= 50:
            raise Refusal("InvalidMaxResultsException")
        if len(asked.get("LookupAttributes", ())) > 1:
            raise Refusal("InvalidLookupAttributesException")
        if asked["StartTime"] > asked["EndTime"]:
            raise Refusal("InvalidTimeRangeException")
        parameters = json.dumps({key: value for key, value in asked.items() if key != "NextToken"})
        begin, same = self.tokens.get(asked.get("NextToken", ""), (0, parameters))
        if same != parameters or ("NextToken" in asked and asked["NextToken"] not in self.tokens):
            raise Refusal("InvalidNextTokenException")
        fitting = [one for one in self.events.get(region, ()) if _fits(one, asked)]
        newest_first = sorted(fitting, key=lambda one: -one["EventTime"])
        answer: Asked = {"Events": newest_first[begin : begin + most]}
        if len(newest_first) > begin + most:
            answer["NextToken"] = f"token-{len(self.asked)}"
            self.tokens[answer["NextToken"]] = begin + most, parameters
        return answer

    def _public_keys(self, region: str) -> Asked:
        valid = {
            "ValidityStartTime": datetime(2026, 1, 1, tzinfo=UTC).timestamp(),
            "ValidityEndTime": datetime(2027, 1, 1, tzinfo=UTC).timestamp(),
        }
        keys = self.keys.get(region, {})
        values = {name: base64.b64encode(key).decode() for name, key in keys.items()}
        return {"PublicKeyList": [{"Fingerprint": one, "Value": values[one], **valid} for one in values]}


def _fits(event: Asked, asked: Asked) -> bool:
    wanted = {one["AttributeKey"]: one["AttributeValue"] for one in asked.get("LookupAttributes", ())}
    in_time = asked["StartTime"] <= event["EventTime"] <= asked["EndTime"]
    return in_time and all(event[key] == value for key, value in wanted.items())


@contextmanager
def cloudtrail_service() -> Iterator[CloudTrailService]:
    """Run the service on a port of its own."""
    service = CloudTrailService()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: the other side would wait for the second

        def do_POST(self) -> None:
            """Answer one operation."""
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/cloudtrail/", self.headers["Authorization"])
            operation = self.headers["X-Amz-Target"].removeprefix(TARGET)
            headers: dict[str, str] = {}
            try:
                status, answer = 200, service.answer(scope[1] if scope else "", operation, asked)
            except Refusal as refusal:
                status, answer = refusal.status, {"__type": refusal.code, "Message": "refused"}
                headers = refusal.headers
            body = json.dumps(answer).encode()
            with suppress(ConnectionError):  # who asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
