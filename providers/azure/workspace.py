"""Asks a Log Analytics workspace, with Microsoft's client; the cells of its answers stay as they came."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import msgspec

from drift.errors import ProviderResponseError
from providers.answer_times import note_answer
from providers.azure.envelopes import Column, Table
from providers.azure.refusals import refusals
from providers.azure.sign_in import ANSWER_WITHIN, AzureSignIn, sign_in
from providers.azure.torn import elements_by_brackets
from providers.meter import Meter, given_meter

PERMISSION: Final = "Microsoft.OperationalInsights/workspaces/query/read"

TOO_MUCH: Final = (413, 504)
"""The answer is too large, or took too long: half of it may do."""


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace, and as whom it is asked."""

    id: str
    endpoint: str
    sign_in: AzureSignIn
    meter: Meter = field(default_factory=given_meter)

    def ask(self, query: str, *, table: str) -> Table | None:
        """Return the answer to a query; `None` where it is too much for one answer.

        Raises:
            ProviderError: The workspace cannot be asked.
        """
        from azure.core.exceptions import HttpResponseError
        from azure.monitor.query import LogsQueryStatus

        bodies: list[bytes] = []

        def took(response: Any) -> None:
            note_answer(response.http_request.url, response.http_response.headers)
            bodies.append(response.http_response.body())

        where = f"the table {table} of the workspace {self.id}"
        grant = "grant the role Log Analytics Reader on the workspace"
        with refusals(f"reading {where}", action=PERMISSION, on=where, grant=grant, keys="`client_secret`"):
            try:
                answer = self._client.query_workspace(
                    self.id,
                    query,
                    timespan=None,
                    # The SDK turns times into its own; records are kept as they were delivered.
                    raw_response_hook=took,
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

        from providers.azure.counted import CountedTransport

        signed_in = sign_in(self.sign_in)
        return LogsQueryClient(
            signed_in.credential,
            endpoint=self.endpoint,
            retry_total=0,
            # The service itself gives up after three minutes.
            transport=CountedTransport(self.meter, verify=signed_in.verify, answer_within=4 * ANSWER_WITHIN),
        )


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
