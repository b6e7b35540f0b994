"""How quickly the commands that people wait for begin."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import cpu_of

SMALL_FILE = Path("terraform-fixtures/console-open-security-group/audit-log.json")


def measure() -> Iterator[str]:
    """Yield the CPU of `drift --version` and of `drift classify` of one small file."""
    yield f"start-up: drift --version {cpu_of(['--version']):.2f} s CPU (at most 0.3)"
    seconds = cpu_of(["classify", str(SMALL_FILE)])
    yield f"start-up: drift classify of a small file {seconds:.2f} s CPU (at most 0.6)"
