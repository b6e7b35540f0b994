"""Serve moto under a clock that the recorder sets.

Runs as its own process: `python -m tests.recorder.moto_clock PORT START`. Every line on standard
input is a new time. Creation dates inside the recorded state then fit the story, whenever
it is recorded.
"""

import sys
import threading
from datetime import datetime
from typing import Protocol

from freezegun import freeze_time
from moto.server import main as serve


class Clock(Protocol):
    """What freezegun hands out: a clock that can be moved."""

    def move_to(self, target_datetime: datetime) -> None:
        """Continue from `target_datetime`."""


def main() -> None:
    """Freeze time, then serve until the process is stopped."""
    port, start = sys.argv[1:3]
    clock = freeze_time(start, tick=True).start()
    threading.Thread(target=_follow_input, args=(clock,), daemon=True).start()
    serve(["-H", "127.0.0.1", "-p", port])


def _follow_input(clock: Clock) -> None:
    for line in sys.stdin:
        clock.move_to(datetime.fromisoformat(line.strip()).replace(tzinfo=None))


if __name__ == "__main__":
    main()
