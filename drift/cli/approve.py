"""`drift approve`: somebody who may approves a change after it was made."""

import click

from drift.cli.acting import acting_options, do


@click.command("approve")
@click.argument("change")
@click.option("--comment", metavar="TEXT", help="What the approver wants to be on record.")
@acting_options
def command(change: str, comment: str | None, as_: str | None, key: str | None, config: str | None) -> None:
    """Approve a change after it was made; it stays on record as a deviation.

    Only who stands under [approvals] of the configuration may, and never who made the change.
    """
    from drift.model.action import Approved

    do(change, lambda _: Approved(comment=comment), "approved", as_=as_, key=key, config=config)
