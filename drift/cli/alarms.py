"""`drift alarms`: what is wrong with the watch itself."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.cli.words import width
from drift.model.verdict import Severity
from drift.reports.wording import counted, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.store.alarms import AlarmRow

WHOLE = 1000
"""Characters: there are few alarms, and what is wrong often stands at the end."""


class AlarmLine(msgspec.Struct, kw_only=True):
    """One alarm. Scripts rely on every key."""

    alarm_id: str
    slug: str
    subject: str
    severity: Severity
    text: str
    hint: str
    since: datetime
    raised_at: datetime
    ended_at: datetime | None
    ledger_seq: int


@click.command("alarms")
@click.option("--all", "with_ended", is_flag=True, help="Also those that are over.")
@json_option
@config_option
def command(with_ended: bool, as_json: bool, config: str | None) -> None:
    """List what is wrong with the watch itself, and what to do about it: the oldest first."""
    from drift import wiring
    from drift.store.alarms import alarms

    with (
        wiring.open_database(wiring.settings_for_reading(config)) as database,
        database.reading() as connection,
    ):
        rows = alarms(connection, with_ended=with_ended)
    for row in rows:
        click.echo(encoded(_line(row)) if as_json else _text(row))
    standing = sum(row.ended_at is None for row in rows)
    over = f", {len(rows) - standing} over" if with_ended else ""
    click.echo(f"{counted(standing, 'alarm')} standing{over}", err=True)


def _line(row: "AlarmRow") -> AlarmLine:
    alarm = row.alarm
    return AlarmLine(
        alarm_id=row.alarm_id,
        slug=alarm.slug,
        subject=alarm.subject,
        severity=alarm.severity,
        text=alarm.text,
        hint=alarm.hint,
        since=alarm.since,
        raised_at=row.raised_at,
        ended_at=row.ended_at,
        ledger_seq=row.ledger_seq,
    )


def _text(row: "AlarmRow") -> str:
    indent = " " * 10
    over = f", over since {moment(row.ended_at)}" if row.ended_at else ""
    return "\n".join(
        [
            shown(f"{row.alarm.severity:8}  {row.alarm.text}", WHOLE),
            indent + shown(f"{row.alarm_id}  since {moment(row.alarm.since)}{over}", width() - len(indent)),
            *([] if row.ended_at else [indent + shown(row.alarm.hint, WHOLE)]),
        ]
    )
