"""`drift evidence self-sample`: reads the changes that were drawn of a month."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from drift.cli.acting import doer
from drift.cli.options import config_option
from drift.cli.words import width
from drift.errors import UsageError
from drift.terminal import shown

if TYPE_CHECKING:
    # SQLAlchemy is slow to import, and `--help` does not need it.
    from datetime import datetime

    from drift.reports.read_checks import ReadSample
    from drift.store.database import Database

RESULTS = ("as-recorded", "otherwise")


@click.command("self-sample")
@click.argument("change", required=False)
@click.option("--result", type=click.Choice(RESULTS), help="What you saw: it is as recorded, or otherwise.")
@click.option("--notes", metavar="TEXT", help="What you looked at, and what you saw.")
@click.option("--as", "as_", metavar="NAME", help="Who read it; default: [operator] of the configuration.")
@config_option
def command(
    change: str | None, result: str | None, notes: str | None, as_: str | None, config: str | None
) -> None:
    """List what is to be read of the last month's sample, or record what you saw of a CHANGE of it."""
    from drift import wiring
    from drift.model.self_sample import ReadResult
    from drift.read_checks import take_read
    from drift.redact import redact

    if change is None and (result or notes or as_):
        raise UsageError(
            "CHANGE is missing: of which one is that?",
            hint="`drift evidence self-sample` lists what is to be read",
        )
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        if change is None:
            for line in _lines(_last(database), now):
                click.echo(shown(line, width()))
            return
        if result is None or not notes:
            raise UsageError(
                "--result and --notes are missing", hint="say what you looked at, and what you saw"
            )
        people = wiring.people_of(settings, database)
        with database.transaction() as connection:
            read, entry = take_read(
                connection,
                change,
                ReadResult(result),
                redact(notes).value,
                by=doer(settings, as_),
                people=people,
                now=now,
            )
    said = f"{read.change_id}  {read.result}, read by {read.by.name} (ledger entry {entry.seq})"
    click.echo(shown(said, width()))


def _last(database: "Database") -> "ReadSample":
    from drift.reports.self_sample import last_read_sample

    with database.reading() as connection:
        found = last_read_sample(connection)
    if found is None:
        raise UsageError("no sample was drawn yet", hint="one is drawn on the second day of each month")
    return found


def _lines(found: "ReadSample", now: "datetime") -> Iterator[str]:
    sample = found.sample
    drawn = f"{sample.month}: {len(sample.drawn)} of {sample.population} drawn"
    due = f", due {sample.due_at:%Y-%m-%d}" if sample.due_at else ""
    yield f"{drawn}, {found.standing(now)}; reader {sample.reader or 'nobody'}{due}"
    for change_id in sample.to_read:
        read = found.reads.get(change_id)
        yield f"  {change_id}  " + (f"{read.result}, {read.by.name}: {read.notes}" if read else "to be read")
