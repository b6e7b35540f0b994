"""The simulated account of one story, under a clock that the story sets."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.simulator.moto import Moto, moto_server


@dataclass(frozen=True, kw_only=True)
class SimulatedCloud:
    """A running moto whose time can be moved."""

    moto: Moto

    @property
    def url(self) -> str:
        """Return where the account answers."""
        return self.moto.url

    def set_clock(self, at: datetime) -> None:
        """Continue the account's time from `at`."""
        if self.moto.process.stdin is None:
            raise RuntimeError("the simulator was started without an input to set its clock by")
        self.moto.process.stdin.write(f"{at.isoformat()}\n")
        self.moto.process.stdin.flush()
        time.sleep(0.5)  # The line is read by a thread that does not answer.


@contextmanager
def simulated_cloud(*, seed: int, start: datetime) -> Iterator[SimulatedCloud]:
    """Serve an empty account; the seed keeps its ids apart from those of other stories."""
    program = ("-m", "tests.recorder.moto_clock", "{port}", start.isoformat())
    with moto_server(seed=seed, program=program) as moto:
        yield SimulatedCloud(moto=moto)
