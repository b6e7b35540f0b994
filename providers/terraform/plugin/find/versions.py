"""Versions of providers: which of two is newer, and which machine a build is for."""

import platform
import re
from typing import TypeAlias

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")

Rank: TypeAlias = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]

_MACHINES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "386",
    "i686": "386",
}


def rank(version: str) -> Rank | None:
    """Return what orders versions, a preview before its release; `None` if it is no version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    preview = tuple(
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part)
        for part in (found[4] or "").split(".")
        if part
    )
    return int(found[1]), int(found[2]), int(found[3]), not preview, preview


def this_machine() -> str:
    """Return what builds for this machine are called: `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_MACHINES.get(machine, machine)}"
