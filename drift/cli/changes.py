"""`drift changes`: who changed what, through which channel, and was it authorised."""

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from drift.cli.lines import change_line, encoded
from drift.cli.options import MomentOrAge, check_order, config_option, exit_code_option, json_option, time_of
from drift.cli.words import width
from drift.model.verdict import Channel, Disposition
from drift.reports.wording import counted, done, identity, resource_name
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.store.changes import ChangeRow


@click.command("changes")
@click.option(
    "--since",
    type=MomentOrAge(),
    metavar="TIME",
    help="Changes that began at or after this time: 2026-11-16, 2026-11-16T09:30Z, or 12h or 2d ago.",
)
@click.option("--until", type=MomentOrAge(), metavar="TIME", help="Changes that began before this time.")
@click.option(
    "--disposition",
    "dispositions",
    multiple=True,
    type=click.Choice([one.value for one in Disposition]),
    help="Only changes that stand so; may be given again.",
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=click.Choice([one.value for one in Channel]),
    help="Only changes through this channel; may be given again.",
)
@exit_code_option
@json_option
@config_option
def command(
    since: datetime | timedelta | None,
    until: datetime | timedelta | None,
    dispositions: tuple[str, ...],
    channels: tuple[str, ...],
    exit_code: bool,
    as_json: bool,
    config: str | None,
) -> int:
    """List changes, the newest last: who, what, through which channel, authorised or not."""
    from drift import wiring
    from drift.store.lookup import changes_between

    listed: Counter[str] = Counter()
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        clock = wiring.clock(settings, database)
        span = (time_of(since, clock), time_of(until, clock))
        check_order(*span)
        for row in changes_between(connection, *span, [Disposition(one) for one in dispositions]):
            line = change_line(row)
            if channels and line.channel not in channels:
                continue
            listed[line.disposition] += 1
            click.echo(encoded(line) if as_json else two_lines(row))
    kinds = ", ".join(f"{number} {name}" for name, number in sorted(listed.items()))
    click.echo(counted(listed.total(), "change") + (f": {kinds}" if kinds else ""), err=True)
    return 1 if exit_code and listed else 0


def two_lines(row: "ChangeRow") -> str:
    """Say how a change stands and who made it, then what was done to what; either line fits the screen."""
    change, decision = row.change, row.judgement.decision if row.judgement else None
    facts = (
        f"{change.began_at:%Y-%m-%d %H:%M:%S}",
        f"{decision.severity if decision else '':8}",
        f"{decision.disposition if decision else Disposition.PENDING:11}",
        f"{change.channel:10}",
        identity(change),
    )
    what = f"{change.change_id}  {resource_name(change, row.judgement)}: {done(change)}"
    return f"{shown('  '.join(facts), width())}\n    {shown(what, width() - 4)}"
