"""Cloud Logging of our own: a gRPC server of its real definition, as strict as Google's where it matters."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from google.cloud.audit.audit_log_pb2 import AuditLog
from google.cloud.logging_v2.types import ListLogEntriesRequest, ListLogEntriesResponse, LogEntry
from google.protobuf.timestamp_pb2 import Timestamp

from tests.providers.gcp.sources.grpc_server import Refusal, invalid, serving
from tests.providers.gcp.sources.relay import Relay, relayed

SERVICE = "google.logging.v2.LoggingServiceV2"
PROJECT = "projects/example-prod"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

_CLAUSE = re.compile(r'(timestamp|receiveTimestamp)>="([^"]+)"')
_LOG_ID = re.compile(r'log_id\("([^"]+)"\)')
MOST = 1000


class LoggingService:
    """The entries there are, and what was asked."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.asked: list[Any] = []
        self.refusals: list[Refusal] = []
        """Each answers one request, before entries are looked at again."""
        self.down: Refusal | None = None
        """Answers every request."""
        self.is_forgetful = False
        """No token of a page is taken any longer."""
        self.tires_after: int | None = None
        """How many entries one search looks at, before it gives a page with what it found."""
        self.endpoint = ""
        self.relay: Relay

    def log(self, *, at: datetime | None = None, received: datetime | None = None, **fields: Any) -> Any:
        """Receive an entry, a second after the one before unless said otherwise; return it."""
        number = len(self.entries)
        at = at or NOON + timedelta(seconds=number)
        entry = an_entry(insert_id=f"{number:08x}", at=at, received=received or at, **fields)
        self.entries.append(entry)
        return entry

    def answer(self, request: Any) -> Any:
        """Answer as Google does: a page in the order of time, with a token that fits no other question."""
        asked = ListLogEntriesRequest.pb(request)
        self.asked.append(asked)
        if self.refusals:
            raise self.refusals.pop(0)
        if self.down:
            raise self.down
        if not 0 <= asked.page_size <= MOST or asked.order_by not in ("timestamp asc", "timestamp desc"):
            raise invalid("page_size or order_by is out of range")
        found = sorted(self._fitting(asked), key=lambda one: (one.timestamp.ToNanoseconds(), one.insert_id))
        if asked.order_by == "timestamp desc":
            found.reverse()
        return self._page(found, asked)

    def _page(self, found: list[Any], asked: Any) -> Any:
        begin = self._begin(asked)
        page = found[begin : begin + (asked.page_size or 50)]
        end = begin + len(page)
        if self.tires_after is not None and begin == 0 and not asked.page_token:
            page, end = page[: self.tires_after], min(end, self.tires_after)
        token = f"{end}|{_question(asked)}" if end < len(found) else ""
        answer = ListLogEntriesResponse.pb(ListLogEntriesResponse())
        answer.entries.extend(page)
        answer.next_page_token = token
        return ListLogEntriesResponse.wrap(answer)

    def _begin(self, asked: Any) -> int:
        if not asked.page_token:
            return 0
        begin, _, question = asked.page_token.partition("|")
        if self.is_forgetful:
            raise invalid("page_token has expired")
        if question != _question(asked):
            raise invalid("page_token doesn't match arguments from the request")
        return int(begin)

    def _fitting(self, asked: Any) -> Iterator[Any]:
        logs, bounds = _understood(asked.filter)
        for entry in self.entries:
            owner, _, log = entry.log_name.partition("/logs/")
            times = {"timestamp": entry.timestamp, "receiveTimestamp": entry.receive_timestamp}
            is_late_enough = all(times[name].ToNanoseconds() >= bound for name, bound in bounds)
            if owner in asked.resource_names and unquote(log) in logs and is_late_enough:
                yield entry


def an_entry(
    *,
    insert_id: str,
    at: datetime,
    received: datetime,
    log: str = "activity",
    owner: str = PROJECT,
    method: str = "v1.compute.firewalls.insert",
    audit: AuditLog | None = None,
) -> Any:
    """A log entry as a plain message of protobuf."""
    entry = LogEntry.pb(LogEntry())
    entry.log_name = f"{owner}/logs/cloudaudit.googleapis.com%2F{log}"
    entry.insert_id = insert_id
    entry.timestamp.CopyFrom(_moment(at))
    entry.receive_timestamp.CopyFrom(_moment(received))
    entry.resource.type = "gce_firewall_rule"
    entry.resource.labels["project_id"] = "example-prod"
    payload = audit or AuditLog(service_name="compute.googleapis.com", method_name=method)
    entry.proto_payload.Pack(payload)
    return entry


def _understood(filter_: str) -> tuple[set[str], list[tuple[str, int]]]:
    """Read a filter of the forms that are known here; every other one is refused, as a misspelt one is."""
    first, *others = filter_.split(" AND ")
    logs = {_LOG_ID.fullmatch(one) for one in first.removeprefix("(").removesuffix(")").split(" OR ")}
    clauses = [_CLAUSE.fullmatch(one) for one in others]
    if None in logs or None in clauses:
        raise invalid("Unparseable filter")
    bounds = []
    for clause in clauses:
        assert clause is not None
        bound = Timestamp()
        bound.FromJsonString(clause[2])
        bounds.append((clause[1], bound.ToNanoseconds()))
    return {one[1] for one in logs if one}, bounds


def _question(asked: Any) -> str:
    return repr((list(asked.resource_names), asked.filter, asked.order_by))


def _moment(at: datetime) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(at)
    return moment


@contextmanager
def cloud_logging() -> Iterator[LoggingService]:
    """Run the service on a port of its own, behind a network that can be cut."""
    service = LoggingService()
    methods = {"ListLogEntries": (service.answer, ListLogEntriesRequest, ListLogEntriesResponse)}
    with serving({SERVICE: methods}) as port, relayed(port) as relay:
        service.endpoint = f"http://127.0.0.1:{relay.port}"
        service.relay = relay
        yield service
