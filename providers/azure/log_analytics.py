"""Reads tables of a Log Analytics workspace, by when each row arrived there.

Rows come late: `TimeGenerated` is when something happened, `ingestion_time()` when the workspace got
to know it, and only the latter grows with what is new. What a query may return is limited, and
beyond it an answer is partial, so no query asks for more than is held at a time, and a partial answer
is thrown away and asked for again in smaller spans.
https://learn.microsoft.com/azure/azure-monitor/service-limits#la-query-api
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from providers.azure.by_time import ByTime, LookBack
from providers.azure.envelopes import Table, as_record
from providers.azure.record import moment
from providers.azure.sign_in import AzureSignIn, Https
from providers.azure.spans import Row, Span
from providers.azure.workspace import Workspace

DELAY: Final = timedelta(minutes=20)
"""3 to 20 minutes for the Activity Log.

https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time
"""

LOOK_BACK: Final = LookBack(always=timedelta(minutes=10), hourly=timedelta(hours=1))
"""A row can be found a little later than it arrived."""

ARRIVED: Final = "DriftArrivedAt"
"""The column that we add to a query, and take out of the rows."""

TableName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


class AzureLogAnalyticsSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The workspace, and as whom it is read."""

    workspace: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z-]{1,64}$")]
    """Its id, as its page in the portal shows it; not its name."""
    tables: Annotated[tuple[TableName, ...], msgspec.Meta(min_length=1)] = ("AzureActivity",)
    endpoint: Https = "https://api.loganalytics.io"
    """Where queries are answered; another one outside Azure's public cloud."""


class AzureLogAnalytics(ByTime):
    """An `AuditLog` of one or more tables."""

    def __init__(self, settings: AzureLogAnalyticsSettings) -> None:
        workspace = Workspace(id=settings.workspace, endpoint=settings.endpoint, sign_in=settings)
        super().__init__(
            logs=[WorkspaceTable(name=one, workspace=workspace) for one in dict.fromkeys(settings.tables)],
            look_back=LOOK_BACK,
            delay=DELAY,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceTable:
    """One table: a `TimedLog` of when its rows arrived."""

    name: str
    workspace: Workspace
    keeps: None = None

    def oldest(self, now: datetime) -> datetime | None:
        """Return when the oldest row arrived that the workspace keeps."""
        query = f"{self.name} | summarize {ARRIVED} = min(ingestion_time())"
        answer = self.workspace.ask(query, table=self.name)
        cells = [_text(row[0]) for row in answer.rows if row] if answer else []
        if answer is None:
            raise ProviderResponseError(
                f"the workspace does not say when the oldest row of {self.name} arrived",
                hint="it is asked again",
            )
        return moment(cells[0]) if cells else None

    def read(self, span: Span, most: int) -> Sequence[Row] | None:
        """Read what arrived in a span; see `TimedLog`."""
        query = (
            f"{self.name}"
            f" | where ingestion_time() >= datetime({span.begin:%Y-%m-%dT%H:%M:%SZ})"
            f" and ingestion_time() < datetime({span.end:%Y-%m-%dT%H:%M:%SZ})"
            f" | extend {ARRIVED} = ingestion_time() | take {most + 1}"
        )
        answer = self.workspace.ask(query, table=self.name)
        return None if answer is None or len(answer.rows) > most else list(_rows(answer))


def _rows(table: Table) -> Iterator[Row]:
    names = [column.name for column in table.columns]
    arrived = names.index(ARRIVED) if ARRIVED in names else len(names)
    kept = [json.dumps(name).encode() for name in names if name != ARRIVED]
    for row in table.rows:
        at = moment(_text(row[arrived])) if arrived < len(row) else None
        yield Row(at=at, body=as_record(kept, [*row[:arrived], *row[arrived + 1 :]]))


def _text(cell: msgspec.Raw) -> str | None:
    try:
        return msgspec.json.decode(cell, type=str | None)
    except (ValueError, RecursionError):
        return None
