"""Reads again what lies in quarantine, because somebody asked for it: the cause was mended, or we were."""

from dataclasses import dataclass
from datetime import datetime

from drift.errors import ProviderError, ProviderResponseError
from drift.model.event import UnreadableRecord
from drift.model.unread import Unread
from drift.pipeline import Pipeline
from drift.redact import redact
from drift.stages.collect import collect_again, is_read_anew, record_again
from drift.stages.record import record_delivery_read, record_record_read
from drift.store import quarantine
from drift.store.tally import Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Retried:
    """One thing in quarantine that was tried again."""

    unread: Unread
    problem: str | None
    """Why it still cannot be read; `None`: it is read, and what it says is followed."""


def retry(pipeline: Pipeline, name: str | None, now: datetime) -> list[Retried]:
    """Read again all that is in quarantine, or only what was delivered under this name.

    What was read before is read no second time: a delivery goes on where it broke off, and of one
    that was read but for some records only those are taken.
    """
    with pipeline.have.database.reading() as connection:
        found = [one for one in quarantine.set_aside(connection) if name in (None, one.name)]
    return [Retried(unread=one, problem=_retry(pipeline, one, now)) for one in found]


def _retry(pipeline: Pipeline, one: Unread, now: datetime) -> str | None:
    try:
        if one.source not in pipeline.have.sources:
            raise ProviderResponseError(
                f"{one.source} is not configured any more", hint="configure it again under that name"
            )
        if one.index is None:
            _delivery(pipeline, one, now)
        else:
            _record(pipeline, one, now)
    except ProviderError as error:
        problem: str = redact(error.what).value
        with pipeline.have.database.transaction() as connection:
            quarantine.note_attempt(connection, one, problem, now)
        return problem
    return None


def _delivery(pipeline: Pipeline, one: Unread, now: datetime) -> None:
    have = pipeline.have
    for batch in collect_again(
        one.source, have.sources[one.source], one, have.database, have.translators.all
    ):
        pipeline.observe(batch, now)
    with have.database.transaction() as connection:
        record_delivery_read(connection, one, now)


def _record(pipeline: Pipeline, one: Unread, now: datetime) -> None:
    have = pipeline.have
    log, vault = have.sources[one.source], have.vault.records if have.vault else None
    owner = have.policy.of_source(one.source).owner
    raw = record_again(log, one, vault, have.translators.all)
    if raw is None and is_read_anew(log, one, have.database):
        with have.database.transaction() as connection:
            record_record_read(connection, one, owner, now)
        return
    if raw is None:
        raise ProviderResponseError(
            "neither the vault nor the source has these bytes", hint="look whether a copy is kept elsewhere"
        )
    tally = Tally(one.source)
    with have.database.transaction() as connection:
        said = pipeline.take(connection, tally, raw, now)
        if isinstance(said, UnreadableRecord):
            raise ProviderResponseError(said.error, hint="try it again with a newer version")
        if have.vault:
            have.vault.records.keep([raw], now)  # before the evidence that names it is committed
        tally.count_readable()
        tally.keep(connection)
        record_record_read(connection, one, owner, now)
