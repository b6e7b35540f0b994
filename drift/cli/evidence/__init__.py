"""`drift evidence`: the auditor's pack, samples of changes, verification, the key that signs, and erasure."""

import click

from drift.cli.evidence import erase, export, rotate_key, sample, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack or verify one, draw a sample, let another key sign, or forget a person."""


for _one in (export, sample, verify, rotate_key, erase):
    command.add_command(_one.command)
