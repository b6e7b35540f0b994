"""`drift evidence`: the auditor's pack, and its verification."""

import json
from datetime import datetime
from pathlib import Path

import click

from drift.cli.options import Moment, check_order, config_option, json_option
from drift.cli.words import progress
from drift.errors import UsageError


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack, or verify one."""


@command.command("export")
@click.option("--out", required=True, metavar="DIR", help="A folder that does not exist yet.")
@click.option("--since", type=Moment(), metavar="TIME", help="Changes that began at or after this time.")
@click.option("--until", type=Moment(), metavar="TIME", help="Changes that began before this time.")
@config_option
def export(out: str, since: datetime | None, until: datetime | None, config: str | None) -> None:
    """Write everything an auditor needs into a folder, with a verifier that needs nothing of ours."""
    from drift import wiring
    from drift.export import export_evidence
    from drift.reports.population import Period
    from drift.reports.wording import counted

    check_order(since, until)
    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, progress("writing the pack"):
        key = wiring.signing_key(settings, database)
        now = wiring.clock(settings, database).now()
        summary = export_evidence(database, Path(out), key, Period(since=since, until=until), now)
    held = (
        counted(summary.changes, "change"),
        counted(summary.findings, "finding"),
        counted(summary.entries, "entry", "entries"),
    )
    click.echo(f"{', '.join(held)} in {out}")
    click.echo(
        f"verify it anywhere, also without us: python3 -I {Path(out, 'verify', 'verify_pack.py')} {out}"
    )


@command.command("verify")
@click.argument("pack", metavar="PACK")
@click.option("--key", metavar="FILE|KEY", help="The verifier key that you trust, or a file with such keys.")
@json_option
def verify(pack: str, key: str | None, as_json: bool) -> int:
    """Check a pack with the same verifier that ships inside it. Exit code 1 if anything is wrong."""
    from drift.ledger.verify import CannotVerify, verify_pack

    try:
        report = verify_pack(pack, key)
    except CannotVerify as error:
        raise UsageError(error.what, hint=error.hint) from error
    click.echo(json.dumps(report.as_json()) if as_json else report.as_text())
    return 1 if report.all_problems else 0
