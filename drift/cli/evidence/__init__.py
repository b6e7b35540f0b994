"""`drift evidence`: the auditor's pack, samples of changes, the proof of one entry, and verification."""

import click

from drift.cli.evidence import export, prove, sample, verify


@click.group("evidence", no_args_is_help=False)
def command() -> None:
    """Export the auditor's pack or verify one, draw a sample, or prove a single entry."""


for _one in (export, sample, verify, prove):
    command.add_command(_one.command)
