"""The finding that somebody names by the beginning of its id."""

from typing import TYPE_CHECKING

from drift.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.store.findings import FindingRow

MOST_NAMED = 5
"""How many of the ids that could be meant are named."""


def open_finding(connection: "Connection", beginning: str) -> "FindingRow":
    """Return the only open finding whose id begins so.

    Raises:
        UsageError: There is none, there are several, or it is resolved.
    """
    from drift.store.lookup import finding_called, finding_ids

    ids = finding_ids(connection, beginning, MOST_NAMED + 1) if beginning.strip() else ()
    if not ids:
        raise UsageError(
            f'no finding has an id that begins with "{beginning}"', hint="`drift findings` lists them"
        )
    if len(ids) > 1:
        more = " and others" if len(ids) > MOST_NAMED else ""
        raise UsageError(
            f'several ids begin with "{beginning}": {", ".join(ids[:MOST_NAMED])}{more}',
            hint="write more of the one you mean",
        )
    row = finding_called(connection, ids[0])
    if not row.is_open:
        raise UsageError(
            f"{row.finding.finding_id} is resolved: code and cloud agree", hint="`drift show` tells its story"
        )
    return row
