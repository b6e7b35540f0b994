"""Records the runs of pipelines that made changes, before their hosts forget them."""

from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.evidence import DeploymentRecord, EntryKind
from drift.model.run_log import RunLogs
from drift.model.ticket import Deployment
from drift.store import deployments
from drift.store.deployments import WaitingRun


def record_deployment(
    connection: Connection, row: WaitingRun, host: str, one: Deployment, logs: RunLogs, now: datetime
) -> None:
    """Record a run that has ended, with the hashes of what it said and the changes that it undoes."""
    undoes = deployments.changes_undone_by(connection, one)
    body = DeploymentRecord(
        host=host,
        deployment=one,
        logs=logs,
        changes=tuple(deployments.changes_of_run(connection, row.repository, row.run_id)),
        undoes=tuple(undoes),
    )
    append(connection, kind=EntryKind.DEPLOYMENT, ref=one.run_url, body=body, recorded_at=now)
    deployments.mark_recorded(connection, row, one, len(undoes), now)


def give_up_deployment(connection: Connection, row: WaitingRun, now: datetime) -> None:
    """Wait no longer for a run that its host does not know any more, or that has no end."""
    deployments.mark_recorded(connection, row, None, 0, now)
