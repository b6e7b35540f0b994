"""`drift evidence push`: a pack goes where others work with it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import config_option
from drift.cli.words import progress
from drift.errors import UsageError
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.push import Pushed


@click.command("push")
@click.argument("pack", metavar="PACK", required=False)
@click.option("--to", "sinks", multiple=True, metavar="NAME", help="Only to this [[evidence_sink]].")
@config_option
def command(pack: str | None, sinks: tuple[str, ...], config: str | None) -> int:
    """Deliver an exported pack to every [[evidence_sink]], and record what arrived.

    What breaks off is gone on with when it is called again with the same pack.
    """
    from drift import wiring
    from drift.push import open_pack, push

    if pack is None:
        raise UsageError("no pack is named", hint="make one: drift evidence export --out DIR, and name DIR")
    settings = wiring.settings_of(config)
    known = wiring.evidence_sinks(settings)
    if unknown := [name for name in sinks if name not in known]:
        raise UsageError(
            f'no [[evidence_sink]] is called "{unknown[0]}"', hint=f"there are: {', '.join(known) or 'none'}"
        )
    if not known:
        raise UsageError("no [[evidence_sink]] is configured", hint="docs/push.md says how")
    failed = False
    with wiring.open_database(settings) as database:
        handed = open_pack(database, Path(pack), settings.observation_period)
        clock = wiring.clock(settings, database)
        for name in sinks or tuple(known):
            with progress(f"pushing to {name}"):
                done = push(database, name, known[name], handed, clock.now)
            _say(name, done)
            failed |= done.problem is not None
    return 2 if failed else 0


def _say(name: str, done: "Pushed") -> None:
    if done.problem is not None:
        told = f"{name}: {done.problem.what}; {done.problem.hint}"
        if done.delivered:
            told += f"; {done.delivered} of {done.parcels} arrived, the rest goes when it is called again"
        click.echo(shown(told, limit=500), err=True)
    elif done.ledger_seq is None:
        click.echo(f"{name}: all {done.parcels} had arrived before")
    else:
        click.echo(f"{name}: {done.delivered} of {done.parcels} delivered (ledger entry {done.ledger_seq})")
