"""Records what was read of each source, what could not be, and under which rules."""

from datetime import datetime

from sqlalchemy import Connection

from drift.errors import ProviderError
from drift.ledger.log import append
from drift.model.event import UnreadableRecord
from drift.model.evidence import ConfigRecord, EntryKind, GapRecord
from drift.redact import redact
from drift.store import meta


def record_configuration(connection: Connection, body: ConfigRecord, now: datetime) -> None:
    """Record that other rules are in force than before, if they are."""
    of_program = (body.tool_version, body.commit, body.rules_sha256)
    version = " ".join(filter(None, (*of_program, body.sha256, body.people_sha256)))
    if meta.read(connection, "config_version") != version:
        meta.write(connection, "config_version", version)
        append(connection, kind=EntryKind.CONFIG_VERSION, ref=body.sha256, body=body, recorded_at=now)


def record_gap(connection: Connection, source: str, unreadable: UnreadableRecord, now: datetime) -> None:
    """Record that something was delivered that could not be read or judged."""
    body = GapRecord(
        source=source,
        file=unreadable.source.file,
        index=unreadable.source.index,
        sha256=unreadable.source.sha256,
        error=redact(unreadable.error).value,
    )
    append(connection, kind=EntryKind.GAP, ref=unreadable.source.file, body=body, recorded_at=now)


def record_outage(connection: Connection, source: str, error: ProviderError, now: datetime) -> None:
    """Record that a baseline could not be read: once, until it can be read again."""
    what = redact(error.what).value
    if meta.read(connection, meta.outage_of(source)) != what:
        meta.write(connection, meta.outage_of(source), what)
        body = GapRecord(source=source, file=None, index=None, sha256=None, error=what)
        append(connection, kind=EntryKind.GAP, ref=source, body=body, recorded_at=now)
