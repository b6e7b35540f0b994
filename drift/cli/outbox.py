"""`drift outbox`: which messages wait, which could not be delivered, and another attempt at them."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.cli.words import width
from drift.errors import UsageError
from drift.model.verdict import Severity
from drift.reports.wording import counted, moment
from drift.store.outbox import DeliveryStatus
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.store.letters import Letter

WHOLE = 1000
"""Characters: what to do about it often stands at the end."""


class LetterLine(msgspec.Struct, kw_only=True):
    """One message that is not delivered. Scripts rely on every key."""

    id: int
    notifier: str | None
    session_id: str
    status: DeliveryStatus
    severity: Severity
    headline: str
    attempts: int
    error: str | None
    created_at: datetime
    next_attempt_at: datetime | None


@click.group("outbox", invoke_without_command=True)
@json_option
@config_option
@click.pass_context
def command(context: click.Context, as_json: bool, config: str | None) -> None:
    """List the messages that wait, and the dead letters: those that were refused or given up."""
    from drift import wiring
    from drift.store.letters import undelivered

    if context.invoked_subcommand is not None:
        return
    with (
        wiring.open_database(wiring.settings_for_reading(config)) as database,
        database.reading() as connection,
    ):
        letters = undelivered(connection)
    for one in letters:
        click.echo(encoded(_line(one)) if as_json else _text(one))
    dead = sum(one.status is DeliveryStatus.DEAD for one in letters)
    click.echo(f"{len(letters) - dead:,} waiting, {counted(dead, 'dead letter')}", err=True)


@command.command("resend")
@click.argument("number", metavar="ID", type=int)
@config_option
def resend(number: int, config: str | None) -> None:
    """Put the message ID on its way again; the next run sends it."""
    from drift import wiring
    from drift.store.letters import is_overtaken, letter, send_again

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        with database.transaction() as connection:
            found = letter(connection, number)
            if found is None:
                raise UsageError(
                    f"no message {number} waits or is a dead letter", hint="`drift outbox` lists them"
                )
            if is_overtaken(connection, found):
                raise UsageError(
                    f"message {number} is overtaken: a later one about {found.session_id} takes its place",
                    hint="`drift outbox` lists the later one, if it was not delivered",
                )
            send_again(connection, number, now)
    click.echo(shown(f"{found.id}: on its way again to {found.notifier or 'the first notifier'}", WHOLE))


def _line(one: "Letter") -> LetterLine:
    is_waiting = one.status is DeliveryStatus.QUEUED
    return LetterLine(
        id=one.id,
        notifier=one.notifier or None,
        session_id=one.session_id,
        status=one.status,
        severity=one.severity,
        headline=one.headline,
        attempts=one.attempts,
        error=one.error,
        created_at=one.created_at,
        next_attempt_at=one.next_attempt_at if is_waiting else None,
    )


def _text(one: "Letter") -> str:
    what = "dead letter" if one.status is DeliveryStatus.DEAD else "waiting"
    tried = f"tried {counted(one.attempts, 'time')}" if one.attempts else "not tried yet"
    to = one.notifier or "no notifier yet"
    lines = [
        shown(f"{one.id}  {what} for {to}: {one.severity}, {one.headline}", width()),
        shown(f"{one.session_id}, since {moment(one.created_at)}, {tried}", width() - 10),
    ]
    if one.error:
        lines.append(shown(one.error, WHOLE))
    return ("\n" + " " * 10).join(lines)
