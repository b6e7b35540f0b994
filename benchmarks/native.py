"""What reading 4,000 AWS resources natively costs, and whether it finds all that differs and nothing else.

`python -m benchmarks.native STATE TYPES...` scans once, and prints what that took.
"""

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aws_account import BY_HAND, CHANGED, RESOURCES, TYPES, Built, build
from tests.simulator.moto import KEY, REGION, moto_server

SECONDS, MEGABYTES, MORE_CALLS = 10, 150, 1.2
"""At most: of our CPU, of memory, and calls for each that listing in bulk needs."""


def measure() -> Iterator[str]:
    """Yield what a child of ours that scans the account measured of itself, and what it found."""
    with tempfile.TemporaryDirectory() as folder, moto_server(seed=4711) as moto:
        built = build(moto.url, Path(folder) / "terraform.tfstate")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.native", str(built.state), *TYPES],
            env={**os.environ, **_environment(moto.url)},
            check=True,
            capture_output=True,
            text=True,
        )
        told = json.loads(done.stdout)
    yield _cost(told, built)
    yield _found(told["report"], built)


def main(state: str, *types: str) -> None:
    """Scan, and print the report with what it took."""
    calls = _counted_calls()
    from drift.cli import _run

    printed = io.StringIO()
    began = time.perf_counter()
    narrowed = [word for type_ in types for word in ("--types", type_)]
    with contextlib.redirect_stdout(printed):
        _run(["scan", "--state", state, "--live", "aws", "--json", *narrowed])
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "report": json.loads(printed.getvalue()),
        "calls": len(calls),
        "wall": time.perf_counter() - began,
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
    print(json.dumps(told))


def _counted_calls() -> list[str]:
    """Let each request over HTTP be noted from now on, the SDK's and ours."""
    from urllib3 import HTTPConnectionPool

    calls: list[str] = []
    send = HTTPConnectionPool.urlopen

    def counted(self: Any, method: str, url: str, *rest: Any, **more: Any) -> Any:
        calls.append(url)
        return send(self, method, url, *rest, **more)

    HTTPConnectionPool.urlopen = counted
    return calls


def _cost(told: Mapping[str, Any], built: Built) -> str:
    return (
        f"native reading: {told['seconds']:.1f} s of CPU (at most {SECONDS}), {told['megabytes']:.0f} MB"
        f" (at most {MEGABYTES}), {RESOURCES} resources in {told['wall']:.0f} s; {told['calls']} calls,"
        f" {told['calls'] / built.calls_needed:.2f} of the {built.calls_needed} that listing in bulk needs"
        f" (at most {MORE_CALLS})"
    )


def _found(report: Mapping[str, Any], built: Built) -> str:
    by_kind: dict[str, set[str]] = {}
    for one in report["findings"]:
        by_kind.setdefault(one["kind"], set()).add(one["resource_id"])
    drifted, unmanaged = by_kind.get("drifted", set()), by_kind.get("unmanaged", set())
    others = sum(len(ids) for kind, ids in by_kind.items() if kind not in {"drifted", "unmanaged"})
    return (
        f"native reading: {len(drifted & built.changed)} of {CHANGED} changes,"
        f" {len(drifted - built.changed) + others} others;"
        f" {len(unmanaged & built.by_hand)} of {BY_HAND} that nobody declared,"
        f" {len(unmanaged - built.by_hand)} others; {len(report['not_compared'])} not compared"
    )


def _environment(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_REGION": REGION,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
