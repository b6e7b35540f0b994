"""The two clocks: the system's, and that of recorded sources."""

from collections.abc import Sequence
from datetime import UTC, datetime

from drift.errors import ProviderError
from drift.ports import Recorded
from drift.store.changes import newest_write_at
from drift.store.database import Database
from drift.store.tally import newest_hour


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)


class RecordsClock:
    """The newest time in what was recorded, so that a demonstration or test runs the same on any day.

    Without a database only the recordings count.
    """

    def __init__(self, recordings: Sequence[Recorded], database: Database | None) -> None:
        self._recordings = recordings
        self._database = database

    def now(self) -> datetime:
        """Return the newest time that a recording bears; without any, the system's.

        Of records that are no writes, only the hour is known.
        """
        times = [_time_of(recording) for recording in self._recordings]
        if self._database:
            with self._database.reading() as connection:
                times += [newest_write_at(connection), newest_hour(connection)]
        return max((time for time in times if time), default=datetime.now(UTC))


def _time_of(recording: Recorded) -> datetime | None:
    """Return the time of a recording; one that cannot be read is told of where it is needed."""
    try:
        return recording.read_at()
    except ProviderError:
        return None
