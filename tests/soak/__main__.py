"""`python -m tests.soak [MINUTES [RATE]]`: how soon people are told, what it takes, and what is lost."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from drift import wiring
from drift.store.tally import funnel_totals
from tests.soak.world import World, world

MINUTES, RATE = 10, 200

EXPIRED_FOR_SECONDS = 20
"""In the middle of the run, for so long, no credentials are taken."""

WORKED_OFF_WITHIN_SECONDS = 120
"""After the last record was delivered."""


def main(minutes: int = MINUTES, rate: int = RATE) -> int:
    """Let the daemon work for so many minutes at so many records a second."""
    with TemporaryDirectory() as folder, world(Path(folder), rate) as running:
        running.feed.start()
        memory = [_minute(running, number, number == minutes // 2) for number in range(minutes)]
        running.feed.stop()
        _wait_until_told(running)
        lost = running.feed.records - _kept(running)
        untold = running.feed.delivered_at.keys() - running.told_at.keys()
    delays = sorted(at - running.feed.delivered_at[name] for name, at in running.told_at.items())
    print(f"soak: {running.feed.records:,} records, {lost} lost; faults: {dict(running.faults.told)}")
    print(f"soak: told of {len(delays)} writes, of {len(untold)} not")
    print(f"soak: from the queue to Slack {_at(delays, 0.5):.1f} s (half), {_at(delays, 0.95):.1f} s (p95)")
    print(f"soak: memory {memory[0]:.0f} MB after a minute, {memory[-1]:.0f} MB at the end")
    return 1 if lost or untold else 0


def _minute(running: World, number: int, refuses: bool) -> float:
    """Let a minute pass; in one of them, credentials are refused for a while."""
    end = time.monotonic() + 60
    if refuses:
        running.faults.is_refusing.set()
        time.sleep(EXPIRED_FOR_SECONDS)
        running.faults.is_refusing.clear()
    time.sleep(max(0.0, end - time.monotonic()))
    waiting = len(running.feed.delivered_at) - len(running.told_at)
    print(f"soak: minute {number + 1}: {running.memory():.0f} MB, {waiting} not told yet", flush=True)
    return running.memory()


def _wait_until_told(running: World) -> None:
    end = time.monotonic() + WORKED_OFF_WITHIN_SECONDS
    while len(running.told_at) < len(running.feed.delivered_at) and time.monotonic() < end:
        time.sleep(0.5)


def _kept(running: World) -> int:
    settings = wiring.settings_without_secrets(str(running.config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        return sum(funnel_totals(connection).values())


def _at(delays: Sequence[float], share: float) -> float:
    return delays[min(len(delays) - 1, int(len(delays) * share))] if delays else float("nan")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
