"""How each repository is controlled, as it was read last, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from drift.model.pipeline_control import ControlFinding, ControlWeakness, PipelineControls
from drift.store.schema import control_finding, pipeline_control
from drift.store.upsert import insert_or_update


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlsRow:
    """A repository as it was read last."""

    host: str
    controls: PipelineControls
    digest: str
    captured_at: datetime
    ledger_seq: int
    """Of the latest entry that tells how it is controlled."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFindingRow:
    """Something that is wrong with a repository."""

    finding: ControlFinding
    opened_at: datetime
    ledger_seq: int


def controls_kept(connection: Connection, host: str | None = None) -> Sequence[ControlsRow]:
    """Return every repository, or those of one host, by name."""
    query = select(pipeline_control).order_by(pipeline_control.c.host, pipeline_control.c.repository)
    if host is not None:
        query = query.where(pipeline_control.c.host == host)
    return [
        ControlsRow(
            host=row.host,
            controls=row.body,
            digest=row.digest,
            captured_at=row.captured_at,
            ledger_seq=row.ledger_seq,
        )
        for row in connection.execute(query)
    ]


def keep_controls(connection: Connection, row: ControlsRow) -> None:
    """Keep how a repository is controlled now."""
    values = {
        "digest": row.digest,
        "captured_at": row.captured_at,
        "ledger_seq": row.ledger_seq,
        "body": row.controls,
    }
    key = {"host": row.host, "repository": row.controls.repository}
    insert_or_update(connection, pipeline_control, {**key, **values}, values)


def forget_controls(connection: Connection, row: ControlsRow) -> None:
    """Forget a repository that is in scope no more: the ledger knows of it."""
    at = (pipeline_control.c.host == row.host) & (pipeline_control.c.repository == row.controls.repository)
    connection.execute(delete(pipeline_control).where(at))


def control_findings(
    connection: Connection, host: str | None = None, repository: str | None = None
) -> Sequence[ControlFindingRow]:
    """Return what is wrong, the oldest first."""
    query = select(control_finding).order_by(
        control_finding.c.opened_at, control_finding.c.host, control_finding.c.repository
    )
    if host is not None:
        query = query.where(control_finding.c.host == host)
    if repository is not None:
        query = query.where(control_finding.c.repository == repository)
    return [
        ControlFindingRow(finding=row.body, opened_at=row.opened_at, ledger_seq=row.ledger_seq)
        for row in connection.execute(query)
    ]


def keep_control_finding(connection: Connection, row: ControlFindingRow) -> None:
    """Keep something that is wrong."""
    one = row.finding
    values = {"opened_at": row.opened_at, "ledger_seq": row.ledger_seq, "body": one}
    key = {"host": one.host, "repository": one.repository, "weakness": one.weakness.value}
    insert_or_update(connection, control_finding, {**key, **values}, values)


def forget_control_finding(
    connection: Connection, host: str, repository: str, weakness: ControlWeakness
) -> None:
    """Forget something that is wrong no more."""
    table = control_finding.c
    at = (table.host == host) & (table.repository == repository) & (table.weakness == weakness.value)
    connection.execute(delete(control_finding).where(at))
