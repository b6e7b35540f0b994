"""The jobs of the daemon that export the observation period, and take it where evidence is taken."""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from drift.cli.exporting import Exporting
from drift.config import Settings
from drift.errors import DriftError

if TYPE_CHECKING:
    from drift.model.turn import Turn
    from drift.store.database import Database
    from drift.timetable import Job


def push_jobs(database: "Database", in_force: Callable[[], Settings]) -> "Iterator[Job]":
    """Yield a job for each evidence sink that says how often.

    Rules are those that are in force; keys, sinks and other systems are those of the start.
    """
    from drift.timetable import Job, every

    started = in_force()
    for one in started.evidence_sinks:
        if one.every is not None:
            run = partial(_push, database, started, in_force, one.name)
            yield Job(name=f"push {one.name}", trigger=every(one.every), run=run)


def _push(database: "Database", started: Settings, in_force: Callable[[], Settings], name: str) -> "Turn":
    """Export a pack of its own: what breaks off begins anew with the next one, which tells all of it."""
    from drift import wiring
    from drift.model.turn import Turn
    from drift.push import open_pack, push
    from drift.reports.population import Period

    settings = in_force()
    clock = wiring.clock(started, database)
    period = Period(since=clock.now() - settings.observation_period)
    try:
        with tempfile.TemporaryDirectory(prefix="driftledger-") as folder:
            making = Exporting(database=database, started=started, in_force=in_force)
            making.export(Path(folder, "pack"), period)
            pack = open_pack(database, Path(folder, "pack"), settings.observation_period)
            done = push(database, name, wiring.evidence_sinks(started)[name], pack, clock.now)
    except DriftError as error:
        told = f"no evidence can be pushed to {name}: {error}"
        return Turn(problems=(told,), failure=told)
    if done.problem is not None:
        told = f"{name}: {done.problem}"
        return Turn(problems=(told,), failure=told)
    return Turn(counts=(("parcels", done.delivered),))
