"""`drift evidence sample`: which changes an auditor looks at, drawn so that anybody draws the same."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift.cli.evidence.sampling import sampling_of, sampling_options
from drift.cli.options import Moment, check_begun, check_order, config_option, json_option
from drift.cli.words import width
from drift.model.sampling import Sampled, SeedOrigin
from drift.terminal import inert_json, shown

if TYPE_CHECKING:
    # Slow to import, and `--help` needs none of these.
    from sqlalchemy import Connection

    from drift.model.evidence import DispositionRecord
    from drift.model.sampling import Sample, Selection


@click.command("sample")
@click.option("--since", type=Moment(), metavar="TIME", help="Changes that began at or after this time.")
@click.option("--until", type=Moment(), metavar="TIME", help="Changes that began before this time.")
@sampling_options
@json_option
@config_option
def command(
    since: datetime | None,
    until: datetime | None,
    engagement: str,
    profile: str | None,
    seed: str | None,
    ids: str | None,
    as_json: bool,
    config: str | None,
) -> None:
    """Draw the sample that a pack of this period holds. The sealed ledger decides, so nobody can steer it."""
    from drift import wiring
    from drift.ledger.checkpoint import last_sealed
    from drift.reports.population import Period
    from drift.reports.sampling.draw import draw_from
    from drift.reports.sampling.spelling import selection_as_json

    check_order(since, until)
    settings = wiring.settings_for_reading(config)
    asked = sampling_of(settings.profiles, engagement=engagement, profile=profile, seed=seed, ids=ids)
    with wiring.open_database(settings) as database, database.reading() as connection:
        check_begun(since, wiring.clock(settings, database).now())
        selection = draw_from(connection, last_sealed(connection), Period(since=since, until=until), asked)
        if as_json:
            click.echo(inert_json(json.dumps(selection_as_json(selection), sort_keys=True).encode()))
            return
        for line in _lines(selection, _as_judged(connection, selection)):
            click.echo(line)


def _as_judged(connection: "Connection", selection: "Selection") -> "Mapping[str, DispositionRecord]":
    from drift.model.evidence import DispositionRecord, EntryKind
    from drift.reports.entries import entries_about

    about = entries_about(connection, selection.chosen)
    read = ((one.ref, one.read_as(DispositionRecord)) for one in about if one.kind is EntryKind.DISPOSITION)
    return {ref: record for ref, record in read if record is not None}


def _lines(selection: "Selection", judged: "Mapping[str, DispositionRecord]") -> Iterator[str]:
    for sample in selection.samples:
        yield _heading(sample, selection.profile.name)
        for number, change_id in enumerate(sample.chosen, 1):
            record = judged.get(change_id)
            told = _told(record) if record else "its entry was erased"
            yield shown(f"{number:5}  {change_id}  {told}", width())
        for unknown in sample.not_found:
            yield shown(f"       {unknown} is not in the population", width())
    at = f"the checkpoint at {selection.checkpoint_size} entries, root {selection.checkpoint_root}"
    seed = selection.samples[0].seed
    if seed is None:
        yield "the auditor named these changes"
    elif seed.origin is SeedOrigin.AUDITOR:
        yield f"drawn by the auditor's own seed: {seed.sha256}"
    else:
        yield f"drawn by {at}"


def _heading(sample: "Sample", profile: str) -> str:
    of = f"{sample.of}: {len(sample.chosen)} of {sample.population}"
    if sample.of is Sampled.EMERGENCIES:
        return f"{of}, all of them"
    how = "that the auditor named" if sample.seed is None else f'by the profile "{profile}"'
    left_out = ", ".join(f"{count} {name}" for name, count in sample.left_out.items())
    return f"{of} {how}" + (f"; nobody must answer for {left_out}" if left_out else "")


def _told(record: "DispositionRecord") -> str:
    who = f"{record.corrected_actor or record.actor}, {record.channel}"
    return f"{record.began_at:%Y-%m-%d %H:%M}  {record.disposition:11}  {who}: {record.summary}"
