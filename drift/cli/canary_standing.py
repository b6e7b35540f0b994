"""Could a canary be written, and did its last record come?"""

from drift.errors import ProviderResponseError
from drift.ports import Canary
from drift.reports.wording import moment
from drift.store import canaries
from drift.store.canaries import UNFINISHED
from drift.store.database import Database


def canary_standing(name: str, canary: Canary, database: Database) -> str:
    """Say what a canary touches, and what became of its last write. Nothing is written.

    Raises:
        ProviderError: It cannot be written, or could not be the last time.
    """
    seen = canary.check()
    with database.reading() as connection:
        last = canaries.latest(connection, name)
    if last is None:
        return f"{seen}; it was not written yet"
    if last.error and last.error != UNFINISHED:
        raise ProviderResponseError(
            f"{seen}, but at {moment(last.written_at)} it could not be written: {last.error}",
            hint="docs/the-watch-itself.md lists what it takes; it is tried again by itself",
        )
    if last.seen_at is not None:
        return f"{seen}; written {moment(last.written_at)}, and its record was read {moment(last.seen_at)}"
    return f"{seen}; written {moment(last.written_at)}, its record is due {moment(last.due_at)}"
