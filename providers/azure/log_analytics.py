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
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.ports import Delivery
from providers.azure.by_time import ByTime, LookBack
from providers.azure.envelopes import Column, Table, as_record
from providers.azure.record import moment
from providers.azure.refusals import refusals
from providers.azure.sign_in import ANSWER_WITHIN, CONNECT_WITHIN, AzureSignIn, Https, sign_in
from providers.azure.spans import Row, Span
from providers.azure.torn import elements_by_brackets

PERMISSION: Final = "Microsoft.OperationalInsights/workspaces/query/read"

DELAY: Final = timedelta(minutes=20)
"""3 to 20 minutes for the Activity Log.

https://learn.microsoft.com/azure/azure-monitor/logs/data-ingestion-time
"""

LOOK_BACK: Final = LookBack(always=timedelta(minutes=10), hourly=timedelta(hours=1))
"""A row can be found a little later than it arrived."""

ARRIVED: Final = "DriftArrivedAt"
"""The column that we add to a query, and take out of the rows."""

TOO_MUCH: Final = (413, 504)
"""The answer is too large, or took too long: half of it may do."""

TableName = Annotated[str, msgspec.Meta(pattern="^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


class AzureLogAnalyticsSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The workspace, and as whom it is read."""

    workspace: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z-]{1,64}$")]
    """Its id, as its page in the portal shows it; not its name."""
    tables: Annotated[tuple[TableName, ...], msgspec.Meta(min_length=1)] = ("AzureActivity",)
    endpoint: Https = "https://api.loganalytics.io"
    """Where queries are answered; another one outside Azure's public cloud."""


class AzureLogAnalytics:
    """An `AuditLog` of one or more tables."""

    def __init__(self, settings: AzureLogAnalyticsSettings) -> None:
        workspace = Workspace(settings=settings)
        self._log = ByTime(
            logs=[WorkspaceTable(name=one, workspace=workspace) for one in dict.fromkeys(settings.tables)],
            look_back=LOOK_BACK,
        )

    @property
    def delay(self) -> timedelta:
        """Return how long Microsoft says that a row may take until it arrives."""
        return DELAY

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what arrived in each table, minute by minute; see `AuditLog`."""
        return self._log.read_since(cursor)

    def again(self, name: str) -> Delivery | None:
        """Ask once more for what arrived in one table in one minute; see `AuditLog`."""
        return self._log.again(name)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace that is asked."""

    settings: AzureLogAnalyticsSettings

    def ask(self, query: str, *, table: str) -> Table | None:
        """Return the answer to a query; `None` where it is too much for one answer.

        Raises:
            ProviderError: The workspace cannot be asked.
        """
        from azure.core.exceptions import HttpResponseError
        from azure.monitor.query import LogsQueryStatus

        bodies: list[bytes] = []
        where = f"the table {table} of the workspace {self.settings.workspace}"
        grant = "grant the role Log Analytics Reader on the workspace"
        with refusals(f"reading {where}", action=PERMISSION, on=where, grant=grant, keys="`client_secret`"):
            try:
                answer = self._client.query_workspace(
                    self.settings.workspace,
                    query,
                    timespan=None,
                    # The SDK turns times into its own; records are kept as they were delivered.
                    raw_response_hook=lambda response: bodies.append(response.http_response.body()),
                )
            except HttpResponseError as error:
                if error.status_code in TOO_MUCH:
                    return None
                raise
            except (AttributeError, KeyError, TypeError, RecursionError) as error:  # the SDK checks nothing
                raise _no_table(where) from error
        return _table(bodies[-1], where) if answer.status == LogsQueryStatus.SUCCESS else None

    @cached_property
    def _client(self) -> Any:
        from azure.monitor.query import LogsQueryClient

        signed_in = sign_in(self.settings)
        return LogsQueryClient(
            signed_in.credential,
            endpoint=self.settings.endpoint,
            retry_total=0,
            connection_verify=signed_in.verify,
            connection_timeout=CONNECT_WITHIN,
            read_timeout=4 * ANSWER_WITHIN,  # the service itself gives up after three minutes
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


class _Answer(msgspec.Struct):
    tables: list[Table]


def _table(body: bytes, where: str) -> Table:
    """Return the first table of an answer, also where there is a cell that no decoder takes."""
    try:
        return msgspec.json.decode(body, type=_Answer).tables[0]
    except (ValueError, RecursionError, IndexError):
        table = next(iter(elements_by_brackets(body, "tables") or ()), b"")
    columns, rows = elements_by_brackets(table, "columns"), elements_by_brackets(table, "rows")
    if columns is None or rows is None:
        raise _no_table(where)
    cells = [elements_by_brackets(b'{"row":%b}' % row, "row") or [] for row in rows]
    return Table(
        columns=[msgspec.json.decode(column, type=Column) for column in columns],
        rows=[[msgspec.Raw(cell) for cell in row] for row in cells],
    )


def _no_table(where: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"reading {where}: the answer is no table", hint="check `endpoint` of this source"
    )


def _text(cell: msgspec.Raw) -> str | None:
    try:
        return msgspec.json.decode(cell, type=str | None)
    except (ValueError, RecursionError):
        return None
