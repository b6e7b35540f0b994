"""`drift evidence`: the auditor's pack, samples, proofs, verification, the key that signs, and erasure."""

import click

from drift.cli.evidence import erase, export, prove, rotate_key, sample, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack or verify one, draw a sample, prove an entry, change the key, or erase."""


for _one in (export, sample, verify, prove, rotate_key, erase):
    command.add_command(_one.command)
