"""`drift emergency`: a change was an emergency."""

import click

from drift.cli.acting import acting_options, do


@click.command("emergency")
@click.argument("change")
@click.option("--because", required=True, metavar="TEXT", help="The justification, a sentence.")
@click.option("--incident", metavar="KEY", help="Key or URL of the incident.")
@acting_options
def command(
    change: str, because: str, incident: str | None, as_: str | None, key: str | None, config: str | None
) -> None:
    """Declare that a change was an emergency.

    Somebody else who may must approve it in time, and it must be reviewed: [emergency] of the configuration
    says by when.
    """
    from drift.model.action import DeclaredEmergency

    do(
        change,
        lambda _: DeclaredEmergency(justification=because, incident=incident),
        "declared an emergency",
        as_=as_,
        key=key,
        config=config,
    )
