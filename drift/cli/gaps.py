"""`drift gaps`: what is known not to have been seen, and that somebody accepts what can never be filled."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.cli.scopes import operator
from drift.errors import UsageError
from drift.model.coverage import GapKind
from drift.reports.wording import counted, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.store.gaps import GapRow

WHOLE = 2000


class GapLine(msgspec.Struct, kw_only=True):
    """One gap. Scripts rely on every key."""

    gap_id: str
    kind: GapKind
    source: str
    account: str | None
    region: str | None
    name: str | None
    error: str
    owner: str | None
    opened_at: datetime
    from_at: datetime | None
    to_at: datetime | None
    accepted_by: str | None
    accepted_because: str | None
    accepted_at: datetime | None
    ledger_seq: int


@click.group("gaps", invoke_without_command=True)
@click.option("--all", "with_accepted", is_flag=True, help="Also those that somebody accepted.")
@json_option
@config_option
@click.pass_context
def command(context: click.Context, with_accepted: bool, as_json: bool, config: str | None) -> None:
    """List what is known not to have been seen, the oldest first: each is a gap until it is filled."""
    from drift import wiring
    from drift.store.gaps import open_gaps

    context.obj = config
    if context.invoked_subcommand is not None:
        return
    with (
        wiring.open_database(wiring.settings_for_reading(config)) as database,
        database.reading() as connection,
    ):
        rows = open_gaps(connection, with_accepted=with_accepted)
    for row in rows:
        click.echo(encoded(_line(row)) if as_json else _text(row))
    accepted = sum(row.gap.accepted is not None for row in rows)
    more = f", {accepted:,} accepted" if with_accepted else ""
    click.echo(f"{counted(len(rows) - accepted, 'gap')} open{more}", err=True)


@command.command("accept")
@click.argument("gap_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why it can never be filled.")
@click.option(
    "--by",
    required=True,
    metavar="NAME",
    help="Who accepts it; the account that drift runs as is recorded too.",
)
@config_option
def accept(gap_id: str, reason: str, by: str, config: str | None) -> None:
    """Record that somebody accepts of the gap ID that it can never be filled: a log that expired, say.

    Its alarm ends with the next cycle. The gap stays what it is: reports and packs show it as
    accepted, by whom and why, and never as covered.
    """
    from drift import wiring
    from drift.stages.record import accept_gap

    if not (reason.strip() and by.strip()):
        raise UsageError(
            "a gap is accepted by somebody, with a reason", hint="say both with --by and --reason"
        )
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        with database.transaction() as connection:
            row = _gap_called(connection, gap_id)
            if row.gap.kind is GapKind.OUTAGE and row.gap.source in {one.name for one in settings.audit_logs}:
                raise UsageError(
                    f"{row.gap.source} is still read, and its next complete read fills this gap",
                    hint="`drift check` says what is missing; if it is retired, take out its [[audit_log]]",
                )
            one = accept_gap(connection, row, operator(by.strip()), reason.strip(), now)
    click.echo(
        shown(f"{gap_id} is accepted by {operator(by.strip())} (ledger entry {one.ledger_seq})", WHOLE)
    )
    click.echo(
        "it stays a gap: reports and packs show it as accepted, and its alarm ends with the next cycle"
    )


def _gap_called(connection: "Connection", gap_id: str) -> "GapRow":
    from drift.store.gaps import open_gaps

    for row in open_gaps(connection, with_accepted=True):
        if row.gap_id == gap_id:
            if row.gap.accepted is not None:
                raise UsageError(
                    f"{gap_id} was accepted before, by {row.gap.accepted.by}",
                    hint="there is nothing more to do: `drift gaps --all` shows it",
                )
            return row
    raise UsageError(f'no gap is called "{gap_id}"', hint="`drift gaps` lists those that are open")


def _line(row: "GapRow") -> GapLine:
    gap = row.gap
    return GapLine(
        gap_id=row.gap_id,
        kind=gap.kind,
        source=gap.source,
        account=gap.account,
        region=gap.region,
        name=gap.name,
        error=gap.error,
        owner=gap.owner,
        opened_at=gap.opened_at,
        from_at=gap.from_at,
        to_at=gap.to_at,
        accepted_by=gap.accepted.by if gap.accepted else None,
        accepted_because=gap.accepted.reason if gap.accepted else None,
        accepted_at=gap.accepted.at if gap.accepted else None,
        ledger_seq=row.ledger_seq,
    )


def _text(row: "GapRow") -> str:
    gap, indent = row.gap, " " * 10
    place = f", account {gap.account} {gap.region or ''}".rstrip() if gap.account else ""
    name = f", {gap.name}" if gap.name else ""
    begins = f", from {moment(gap.from_at)}" if gap.from_at else ""
    ends = f" to {moment(gap.to_at)}" if gap.to_at else ""
    owner = f", owner {gap.owner}" if gap.owner else ""
    lines = [
        shown(f"{gap.source}{place}{name}: {gap.error}", WHOLE),
        indent
        + shown(f"{row.gap_id}  {gap.kind}, noticed {moment(gap.opened_at)}{begins}{ends}{owner}", WHOLE),
    ]
    if one := gap.accepted:
        told = f"accepted {moment(one.at)} by {one.by}: {one.reason}"
        lines.append(indent + shown(told, WHOLE))
    return "\n".join(lines)
