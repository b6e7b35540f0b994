"""`drift evidence`: the auditor's pack, its verification, and the proof of one entry."""

import click

from drift.cli.evidence import export, prove, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack, verify one, or prove a single entry."""


for _one in (export, verify, prove):
    command.add_command(_one.command)
