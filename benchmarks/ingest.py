"""Takes the files of a trail in through the pipeline, from the disk to committed rows and evidence.

A program of its own, so that it is measured like the command: `python -m benchmarks.ingest FOLDER`,
where FOLDER holds `trail/` and a configuration. Prints seconds and peak memory in megabytes.
"""

import os
import resource
import sys
import time
from pathlib import Path

from drift import wiring


def main(folder: Path) -> None:
    """Read everything that is new, start-up left out."""
    os.chdir(folder)
    with wiring.running(wiring.settings_of(None)) as pipeline:
        ((name, log),) = pipeline.have.sources.items()
        began = time.perf_counter()
        problems = pipeline.read(name, log, pipeline.have.clock.now()).problems
        seconds = time.perf_counter() - began
    if problems:
        raise SystemExit("\n".join(problems))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
