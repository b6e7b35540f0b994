"""The Activity Log's REST API: the newest first, page by page, for spans within the last 90 days only."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.providers.azure.records import SUBSCRIPTION, Fields, a_record
from tests.providers.azure.sources.cloud import Answer, Asked, AzureCloud, azure_cloud

_PATH = re.compile(r"/subscriptions/([^/]+)/providers/Microsoft\.Insights/eventtypes/management/values")
_FILTER = re.compile(r"eventTimestamp ge '([^']+)' and eventTimestamp le '([^']+)'")


@dataclass(kw_only=True, slots=True)
class Subscriptions:
    """What each subscription logged: the time and the bytes of each record."""

    cloud: AzureCloud
    logged: dict[str, list[tuple[datetime, bytes]]] = field(default_factory=dict)
    page_size: int = 2
    denied: set[str] = field(default_factory=set)

    def log(self, at: datetime, subscription: str = SUBSCRIPTION, **fields: Any) -> Fields:
        """Log a call that was made at this time."""
        number = sum(len(each) for each in self.logged.values())
        record = a_record(
            eventTimestamp=f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z",
            eventDataId=f"e0000000-1111-2222-3333-{number:012x}",
            **fields,
        )
        self.log_bytes(at, json.dumps(record).encode(), subscription)
        return record

    def log_bytes(self, at: datetime, body: bytes, subscription: str = SUBSCRIPTION) -> None:
        """Log a record with these bytes."""
        self.logged.setdefault(subscription, []).append((at, body))

    def answer(self, asked: Asked) -> Answer:
        """Answer as Resource Manager does."""
        place = _PATH.fullmatch(asked.path)
        times = _FILTER.fullmatch(asked.query.get("$filter", ""))
        if place is None or times is None or asked.query.get("api-version") != "2015-04-01":
            return _refusal(400, "BadRequest")
        begin, end = (datetime.fromisoformat(text) for text in times.groups())
        if begin < datetime.now(UTC) - timedelta(days=90):
            return _refusal(400, "BadRequest")
        if place[1] in self.denied:
            return _refusal(403, "AuthorizationFailed")
        found = [one for one in self.logged.get(place[1], []) if begin <= one[0] <= end]
        newest_first = sorted(found, key=lambda one: one[0], reverse=True)
        first = int(asked.query.get("$skipToken", "0"))
        page = [body for _, body in newest_first[first : first + self.page_size]]
        link = b""
        if first + self.page_size < len(newest_first):
            query = (
                f"api-version=2015-04-01&$filter={asked.query['$filter']}&$skipToken={first + self.page_size}"
            )
            link = f', "nextLink": "{self.cloud.url}{asked.path}?{query}"'.encode()
        return Answer(body=b'{"value": [' + b", ".join(page) + b"]" + link + b"}")


def _refusal(status: int, code: str) -> Answer:
    return Answer(status=status, body=json.dumps({"error": {"code": code, "message": "no"}}).encode())


@contextmanager
def subscriptions(folder: Path) -> Iterator[Subscriptions]:
    """Run the API."""
    with azure_cloud(folder, lambda _: Answer()) as cloud:
        service = Subscriptions(cloud=cloud)
        cloud.api = service.answer
        yield service
