"""`drift report emergency`: the register of a month's emergencies."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from drift.cli.options import config_option, json_option
from drift.cli.words import width
from drift.terminal import inert_json

if TYPE_CHECKING:
    from drift.reports.emergency import Month

Command = TypeVar("Command", bound=Callable[..., Any])


def _month(_context: click.Context, _parameter: click.Parameter, name: str | None) -> "Month | None":
    from drift.reports.emergency import Month

    if name is None:
        return None
    found = re.fullmatch(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])", name)
    if found is None:
        raise click.BadParameter(f'"{name}" is no month: write 2026-11')
    return Month(year=int(found[1]), month=int(found[2]))


def month_option(default: str) -> "Callable[[Command], Command]":
    """Add `--month`, where without it `default` is taken."""
    told = f"2026-11, for example; default: {default}."
    return click.option("--month", callback=_month, metavar="MONTH", help=told)


@click.command("emergency")
@month_option("this month")
@json_option
@config_option
def emergency(month: "Month | None", as_json: bool, config: str | None) -> None:
    """List a month's emergencies: why, who approved and reviewed them and when, how many, and who again."""
    from drift import wiring
    from drift.reports.emergency import Month, register_of
    from drift.reports.emergency_text import emergency_text

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        chosen = month or Month(year=now.year, month=now.month)
        people, environments = wiring.people_of(settings, database), settings.decision.environments
        with database.reading() as connection:
            found = register_of(connection, chosen, settings.actions, people, environments, now)
    if as_json:
        click.echo(inert_json(msgspec.json.encode(found)).decode())
    else:
        click.echo(emergency_text(found, width()), nl=False)
