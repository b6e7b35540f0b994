"""`drift evidence`: the auditor's pack, its verification, the key that signs it, and erasure."""

import click

from drift.cli.evidence import erase, export, rotate_key, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack, verify one, let another key sign, or forget a person."""


for _one in (export, verify, rotate_key, erase):
    command.add_command(_one.command)
