"""Microsoft Graph's audit log of a directory, page by page, for the last 30 days."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.providers.azure.audits import an_audit
from tests.providers.azure.sources.cloud import Answer, Asked, AzureCloud, azure_cloud

_FILTER = re.compile(r"loggedByService eq 'PIM' and activityDateTime ge (\S+) and activityDateTime le (\S+)")


@dataclass(kw_only=True, slots=True)
class Directory:
    """What its audit log tells: the time and the bytes of each record."""

    cloud: AzureCloud
    logged: list[tuple[datetime, bytes]] = field(default_factory=list)

    def log(self, at: datetime, **fields: Any) -> None:
        """Log what PIM did at this time."""
        named = {"id": f"PIM_{len(self.logged)}", "activityDateTime": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"}
        self.logged.append((at, json.dumps(an_audit(**named, **fields)).encode()))

    def answer(self, asked: Asked) -> Answer:
        """Answer as Graph does."""
        times = _FILTER.fullmatch(asked.query.get("$filter", ""))
        if asked.path != "/v1.0/auditLogs/directoryAudits" or times is None:
            return Answer(status=400, body=b'{"error":{"code":"BadRequest","message":"no"}}')
        begin, end = (datetime.fromisoformat(text) for text in times.groups())
        if begin < datetime.now(UTC) - timedelta(days=30):
            return Answer(status=400, body=b'{"error":{"code":"BadRequest","message":"too old"}}')
        found = sorted((one for one in self.logged if begin <= one[0] <= end), reverse=True)
        size = min(2, int(asked.query["$top"]))  # Graph may give less than it is asked for
        first = int(asked.query.get("$skiptoken", "0"))
        page = [body for _, body in found[first : first + size]]
        link = b""
        if first + size < len(found):
            query = f"$filter={asked.query['$filter']}&$top={asked.query['$top']}&$skiptoken={first + size}"
            link = f', "@odata.nextLink": "{self.cloud.url}{asked.path}?{query.replace(" ", "%20")}"'.encode()
        return Answer(body=b'{"@odata.context": "x", "value": [' + b", ".join(page) + b"]" + link + b"}")


@contextmanager
def directory(folder: Path) -> Iterator[Directory]:
    """Run the API."""
    with azure_cloud(folder, lambda _: Answer()) as cloud:
        service = Directory(cloud=cloud)
        cloud.api = service.answer
        yield service
