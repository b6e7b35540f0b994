"""`drift correct`: somebody else made a change than is recorded."""

import click

from drift.cli.acting import acting_options, do


@click.command("correct")
@click.argument("change")
@click.option("--actor", required=True, metavar="NAME", help="Who made it.")
@click.option("--because", required=True, metavar="TEXT", help="How that is known.")
@acting_options
def command(
    change: str, actor: str, because: str, as_: str | None, key: str | None, config: str | None
) -> None:
    """Correct who made a change. What was recorded stays, and every view and pack shows both."""
    from drift.model.action import CorrectedActor

    do(
        change,
        lambda _: CorrectedActor(actor=actor, reason=because),
        f"attributed to {actor}",
        as_=as_,
        key=key,
        config=config,
    )
