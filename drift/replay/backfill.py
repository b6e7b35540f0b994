"""Takes in what the store lacks, through the same pipeline as everything else, and tells nobody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from drift.errors import ProviderError, VaultError
from drift.model.history import TimeSpan, history_of
from drift.pipeline import Pipeline
from drift.replay.archive import Archive
from drift.seal import seal_counted
from drift.stages.record import record_configuration, record_history
from drift.store.changes import change_session_of
from drift.store.history import end_replay, history_to_judge, note_replay

JUDGED_TOGETHER = 20
"""Sessions in one transaction; a machine's may have a day of writes."""

NOTED_EVERY = timedelta(minutes=10)
"""How often it is said to still go on; see `drift.store.history.EXPECTED_BACK`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Who wants to know how far it is. Each is called often, and with how many more there are."""

    records: Callable[[int, bool], None] = lambda _count, _is_chapter_read: None
    sessions: Callable[[int], None] = lambda _count: None


@dataclass(slots=True)
class Taken:
    """What one run did."""

    records: int = 0
    """Read in this run, wanted or not."""
    unreadable: int = 0
    """Of these."""
    first_unreadable: str | None = None
    """The file of the first one."""
    sessions: int = 0
    """Of which at least one change was judged."""
    problems: list[str] = field(default_factory=list)
    """What could not be done, each in one line."""


def backfill(pipeline: Pipeline, archive: Archive, span: TimeSpan, told: Told) -> Taken:
    """Read what of the span was not read yet, record it, and judge every change that it led to."""
    taken, have = Taken(), pipeline.have
    with have.database.transaction() as connection:
        record_configuration(connection, have.configuration, have.clock.now())
    _read(pipeline, archive, span, told, taken)
    pipeline.settle(have.clock.now())
    _judge(pipeline, told, taken)
    if not taken.problems:
        with have.database.transaction() as connection:
            end_replay(connection)
    seal_counted(have.database, have.key, have.clock.now())
    return taken


def _read(pipeline: Pipeline, archive: Archive, span: TimeSpan, told: Told, taken: Taken) -> None:
    have, next_note = pipeline.have, None
    try:
        for batch in archive.batches(span, have.database, have.translators.all):
            now = have.clock.now()
            if next_note is None or now >= next_note:
                next_note = now + NOTED_EVERY
                with have.database.transaction() as connection:
                    note_replay(connection, now)
            unreadable = pipeline.observe((batch,), now).unread
            taken.unreadable += unreadable.total()
            taken.first_unreadable = taken.first_unreadable or next(iter(unreadable), None)
            taken.records += len(batch.records)
            told.records(len(batch.records), batch.is_last)
    except (ProviderError, VaultError) as error:
        taken.problems.append(f"{archive.name}: {error}")
    with have.database.transaction() as connection:
        record_history(connection, history_of(archive.name), have.clock.now())


def _judge(pipeline: Pipeline, told: Told, taken: Taken) -> None:
    have, after = pipeline.have, ""
    problems: dict[str, None] = {}
    while True:
        with have.database.reading() as connection:
            ids = history_to_judge(connection, after, JUDGED_TOGETHER)
            sessions = [change_session_of(connection, one) for one in ids]
        if not sessions:
            break
        problems |= dict.fromkeys(pipeline.judge_history(sessions, have.clock.now()))
        after = ids[-1]
        taken.sessions += len(sessions)
        told.sessions(len(sessions))
    taken.problems += problems
