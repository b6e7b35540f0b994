"""The query API of Log Analytics, as far as our two queries go; beyond its limits an answer is partial."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.providers.azure.records import Fields, a_record, for_log_analytics
from tests.providers.azure.sources.cloud import Answer, Asked, AzureCloud, azure_cloud

WORKSPACE = "facade00-1111-2222-3333-444455556666"

_OLDEST = re.compile(r"(\w+) \| summarize (\w+) = min\(ingestion_time\(\)\)")
_SPAN = re.compile(
    r"(\w+) \| where ingestion_time\(\) >= datetime\(([^)]+)\) and ingestion_time\(\) < datetime\(([^)]+)\)"
    r" \| extend (\w+) = ingestion_time\(\) \| take (\d+)"
)


@dataclass(kw_only=True, slots=True)
class Workspace:
    """The rows of each table, with when they arrived."""

    cloud: AzureCloud
    tables: dict[str, list[tuple[datetime, Fields]]] = field(default_factory=lambda: {"AzureActivity": []})
    row_limit: int = 500_000
    """Beyond it, an answer is partial."""

    def arrive(self, at: datetime, table: str = "AzureActivity", **fields: Any) -> Fields:
        """Let a row arrive at this time, whenever it happened."""
        number = sum(len(each) for each in self.tables.values())
        record = a_record(eventDataId=f"e0000000-1111-2222-3333-{number:012x}", **fields)
        row = for_log_analytics(record)
        self.arrive_row(at, row, table)
        return row

    def arrive_row(self, at: datetime, row: Fields, table: str = "AzureActivity") -> None:
        """Let this row arrive."""
        self.tables.setdefault(table, []).append((at, row))

    def answer(self, asked: Asked) -> Answer:
        """Answer a query."""
        if asked.path != f"/v1/workspaces/{WORKSPACE}/query":
            return _refusal(404, "WorkspaceNotFoundError")
        query = json.loads(asked.body)["query"]
        if found := _OLDEST.fullmatch(query):
            oldest = min((at for at, _ in self.tables[found[1]]), default=None)
            return _answer([found[2]], [[_written(oldest)]])
        span = _SPAN.fullmatch(query)
        if span is None or span[1] not in self.tables:
            return _refusal(400, "SemanticError")
        begin, end = (datetime.fromisoformat(text) for text in span.group(2, 3))
        rows = [(at, row) for at, row in self.tables[span[1]] if begin <= at < end][: int(span[5])]
        names = list(dict.fromkeys(name for _, row in rows for name in row)) or ["TenantId"]
        cells = [[*(row.get(name) for name in names), _written(at)] for at, row in rows]
        return _answer([*names, span[4]], cells[: self.row_limit], is_partial=len(cells) > self.row_limit)


def _answer(names: Sequence[str], rows: Sequence[Sequence[object]], *, is_partial: bool = False) -> Answer:
    types = {name: "datetime" if name.startswith(("Drift", "Time")) else "string" for name in names}
    columns = [{"name": name, "type": types[name]} for name in names]
    document: dict[str, object] = {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}
    if is_partial:
        inner = {
            "code": "-2133196797",
            "message": "The results of this query exceed the set limit of 500000 records.",
        }
        document["error"] = {"code": "PartialError", "message": "There were some errors.", "details": [inner]}
    return Answer(body=json.dumps(document).encode())


def _written(at: datetime | None) -> str | None:
    return at and f"{at:%Y-%m-%dT%H:%M:%S.%f}1Z"


def _refusal(status: int, code: str) -> Answer:
    return Answer(status=status, body=json.dumps({"error": {"code": code, "message": "no"}}).encode())


@contextmanager
def workspace(folder: Path) -> Iterator[Workspace]:
    """Run the API."""
    with azure_cloud(folder, lambda _: Answer()) as cloud:
        service = Workspace(cloud=cloud)
        cloud.api = service.answer
        yield service
