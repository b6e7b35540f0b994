"""`drift review`: what came of an emergency."""

from datetime import datetime, timedelta

import click

from drift.cli.acting import acting_options, do
from drift.cli.options import MomentOrAge

THEN = ("needs_codify", "revert", "nothing")


@click.command("review")
@click.argument("change")
@click.option("--notes", required=True, metavar="TEXT", help="What was changed, its impact, what was learnt.")
@click.option("--then", "then", required=True, type=click.Choice(THEN), help="What has to become of it.")
@click.option("--owner", metavar="NAME", help="Who codifies or reverts it.")
@click.option("--due", type=MomentOrAge(), metavar="TIME", help="By when: 2026-12-31, or 3d from now.")
@acting_options
def command(
    change: str,
    notes: str,
    then: str,
    owner: str | None,
    due: datetime | timedelta | None,
    as_: str | None,
    key: str | None,
    config: str | None,
) -> None:
    """Record the review of an emergency after the incident, and what has to become of the change.

    Codifying or reverting is done once a comparison shows no difference: nobody can say so by hand.
    """
    from drift.model.action import FollowUp, Reviewed

    def deed(now: datetime) -> Reviewed:
        due_at = now + due if isinstance(due, timedelta) else due
        return Reviewed(notes=notes, then=FollowUp(then), owner=owner, due_at=due_at)

    do(change, deed, f"reviewed, {then}", as_=as_, key=key, config=config)
