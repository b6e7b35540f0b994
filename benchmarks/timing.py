"""How long something takes: the best of some runs, as the others only measure the neighbours."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

RUNS = 3


def best_of(work: Callable[[], object]) -> float:
    """Return the seconds of wall time of the fastest run."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def cpu_of(arguments: Sequence[str]) -> float:
    """Return the seconds of CPU, user and system, that `drift` with these arguments takes at best."""
    times = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "drift", *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(times)
