"""Scan the estate as a user does, with an account that answers on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tests.estate.build import Estate
from tests.estate.out_of_band import OutOfBand, Target
from tests.simulator.moto import KEY, REGION

PATIENCE = 300

Verdict: TypeAlias = tuple[str, frozenset[str]]
"""The kind of a finding, and the paths that differ."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What a scan said."""

    exit_code: int
    findings: Mapping[str, Verdict]
    """By address."""
    not_compared: Mapping[str, str]
    """The reason, by address."""
    compared: int
    undeclared: frozenset[tuple[str, str]] = frozenset()
    """Type and id of what exists and no code declares."""
    not_listed: Sequence[str] = ()
    """Types of which could not be told what exists."""


def scan(estate: Estate, cloud_url: str, mirror: Path, *, live: str = "terraform") -> Scanned:
    """Compare the state with the account that answers at `cloud_url`."""
    exit_code, report = report_of(estate.state, _environment(estate.folder, cloud_url, mirror), live=live)
    return Scanned(
        exit_code=exit_code,
        findings={one["address"]: _verdict(one) for one in report["findings"] if one["address"]},
        not_compared={one["address"]: one["error"] for one in report["not_compared"]},
        compared=report["summary"]["compared"],
        undeclared=frozenset(
            (one["type"], one["resource_id"]) for one in report["findings"] if one["kind"] == "unmanaged"
        ),
        not_listed=[one["type"] for one in report["not_listed"]],
    )


def report_of(state: Path, environment: Mapping[str, str], *, live: str = "terraform") -> tuple[int, Any]:
    """Scan a state in its folder, and return the exit code with what was printed.

    Raises:
        AssertionError: The scan could not do its work.
    """
    return _report(["--state", str(state), "--live", live], state.parent, environment)


def configured_report_of(config: Path, environment: Mapping[str, str]) -> tuple[int, Any]:
    """Scan what a configuration names, and return the exit code with what was printed.

    Raises:
        AssertionError: The scan could not do its work.
    """
    return _report(["--config", str(config)], config.parent, environment)


def _report(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "drift", "scan", *arguments, "--json"],
        cwd=folder,
        env={**_own_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode not in {0, 1}:
        raise AssertionError(f"the scan left with {done.returncode}: {done.stderr}")
    return done.returncode, json.loads(done.stdout)


def _own_environment() -> dict[str, str]:
    """Return our environment with nothing of the user's own cloud in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}


def expected_of(change: OutOfBand) -> Verdict:
    """Return what a scan must say of a change."""
    return "missing" if change.is_gone else "drifted", frozenset(change.paths)


def target_of(change: OutOfBand, estate: Estate) -> Target:
    """Return what `change` is made to."""
    for resource in json.loads(estate.state.read_text())["resources"]:
        if f"{resource['type']}.{resource['name']}" == change.address and resource["mode"] == "managed":
            attributes = resource["instances"][0]["attributes"]
            return Target(cloud_url=estate.moto.url, attributes=attributes)
    raise KeyError(change.address)


def _verdict(finding: Any) -> Verdict:
    return finding["kind"], frozenset(one["path"] for one in finding["attributes"])


def _environment(folder: Path, cloud_url: str, mirror: Path) -> dict[str, str]:
    """Return what leads to the account and the providers."""
    return {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(mirror.parent / "cache"),
        "TF_PLUGIN_CACHE_DIR": str(mirror),
        "AWS_ENDPOINT_URL": cloud_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_REGION": REGION,
    }
