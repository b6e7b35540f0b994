"""`drift evidence verify`: the check that also ships inside every pack."""

import json

import click

from drift.cli.options import json_option
from drift.errors import UsageError


@click.command("verify")
@click.argument("pack", metavar="PACK")
@click.option("--key", metavar="FILE|KEY", help="The verifier key that you trust, or a file with such keys.")
@click.option(
    "--trusted-checkpoint",
    metavar="FILE",
    help="A checkpoint that you kept: a note, or the text of a weekly mail, quoted or not.",
)
@json_option
def command(pack: str, key: str | None, trusted_checkpoint: str | None, as_json: bool) -> int:
    """Check a pack or its zip with the verifier that ships inside it. Exit code 1 if anything is wrong."""
    from drift.ledger.verify import CannotVerify, verify_pack

    try:
        report = verify_pack(pack, key, trusted_checkpoint)
    except CannotVerify as error:
        raise UsageError(error.what, hint=error.hint) from error
    click.echo(json.dumps(report.as_json()) if as_json else report.as_text())
    return 1 if report.all_problems else 0
