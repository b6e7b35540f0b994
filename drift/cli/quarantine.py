"""`drift quarantine`: what was delivered and could not be read, and another attempt at it."""

from datetime import datetime

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.cli.words import progress, width
from drift.errors import UsageError
from drift.model.unread import Unread
from drift.reports.wording import counted, moment
from drift.terminal import shown

WHOLE = 2000
"""Characters: a name is shown whole, since it is what `retry` takes."""


class UnreadLine(msgspec.Struct, kw_only=True):
    """One delivery or record in quarantine. Scripts rely on every key."""

    source: str
    name: str
    version: str
    index: int | None
    sha256: str | None
    error: str
    attempts: int
    first_at: datetime
    last_at: datetime


@click.group("quarantine", invoke_without_command=True)
@json_option
@config_option
@click.pass_context
def command(context: click.Context, as_json: bool, config: str | None) -> None:
    """List what was delivered and could not be read; each is a gap until it is."""
    from drift import wiring
    from drift.store.quarantine import set_aside

    context.obj = config
    if context.invoked_subcommand is not None:
        return
    with (
        wiring.open_database(wiring.settings_for_reading(config)) as database,
        database.reading() as connection,
    ):
        found = set_aside(connection)
    for one in found:
        click.echo(encoded(_line(one)) if as_json else _text(one))
    click.echo(f"{len(found):,} in quarantine", err=True)


@command.command("retry")
@click.argument("name", required=False)
@config_option
def retry(name: str | None, config: str | None) -> int:
    """Read again what lies there, or only what was delivered as NAME. What can be read is followed."""
    from drift import wiring
    from drift.retry import retry

    with wiring.running(wiring.settings_of(config)) as pipeline, progress("reading again"):
        done = list(retry(pipeline, name, pipeline.have.clock.now()))
    if not done and name is not None:
        raise UsageError(f'"{name}" is not in quarantine', hint="`drift quarantine` lists what is")
    for one in done:
        said = "read" if one.problem is None else f"still unread: {one.problem}"
        click.echo(shown(f"{_name(one.unread)}: {said}", WHOLE))
    unread = sum(one.problem is not None for one in done)
    click.echo(f"{len(done) - unread:,} read, {unread:,} still in quarantine", err=True)
    return 2 if unread else 0


def _line(one: Unread) -> UnreadLine:
    return UnreadLine(
        source=one.source,
        name=one.name,
        version=one.version,
        index=one.index,
        sha256=one.sha256,
        error=one.error,
        attempts=one.attempts,
        first_at=one.first_at,
        last_at=one.last_at,
    )


def _name(one: Unread) -> str:
    return one.name if one.index is None else f"{one.name} record {one.index}"


def _text(one: Unread) -> str:
    tried = f"tried {counted(one.attempts, 'time')}, last {moment(one.last_at)}"
    return "\n".join(
        [
            shown(f"{one.source}: {_name(one)}", WHOLE),
            " " * 10 + shown(f"{one.error} ({tried})", width() - 10),
        ]
    )
