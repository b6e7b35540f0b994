"""`python -m tests.soak [MINUTES [RATE [ENGINE [TROUBLE...]]]]`: two hours of an estate, for the daemon.

By default the 1,440,000 records that an estate of 200 records a second writes in two hours, and what goes
wrong meanwhile, in twelve and a half minutes; `120 200` takes the two hours. ENGINE is `sqlite` or
`postgresql`, and without TROUBLE everything goes wrong once. SOAK_LOG names a file for what the daemon says.
"""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.ending import ending_of
from tests.soak.course import run
from tests.soak.measures import measures
from tests.soak.trouble import TROUBLES
from tests.soak.world import world

MINUTES, RATE, ENGINE = 12.5, 2400, "sqlite"

TWO_HOURS = 2 * 60 * 60 * 200
"""Records."""


def main(minutes: float = MINUTES, rate: int = RATE, engine: str = ENGINE, *names: str) -> int:
    """Let the daemon work, and tell what was measured."""
    print(f"soak: {minutes:g} minutes, {rate} records a second, {engine}, {os.cpu_count()} cores", flush=True)
    with TemporaryDirectory() as name, world(Path(name), 200, engine) as running:
        course = run(running, minutes, rate, names or tuple(TROUBLES))
        keep_log(Path(name))
        ending = ending_of(running)
        found = list(measures(running, course, ending))
        feed = running.feed
    print(f"soak: {feed.records:,} records are {feed.records / TWO_HOURS:.0%} of two hours")
    print(f"soak: the feed was {feed.late_seconds:.0f} s late at worst")
    cost = course.processor_seconds / feed.records * 1_000_000
    print(f"soak: the daemon used {cost:.0f} us of a processor for each record, alerts and all")
    for what, faults in zip(("AWS", "Slack"), running.faults, strict=True):
        print(f"soak: {what}: { {str(fault): number for fault, number in faults.told.items()} }")
    for one in found:
        print(f"soak: {one}")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"soak: load of the machine at the end {load}")
    return 0 if all(one.holds for one in found) else 1


def keep_log(folder: Path) -> None:
    """Keep what the daemon said, where somebody asks for it."""
    if wanted := os.environ.get("SOAK_LOG"):
        shutil.copyfile(folder / "daemon.log", wanted)


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(main(*map(float, given[:1]), *map(int, given[1:2]), *given[2:]))
