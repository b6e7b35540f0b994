"""What the commands share with which people act on a change: who, once only, what came of it."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from drift.cli.ids import change_meant, change_or_finding_meant
from drift.cli.options import config_option
from drift.cli.scopes import account_of_system
from drift.cli.words import width
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.config import Settings
    from drift.model.action import Deed, Doer
    from drift.stages.act import Acted

Command = TypeVar("Command", bound=Callable[..., Any])

AGAIN = "it is judged again in the next cycle"


def acting_options(command: Command) -> Command:
    """Add `--as`, `--key` and `--config`."""
    command = config_option(command)
    command = click.option(
        "--key", metavar="KEY", help="Of a repeated call with the same key, only the first counts."
    )(command)
    return click.option(
        "--as",
        "as_",
        metavar="NAME",
        help="Who acts; default: [operator] of the configuration, else the account that drift runs as, which "
        "is recorded in any case.",
    )(command)


def do(
    beginning: str,
    deed: "Callable[[datetime], Deed]",
    said: str,
    *,
    as_: str | None,
    key: str | None,
    config: str | None,
    also_findings: bool = False,
) -> "Acted":
    """Take in what somebody does about the change that they mean, and say what came of it.

    `deed` is made for the time that the clock says.
    """
    from drift import wiring
    from drift.model.action import Request

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        meant = change_or_finding_meant if also_findings else change_meant
        with database.reading() as connection:
            ref = meant(connection, beginning)
        now = wiring.clock(settings, database).now()
        request = Request(key=key_of(key), ref=ref, by=doer(settings, as_), deed=deed(now))
        done = wiring.desk(settings, database).take(request, now)
    tell(done, said)
    return done


def doer(settings: "Settings", as_: str | None) -> "Doer":
    """Return who acts. Nobody vouches for a name that is typed; the system's account stands beside it."""
    from drift.model.action import Doer, Origin

    account = account_of_system()
    name = as_ if as_ is not None else settings.operator or account
    return Doer(name=name, origin=Origin.CLI, account=account, is_self_asserted=True)


def key_of(given: str | None) -> str:
    """Return the idempotency key: the one that was given, or one of its own."""
    return f"cli/{given or uuid.uuid4()}"


def tell(done: "Acted", said: str) -> None:
    """Say what came of it."""
    by, entry = done.action.by.name, f"ledger entry {done.ledger_seq}"
    if done.is_new:
        line = f"{done.action.ref}  {said} by {by} ({entry})"
    else:
        line = f"{done.action.ref}  nothing is changed: {said} by {by} before ({entry})"
    click.echo(shown(line, width()))
    if done.is_new and done.subject.change:
        click.echo(AGAIN)
