"""`drift evidence`: the pack, samples, proofs, verification, pushing, the key that signs, and erasure."""

import click

from drift.cli.evidence import erase, export, prove, push, rotate_key, sample, self_sample, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the pack, verify or push one, draw a sample, prove an entry, change the key, or erase."""


for _one in (export, sample, self_sample, verify, prove, push, rotate_key, erase):
    command.add_command(_one.command)
