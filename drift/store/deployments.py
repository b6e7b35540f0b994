"""Runs of pipelines that changes name: those that are to be recorded, and what each of them undoes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from drift.model.ticket import Deployment
from drift.store.schema import deployment as table
from drift.store.schema import deployment_change as link
from drift.store.upsert import insert_new


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingRun:
    """A run that is not recorded yet."""

    repository: str
    run_id: str
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCounts:
    """How many runs are recorded."""

    recorded: int
    failed: int
    undoing: int
    """Those that undo changes of earlier ones."""


def note_run(connection: Connection, one: Deployment, change_id: str, now: datetime) -> None:
    """Remember that a change names a run, which is to be recorded when it has ended.

    One that was run again since it was recorded is to be recorded once more.
    """
    key = {"repository": one.repository, "run_id": one.run_id}
    values = {
        "seen_at": now,
        "attempt": one.attempt,
        "head_sha": one.head_sha,
        "pull_request": one.pull_request.number if one.pull_request else None,
        "is_failed": False,
        "undoes": 0,
        "recorded_at": None,
    }
    insert_new(connection, table, {**key, **values})
    insert_new(connection, link, {**key, "change_id": change_id})
    again = and_(_is(one.repository, one.run_id), table.c.attempt < one.attempt)
    connection.execute(update(table).where(again).values(attempt=one.attempt, recorded_at=None))


def waiting_runs(connection: Connection) -> Sequence[WaitingRun]:
    """Return the runs that are not recorded yet, the oldest first."""
    query = select(table).where(table.c.recorded_at.is_(None)).order_by(table.c.seen_at, table.c.run_id)
    return [
        WaitingRun(repository=row.repository, run_id=row.run_id, seen_at=row.seen_at)
        for row in connection.execute(query)
    ]


def changes_of_run(connection: Connection, repository: str, run_id: str) -> Sequence[str]:
    """Return the ids of the changes that name a run."""
    query = select(link.c.change_id).where(link.c.repository == repository, link.c.run_id == run_id)
    return connection.execute(query.order_by(link.c.change_id)).scalars().all()


def changes_undone_by(connection: Connection, one: Deployment) -> Sequence[str]:
    """Return the ids of the changes by other runs that this one undoes.

    Those are the runs of the pull request that it takes back, and of the commit that it replaces by an
    older one.
    """
    is_undone = []
    if one.pull_request and one.pull_request.reverts is not None:
        is_undone.append(table.c.pull_request == one.pull_request.reverts)
    if one.undoes_commit is not None:
        is_undone.append(table.c.head_sha == one.undoes_commit)
    if not is_undone:
        return ()
    query = (
        select(link.c.change_id)
        .join(table, and_(table.c.repository == link.c.repository, table.c.run_id == link.c.run_id))
        .where(table.c.repository == one.repository, table.c.run_id != one.run_id, or_(*is_undone))
    )
    return connection.execute(query.order_by(link.c.change_id).distinct()).scalars().all()


def mark_recorded(
    connection: Connection, row: WaitingRun, one: Deployment | None, undoes: int, now: datetime
) -> None:
    """Remember that a run is recorded; `None`: its host does not know it any more."""
    values = {"recorded_at": now, "undoes": undoes, "is_failed": one is not None and one.is_failed}
    if one is not None:
        values["attempt"] = one.attempt
    connection.execute(update(table).where(_is(row.repository, row.run_id)).values(values))


def run_counts(connection: Connection) -> RunCounts:
    """Count the runs that are recorded."""
    query = select(
        func.count(),
        func.count().filter(table.c.is_failed),
        func.count().filter(table.c.undoes > 0),
    ).where(table.c.recorded_at.is_not(None))
    recorded, failed, undoing = connection.execute(query).one()
    return RunCounts(recorded=recorded, failed=failed, undoing=undoing)


def _is(repository: str, run_id: str) -> ColumnElement[bool]:
    return and_(table.c.repository == repository, table.c.run_id == run_id)
