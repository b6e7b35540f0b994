"""`drift acknowledge`: somebody has seen a change or finding, and sees to it."""

import click

from drift.cli.acting import acting_options, do


@click.command("acknowledge")
@click.argument("id_", metavar="ID")
@click.option("--because", required=True, metavar="TEXT", help="What is done about it.")
@acting_options
def command(id_: str, because: str, as_: str | None, key: str | None, config: str | None) -> None:
    """Say that you have seen a change or finding and see to it; that resolves nothing.

    An approver who did not make the change so ends the alarm that it was somebody else's.
    """
    from drift.model.action import Acknowledged

    do(
        id_,
        lambda _: Acknowledged(reason=because),
        "acknowledged",
        as_=as_,
        key=key,
        config=config,
        also_findings=True,
    )
