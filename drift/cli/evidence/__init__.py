"""`drift evidence`: the auditor's pack, its verification, and the key that signs it."""

import click

from drift.cli.evidence import export, rotate_key, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack, verify one, or let another key sign."""


for _one in (export, verify, rotate_key):
    command.add_command(_one.command)
