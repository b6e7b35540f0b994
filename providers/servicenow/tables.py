"""Reads rows through ServiceNow's Table API.

Two traps: a condition on a column that does not exist is passed over in silence, so that everything fits,
and rows that may not be seen are missing from a page, which is then short without being the last one.
https://www.servicenow.com/docs/r/api-reference/rest-apis/c_TableAPI.html (2026-11)
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from drift.errors import ProviderResponseError
from providers.ticket_api import TicketApi, all_pages

MAX_VALUE = 200

_SPECIAL = re.compile(r"[\^,\x00-\x1f\x7f]|javascript:", re.IGNORECASE)
"""What ends a value in an encoded query, or is evaluated there. It cannot be escaped."""


class Value(msgspec.Struct, frozen=True):
    """What stands in a column: as it is kept, in UTC, and as people read it, in their zone and language."""

    value: str | None = None
    display_value: str | None = None


class _Rows(msgspec.Struct, frozen=True):
    result: tuple[dict[str, Value], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a table."""

    table: str
    values: dict[str, Value]

    def __getitem__(self, column: str) -> str:
        """Return what stands in a column; empty if nothing does."""
        found = self.values.get(column)
        return (found.value if found else None) or ""

    def shown(self, column: str) -> str:
        """Return what people read in a column."""
        found = self.values.get(column)
        return (found.display_value if found else None) or self[column]

    def required(self, column: str) -> str:
        """Return what stands in a column that is never empty.

        Raises:
            ProviderResponseError: It is: an access rule hides the column.
        """
        if found := self[column]:
            return found
        raise ProviderResponseError(
            f"ServiceNow shows no {column} of a row of {self.table}",
            hint=f"let the user read the column {self.table}.{column}",
        )


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of one instance."""

    api: TicketApi
    page_size: int

    def rows(self, table: str, query: str, columns: Sequence[str], *, needs: str) -> Sequence[Row]:
        """Return the rows that fit an encoded query.

        Raises:
            ProviderError: They cannot be read; `needs` is the permission that is named then.
        """
        what = f"reading {table}"

        def page(offset: int) -> tuple[Iterable[Row], int | None]:
            rows, total = self.page(table, query, columns, needs=needs, offset=offset, limit=self.page_size)
            at = offset + self.page_size
            goes_on = at < total if total is not None else len(rows) == self.page_size
            return rows, at if goes_on else None

        return list(all_pages(page, 0, what=what))

    def page(
        self, table: str, query: str, columns: Sequence[str], *, needs: str, offset: int = 0, limit: int
    ) -> tuple[Sequence[Row], int | None]:
        """Return one page, and how many rows there are in all, if that is told. Raises as `rows`."""
        answer = self.api.get(
            f"api/now/table/{table}",
            {
                "sysparm_query": query,
                "sysparm_fields": ",".join(columns),
                "sysparm_display_value": "all",
                "sysparm_exclude_reference_link": "true",
                "sysparm_limit": limit,
                "sysparm_offset": offset,
            },
            what=f"reading {table}",
            needs=needs,
        )
        total = answer.headers.get("x-total-count", "")
        rows = [Row(table=table, values=values) for values in answer.read_as(_Rows).result]
        return rows, int(total) if re.fullmatch(r"\d{1,12}", total, re.ASCII) else None


def askable(values: Iterable[str]) -> Sequence[str]:
    """Return, sorted, the values that an encoded query can ask for and mean nothing else by."""
    return sorted(
        {one for one in values if one.strip() and len(one) <= MAX_VALUE and not _SPECIAL.search(one)}
    )
