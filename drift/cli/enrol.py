"""`drift enrol`: which parts of the estate alert, and which are only observed."""

from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.options import config_option, json_option
from drift.cli.scopes import FORMS, operator, scope_called
from drift.cli.words import width
from drift.errors import UsageError
from drift.model.enrolment import Enrolled, Mode
from drift.reports.wording import moment
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.reports.enrolment import ScopeRow


class ScopeLine(msgspec.Struct, kw_only=True):
    """One part of the estate, as scripts read it."""

    scope: str
    mode: Mode | None
    since: datetime | None
    by: str | None
    is_own: bool
    register_open: int


@click.command("enrol")
@click.argument("scope", required=False, metavar="[SCOPE]")
@click.option("--observe", is_flag=True, help="Only observe it again.")
@click.option("--by", metavar="NAME", help="Who wants it; the account that drift runs as is recorded too.")
@click.option("--list", "as_list", is_flag=True, help="List what alerts and what is only observed.")
@json_option
@config_option
def command(
    scope: str | None, observe: bool, by: str | None, as_list: bool, as_json: bool, config: str | None
) -> None:
    """Have a part of the estate alert from now on, and record who wanted it.

    SCOPE is account:ID, state:URI or state:BASELINE, environment:NAME, or everything. The narrowest
    scope that says something of a change decides: its state before its account, then its
    environment, then everything. What was changed before alerts nobody.
    """
    if as_list == (scope is not None):
        raise UsageError("name a scope, or --list", hint=f"a scope is {FORMS}")
    if scope is None:
        _list(config, as_json=as_json)
    else:
        _enrol(scope, Mode.OBSERVE if observe else Mode.ENFORCE, operator(by), config)


def _enrol(text: str, mode: Mode, by: str, config: str | None) -> None:
    from drift import wiring
    from drift.reports.enrolment import narrower
    from drift.stages.record import record_enrolment
    from drift.store.enrolment import accounts_seen, enrolment_now

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database:
        now = wiring.clock(settings, database).now()
        with database.transaction() as connection:
            scope = scope_called(text, connection, settings)
            before = enrolment_now(connection, settings.enrolment).scopes.get(scope)
            one = record_enrolment(connection, scope, mode, by, now)
            others = list(narrower(enrolment_now(connection, settings.enrolment), scope, mode))
            accounts = accounts_seen(connection)
    is_new = before is None or before.mode is not mode
    click.echo(shown(f"{scope}  {_says(one)}{'' if is_new else ': nothing is changed'}", width()))
    if is_new and mode is Mode.ENFORCE:
        click.echo("changes from now on alert; what was changed before, and the opening register, do not")
    for other in others:
        click.echo(shown(f"note: {other} stays as it is, since it is narrower", width()), err=True)
    if scope.kind == "account" and scope.name not in accounts:
        click.echo(shown(f"note: nothing was read of {scope} yet", width()), err=True)


def _says(one: Enrolled) -> str:
    entry = "" if one.ledger_seq is None else f" (ledger entry {one.ledger_seq})"
    return f"{one.mode} since {moment(one.since)} by {one.by}{entry}"


def _list(config: str | None, *, as_json: bool) -> None:
    from drift import wiring
    from drift.reports.enrolment import scope_rows

    settings = wiring.settings_for_reading(config)
    names = [one.name for one in settings.baselines]
    with wiring.open_database(settings) as database, database.reading() as connection:
        rows = scope_rows(connection, settings.enrolment, settings.decision.environments, names)
    longest = max(len(str(row.scope)) for row in rows)
    for row in rows:
        click.echo(encoded(_line(row)) if as_json else shown(_text(row, min(longest, 60)), width()))


def _line(row: "ScopeRow") -> ScopeLine:
    return ScopeLine(
        scope=str(row.scope),
        mode=row.mode,
        since=row.since,
        by=row.by,
        is_own=row.is_own,
        register_open=row.register_open,
    )


def _text(row: "ScopeRow", longest: int) -> str:
    if row.is_own and row.since:
        why = f"since {moment(row.since)} by {row.by}"
    elif row.mode is None:
        why = "as the accounts of its resources"
    else:
        why = f"as what is around it, since {moment(row.since)}" if row.since else "by the configuration"
    return f"{row.scope!s:{longest}}  {row.mode or '':7}  {row.register_open:6,} pre-existing  {why}"
