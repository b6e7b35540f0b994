"""Reads again what lies in quarantine, because somebody asked for it: the cause was mended, or we were."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from drift.errors import ProviderError, ProviderResponseError, only_provider_errors
from drift.model.event import RawRecord, Source, UnreadableRecord
from drift.model.unread import Unread
from drift.pipeline import Pipeline
from drift.ports import AuditLog
from drift.redact import redact
from drift.stages.collect import bytes_again, collect_again, is_read_anew
from drift.stages.record import record_delivery_read, record_record_read
from drift.store import quarantine
from drift.store.tally import Tally
from drift.store.upsert import in_chunks


@dataclass(frozen=True, kw_only=True, slots=True)
class Retried:
    """One thing in quarantine that was tried again."""

    unread: Unread
    problem: str | None
    """Why it still cannot be read; `None`: it is read, and what it says is followed."""


def retry(pipeline: Pipeline, name: str | None, now: datetime) -> Iterator[Retried]:
    """Read again all that is in quarantine, or only what was delivered under this name.

    What was read before is read no second time: a delivery goes on where it broke off, and of one
    that was read but for some records only those are taken.
    """
    with pipeline.have.database.reading() as connection:
        found = [one for one in quarantine.set_aside(connection) if name in (None, one.name)]
    for _, of_delivery in groupby(found, lambda one: (one.source, one.name)):
        for some in in_chunks(of_delivery):
            for one, error in _retry(pipeline, some, now):
                problem = None if error is None else str(redact(error.what).value)
                if problem is not None:
                    with pipeline.have.database.transaction() as connection:
                        quarantine.note_attempt(connection, one, problem, now)
                yield Retried(unread=one, problem=problem)


def _retry(
    pipeline: Pipeline, some: Sequence[Unread], now: datetime
) -> Iterator[tuple[Unread, ProviderError | None]]:
    """Try some of one delivery again; yield each with what went wrong."""
    log = pipeline.have.sources.get(some[0].source)
    if log is None:
        what = f"{some[0].source} is not configured any more"
        gone = ProviderResponseError(what, hint="configure it again under that name")
        yield from ((one, gone) for one in some)
        return
    records = [one for one in some if one.index is not None]
    yield from ((one, _delivery(pipeline, log, one, now)) for one in some if one.index is None)
    try:
        bodies = _bodies(pipeline, log, records)
        is_anew = len(bodies) < len(records) and is_read_anew(log, records[0], pipeline.have.database)
    except ProviderError as error:
        yield from ((one, error) for one in records)
        return
    for one in records:
        yield one, _record(pipeline, one, bodies.get(one.sha256), now, is_anew=is_anew)


def _bodies(pipeline: Pipeline, log: AuditLog, records: Sequence[Unread]) -> dict[str | None, bytes]:
    """Return the bytes of records by their hash, out of the vault or else the source, if they have them."""
    vault, wanted = pipeline.have.vault, {one.sha256 for one in records if one.sha256}
    found: dict[str | None, bytes] = {}
    with only_provider_errors("asking the vault"):
        for sha256 in wanted if vault else ():
            if vault and (body := vault.records.read(sha256)) is not None:
                found[sha256] = body
    if missing := wanted - found.keys():
        found.update(bytes_again(log, records[0].name, missing, pipeline.have.translators.all))
    return found


def _delivery(pipeline: Pipeline, log: AuditLog, one: Unread, now: datetime) -> ProviderError | None:
    have = pipeline.have
    try:
        for batch in collect_again(one.source, log, one, have.database, have.translators.all):
            pipeline.observe((batch,), now)
    except ProviderError as error:
        return error
    with have.database.transaction() as connection:
        record_delivery_read(connection, one, now)
    return None


def _record(
    pipeline: Pipeline, one: Unread, body: bytes | None, now: datetime, *, is_anew: bool
) -> ProviderError | None:
    have, tally = pipeline.have, Tally(one.source)
    owner = have.policy.of_source(one.source).owner
    if body is None and not is_anew:
        return ProviderResponseError(
            "neither the vault nor the source has these bytes", hint="look whether a copy is kept elsewhere"
        )
    with have.database.transaction() as connection:
        if body is not None:
            raw = RawRecord(body, Source(one.name, one.index or 0, one.sha256 or ""))
            said = pipeline.take(connection, tally, raw, now)
            if isinstance(said, UnreadableRecord):
                return ProviderResponseError(said.error, hint="try it again with a newer version")
            if have.vault:
                have.vault.records.keep([raw], now)  # before the evidence that names it is committed
            tally.count_readable()
            tally.keep(connection)
        record_record_read(connection, one, owner, now)
    return None
