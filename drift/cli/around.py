"""`drift around`: what was changed before an incident, the most relevant first."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from drift.cli.changes import two_lines
from drift.cli.lines import ChangeLine, change_line, encoded
from drift.cli.options import config_option, json_option
from drift.cli.words import width
from drift.reports.around_scope import FORMS, HOURS
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.model.ticket import Ticket
    from drift.reports.around import Ranked
    from drift.store.database import Database

_INDENT = 4


class AroundLine(ChangeLine, kw_only=True):
    """A change with why it may matter, and what that weighs."""

    why: tuple[str, ...]
    weight: int
    seconds_before: int
    """From its last write to what it is looked at for."""


@click.command("around")
@click.argument("what", metavar="INCIDENT|TIME")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="SCOPE",
    help=f"Only there: {FORMS}. May be given again: of one kind any may fit, of several kinds each must.",
)
@click.option(
    "--hours", type=int, default=HOURS, show_default=True, metavar="N", help="How far to look back."
)
@json_option
@config_option
def command(what: str, scopes: tuple[str, ...], hours: int, as_json: bool, config: str | None) -> None:
    """List what was changed in the hours before an incident, the most relevant first, each with its reasons.

    INCIDENT is the key or the address of a ticket: it is asked for, and counts from when it was opened. TIME
    is 2026-11-16T09:30Z, or how long ago it was, 2h. Changes by pipelines are listed too.
    """
    from drift import wiring
    from drift.around import Lookout, Question

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        lookout = Lookout(
            database=database,
            decision=settings.decision,
            routing=settings.routing,
            ticket=_asking(database, config),
        )
        now = wiring.clock(settings, database).now()
        found = lookout.look(Question(what=what, scopes=scopes, hours=hours), now)
    for one in found.found:
        seconds = int((found.at - one.last_at).total_seconds())
        click.echo(encoded(_line(one, seconds)) if as_json else _text(one))
    for said in filter(None, (found.headline, found.unseen)):
        click.echo(shown(said, width()), err=True)


def _asking(database: "Database", config: str | None) -> "Callable[[str], Ticket]":
    """Return what asks for a ticket: only then the secrets of the ticket systems are needed."""

    def ask(key: str) -> "Ticket":
        from drift import wiring

        return wiring.desk(wiring.settings_of(config), database, asks_tickets=True).ticket(key)

    return ask


def _line(one: "Ranked", seconds: int) -> AroundLine:
    line = change_line(one.row)
    return AroundLine(
        **{name: getattr(line, name) for name in line.__struct_fields__},
        why=tuple(reason.text for reason in one.reasons),
        weight=one.weight,
        seconds_before=seconds,
    )


def _text(one: "Ranked") -> str:
    return f"{two_lines(one.row)}\n{' ' * _INDENT}{shown(one.why, width() - _INDENT)}"
