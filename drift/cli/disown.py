"""`drift disown`: a change that is recorded under somebody's identity was not theirs."""

import click

from drift.cli.acting import acting_options, do


@click.command("disown")
@click.argument("change")
@click.option("--comment", metavar="TEXT", help="What may help whoever looks into it.")
@acting_options
def command(change: str, comment: str | None, as_: str | None, key: str | None, config: str | None) -> None:
    """Say that a change recorded under your identity was not yours: your credentials may be stolen.

    That is an alarm at once, until an approver ends it with `drift acknowledge`.
    """
    from drift.model.action import Disowned

    do(change, lambda _: Disowned(comment=comment), "disowned", as_=as_, key=key, config=config)
