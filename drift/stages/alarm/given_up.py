"""Did a service give up to deliver something? Nobody reads that until it is brought back."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from drift.model.alarm import DEAD_LETTERS, Alarm
from drift.model.coverage import GivenUp
from drift.model.verdict import Severity
from drift.store.given_up import all_asked


def find_given_up(connection: Connection, sources: Iterable[str]) -> Sequence[Alarm]:
    """Return an alarm for each source of which something was given up, and still lies there."""
    return [
        _alarm(source, one.given_up, one.since or one.asked_at)
        for source, one in all_asked(connection, sources).items()
        if one.given_up is not None
    ]


def _alarm(source: str, given_up: GivenUp, since: datetime) -> Alarm:
    number = f"{given_up.count:,} {'message' if given_up.count == 1 else 'messages'}"
    was = "was" if given_up.count == 1 else "were"
    return Alarm(
        slug=DEAD_LETTERS,
        subject=source,
        text=f"{number} of {source} {was} given up and put into {given_up.place}: nobody reads that",
        hint=f"`drift check` and `drift quarantine` say why. Once that is mended, {given_up.redrive}.",
        severity=Severity.HIGH,
        since=since,
    )
