"""What goes wrong in the course of a soak: each for a while, and then all must be well again soon."""

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tests.soak.faults import HANG_SECONDS, Fault
from tests.soak.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that goes wrong, and is mended."""

    seconds: float
    begin: Callable[[World], None]
    end: Callable[[World], None]


def _only(fault: Fault, world: World) -> None:
    for faults in world.faults:
        faults.only = fault


def _none(world: World) -> None:
    for faults in world.faults:
        faults.only = None


def _fill_the_disk(world: World) -> None:
    """Let no file of the daemon grow, or be written to at all beyond its first byte.

    A real file system of its own takes privileges that not everybody has. To the program both look
    alike: what it writes is refused by the system, in the middle of a transaction, too.
    """
    _, most = resource.prlimit(world.daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(world.daemon.pid, resource.RLIMIT_FSIZE, (1, most))


def _empty_the_disk(world: World) -> None:
    _, most = resource.prlimit(world.daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(world.daemon.pid, resource.RLIMIT_FSIZE, (most, most))


TROUBLES: Mapping[str, Trouble] = {
    "hang": Trouble(seconds=HANG_SECONDS, begin=partial(_only, Fault.HANG), end=_none),
    "throttled": Trouble(seconds=30, begin=partial(_only, Fault.THROTTLED), end=_none),
    "expired": Trouble(seconds=30, begin=partial(_only, Fault.EXPIRED), end=_none),
    "full-disk": Trouble(seconds=30, begin=_fill_the_disk, end=_empty_the_disk),
    "no-database": Trouble(
        seconds=40,  # longer than the program waits for a lock
        begin=lambda world: world.store.lose(),
        end=lambda world: world.store.give_back(),
    ),
}
