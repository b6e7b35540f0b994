"""`drift evidence`: the auditor's pack, samples of changes, and verification."""

import click

from drift.cli.evidence import export, sample, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack or verify one, or draw a sample."""


for _one in (export, sample, verify):
    command.add_command(_one.command)
