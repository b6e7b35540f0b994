"""`drift revert`: the command that shows how the cloud would be brought back to the code. Nothing is run."""

import click

from drift.cli.chosen import open_finding
from drift.cli.options import config_option
from drift.errors import UsageError
from drift.terminal import shown


@click.command("revert")
@click.argument("finding_id", metavar="FINDING")
@config_option
def command(finding_id: str, config: str | None) -> None:
    """Print the targeted plan that shows what would bring a resource back to the code.

    Nothing is run: look at the plan, then let your pipeline apply it.
    """
    from drift import wiring

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        finding = open_finding(connection, finding_id).finding
    if finding.address is None or finding.state is None:
        raise UsageError(
            f"no code declares {finding.type} {finding.resource_id}, so there is nothing to go back to",
            hint=f"`drift adopt {finding.finding_id}` brings it under the code; or delete it by hand",
        )
    plan = wiring.code_of(settings, finding.baseline).plan(finding.state, finding.address)
    if shown(plan, len(plan) + 1) != plan:
        raise UsageError(
            "the address holds characters that a terminal obeys, so the command is not printed",
            hint="write the plan by hand",
        )
    click.echo(plan)
