"""What a part adds to a pack: listings, of which people see tables, and documents."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Fields: TypeAlias = Mapping[str, object]
"""One row of a listing, by the name of the column; what JSON can say."""


IS_PRODUCTION_BY = (
    "What is production is as the configuration said when the pack was made; what no environment claims is"
    " taken for it."
)
"""The limit of every listing that tells production from the rest."""


class Shape(StrEnum):
    """As what a listing is written."""

    JSON_LINES = "jsonl"
    """Exact."""
    TABLE = "csv"
    WORKBOOK = "xlsx"
    """The cells of the table, beside which it stands, for people and for tools that take nothing else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A listing of the pack. Its rows are asked for once, and may come from the database one by one."""

    path: str
    """Within the pack, without the ending: `02_population/changes`."""
    title: str
    lists: str
    """What has a row, of which part of the ledger, in which order: a sentence that somebody can check."""
    columns: tuple[str, ...]
    rows: Iterable[Fields]
    shapes: tuple[Shape, ...] = (Shape.TABLE, Shape.WORKBOOK)
    limits: tuple[str, ...] = ()
    """What it does not show, a sentence each."""
    totals: tuple[str, ...] = ()
    """Columns by whose values the statement about it counts its rows."""
    dated_by: str | None = None
    """The column with the time by whose month they are counted too."""
    is_derived_again: bool = False
    """The verifier derives every row from the entries; what it does not, rests on the signature."""


_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def named_for(change_id: str) -> str:
    """Return the id of a change as the name of a file: it comes from a ledger, and leads nowhere else.

    Raises:
        ValueError: It is no id of a change.
    """
    if not _SAFE_NAME.fullmatch(change_id):
        raise ValueError(f"{change_id!r} is no id of a change")
    return change_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A file of the pack that is no listing."""

    path: str
    """Within the pack."""
    content: bytes | Callable[[], bytes]
    """What takes long to make is a function, called later, and in another process where there are many."""
