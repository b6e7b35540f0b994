"""`drift evidence`: the auditor's pack, and its verification."""

from datetime import datetime
from pathlib import Path

import click

from drift.cli.options import Moment, config_option, json_option
from drift.cli.words import progress


@click.group("evidence")
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

    settings = wiring.settings_of(config)
    with wiring.open_database(settings) as database, progress("writing the pack"):
        key = wiring.signing_key(settings, database)
        now = wiring.clock(settings, database).now()
        summary = export_evidence(database, Path(out), key, Period(since=since, until=until), now)
    click.echo(f"{summary.changes} changes, {summary.findings} findings, {summary.entries} entries in {out}")
    click.echo(
        f"verify it anywhere, also without us: python3 -I {Path(out, 'verify', 'verify_pack.py')} {out}"
    )


@command.command("verify")
@click.argument("pack", metavar="PACK")
@click.option("--key", metavar="FILE|KEY", help="The verifier key that you trust, or a file with such keys.")
@json_option
def verify(pack: str, key: str | None, as_json: bool) -> int:
    """Check a pack with the same verifier that ships inside it. Exit code 1 if anything is wrong."""
    from drift.ledger import verify as verifier

    arguments = [pack, *(["--key", key] if key else []), *(["--json"] if as_json else [])]
    return verifier.main(arguments)
