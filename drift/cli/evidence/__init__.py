"""`drift evidence`: the auditor's pack, and its verification."""

import click

from drift.cli.evidence import export, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack, or verify one."""


for _one in (export, verify):
    command.add_command(_one.command)
