"""`drift report sign` and `drift report follow-up`: reviews, and what they asked for."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from drift.cli.acting import doer
from drift.cli.options import MomentOrAge, config_option
from drift.cli.words import width
from drift.errors import UsageError
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.reports.quarter import Quarter
    from drift.reports.week import Week

WHO = "Who signs; default: [operator] of the configuration, else the account that drift runs as."


def _period(_context: click.Context, _parameter: click.Parameter, name: str) -> "Week | Quarter":
    from drift.reports.quarter import quarter_called
    from drift.reports.week import week_called

    try:
        return quarter_called(name) if "Q" in name else week_called(name)
    except ValueError as error:
        raise click.BadParameter(f"{error}: write 2026-W47 or 2026-Q4") from error


def _wanted(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        owner, _, text = one.partition(":")
        if not owner.strip() or not text.strip():
            raise click.BadParameter(f'"{one}" names nobody: write "NAME: what has to be done"')
    return given


@click.command("sign")
@click.argument("period", callback=_period)
@click.option("--notes", required=True, metavar="TEXT", help="What was looked at, and what came of it.")
@click.option(
    "--follow-up",
    "wanted",
    multiple=True,
    callback=_wanted,
    metavar="NAME: TEXT",
    help="What somebody has to do; may be repeated.",
)
@click.option("--due", type=MomentOrAge(), metavar="TIME", help="By when: 2026-12-31, or 14d from now.")
@click.option("--as", "as_", metavar="NAME", help=WHO)
@config_option
def sign(
    period: "Week | Quarter",
    notes: str,
    wanted: tuple[str, ...],
    due: datetime | timedelta | None,
    as_: str | None,
    config: str | None,
) -> None:
    """Sign the report of a week (2026-W47), or the review of a quarter's changes by hand (2026-Q4)."""
    from drift import sign as signing
    from drift import wiring
    from drift.model.review import FollowUpWanted
    from drift.reports.wording import counted, moment

    if due is not None and not wanted:
        raise UsageError("--due says by when, and nothing what", hint='add --follow-up "NAME: what to do"')
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        due_at = now + due if isinstance(due, timedelta) else due
        asked = (one.partition(":") for one in wanted)
        said = signing.Signing(
            period=period,
            by=doer(settings, as_),
            notes=notes,
            follow_ups=tuple(
                FollowUpWanted(id="", text=text.strip(), owner=owner.strip(), due_at=due_at)
                for owner, _, text in asked
            ),
        )
        people = wiring.people_of(settings, database)
        done = signing.sign(database, said, settings.reviews, people, now)
    own = f", {done.own_changes:,} of them their own" if done.own_changes else ""
    line = f"{done.period}  signed by {done.by.name}: {counted(done.changes, 'change')} by hand{own}"
    click.echo(shown(line, width()))
    due_by = period.until + settings.reviews.within(done.of)
    if settings.reviews.reviewers(done.of) and due_by < done.at:
        click.echo(f"late: it was due by {moment(due_by)} UTC")
    for one in done.follow_ups:
        click.echo(shown(f"{one.id}  {one.owner}: {one.text}", width()))


@click.command("follow-up")
@click.argument("name", metavar="ID")
@click.option("--notes", required=True, metavar="TEXT", help="What was done.")
@click.option("--as", "as_", metavar="NAME", help=WHO)
@config_option
def follow_up(name: str, notes: str, as_: str | None, config: str | None) -> None:
    """Record that what a review asked for is done: 2026-W47/1, for example."""
    from drift import sign as signing
    from drift import wiring

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        done = signing.follow_up(database, name, doer(settings, as_), notes, now)
    click.echo(shown(f"{done.follow_up}  done, says {done.by.name}", width()))
