"""`drift waive`: a finding, or a change, is accepted as it is for a while."""

from datetime import datetime, timedelta

import click

from drift.cli.acting import acting_options, do
from drift.cli.options import MomentOrAge
from drift.reports.wording import moment


@click.command("waive")
@click.argument("finding")
@click.option("--because", required=True, metavar="TEXT", help="Why it is accepted.")
@click.option("--owner", required=True, metavar="NAME", help="Who answers for it.")
@click.option(
    "--until",
    required=True,
    type=MomentOrAge(),
    metavar="TIME",
    help="When the waiver ends: 2026-12-31, or 30d from now.",
)
@acting_options
def command(
    finding: str,
    because: str,
    owner: str,
    until: datetime | timedelta,
    as_: str | None,
    key: str | None,
    config: str | None,
) -> None:
    """Accept a finding, or a change, as it is for a while; once the waiver ends it counts as before.

    Only who stands under [approvals] of the configuration may, and never who made it so.
    """
    from drift.model.action import Waived

    def deed(now: datetime) -> Waived:
        expires_at = now + until if isinstance(until, timedelta) else until
        return Waived(reason=because, owner=owner, expires_at=expires_at)

    done = do(finding, deed, "waived", as_=as_, key=key, config=config, also_findings=True)
    if isinstance(done.action.deed, Waived):
        click.echo(f"until {moment(done.action.deed.expires_at)} UTC; `drift findings` shows it")
