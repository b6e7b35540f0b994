"""Which change or finding somebody means by the beginning of its id."""

from typing import TYPE_CHECKING

from drift.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_NAMED = 5
"""How many of the ids that could be meant are named."""


def change_meant(connection: "Connection", beginning: str) -> str:
    """Return the id of the one change whose id begins so.

    Raises:
        UsageError: There is none, or there are several.
    """
    from drift.store.lookup import change_ids

    _check_given(beginning)
    ids = change_ids(connection, beginning, MOST_NAMED + 1)
    return _one(list(ids), beginning, "change", "`drift changes` lists them")


def change_or_finding_meant(connection: "Connection", beginning: str) -> str:
    """Return the id of the one change or finding whose id begins so.

    Raises:
        UsageError: There is none, or there are several.
    """
    from drift.store.lookup import change_ids, finding_ids

    _check_given(beginning)
    ids = [
        *change_ids(connection, beginning, MOST_NAMED + 1),
        *finding_ids(connection, beginning, MOST_NAMED + 1),
    ]
    return _one(ids, beginning, "change or finding", "`drift changes` and `drift findings --all` list them")


def _check_given(beginning: str) -> None:
    if not beginning.strip():
        raise UsageError(
            "the id is empty",
            hint="write the beginning of one that `drift changes` or `drift findings` lists",
        )


def _one(ids: list[str], beginning: str, what: str, where: str) -> str:
    if not ids:
        raise UsageError(f'no {what} has an id that begins with "{beginning}"', hint=where)
    if len(ids) > 1:
        more = " and others" if len(ids) > MOST_NAMED else ""
        raise UsageError(
            f'several ids begin with "{beginning}": {", ".join(ids[:MOST_NAMED])}{more}',
            hint="write more of the one you mean",
        )
    return ids[0]
