"""Build the estate with each provider version, and store what a machine without Terraform needs.

`python -m tests.estate [VERSION ...]` writes the states and the recorded calls, proves that the
calls build the same account again, and writes docs/coverage.md.
"""

import argparse
import gzip
import tempfile
from pathlib import Path

from tests.estate import coverage_page
from tests.estate.build import account, apply, rebuild
from tests.estate.recording import store
from tests.estate.versions import VERSIONS, stored_calls, stored_state
from tests.simulator.provider_mirror import build_mirror


def main() -> None:
    """Record each version, or those named."""
    parser = argparse.ArgumentParser(prog="python -m tests.estate", description=__doc__)
    parser.add_argument("version", nargs="*", default=VERSIONS)
    with tempfile.TemporaryDirectory() as scratch:
        mirror = build_mirror(Path(scratch))
        for version in parser.parse_args().version:
            print(f"building with {version}")
            _record(version, Path(scratch) / version, mirror)
    coverage_page.write()


def _record(version: str, folder: Path, mirror: Path) -> None:
    with account() as moto:
        estate, calls = apply(version, moto, folder, mirror)
    stored_state(version).parent.mkdir(parents=True, exist_ok=True)
    stored_state(version).write_bytes(gzip.compress(estate.state.read_bytes(), mtime=0))
    store(calls, stored_calls(version))
    with account() as moto:
        rebuild(version, moto, folder / "again")


if __name__ == "__main__":
    main()
