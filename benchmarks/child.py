"""Runs a command, and prints its seconds of wall time, its peak memory in megabytes, and its seconds of CPU.

A small program of its own, since on Linux the peak of a child is never less than its parent's:
`python -m benchmarks.child COMMAND...`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence


def main(command: Sequence[str]) -> int:
    """Run the command without its output; return its exit code."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    print(time.perf_counter() - began, used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
