"""Providers on this machine: in plugin caches, working folders and filesystem mirrors.

All have one layout, in one of two forms:

    HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/terraform-provider-TYPE_vVERSION*      unpacked
    HOST/NAMESPACE/TYPE/terraform-provider-TYPE_VERSION_OS_ARCH.zip            packed
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.find.versions import rank, this_machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """A provider that was found."""

    source: Source
    """Its whole name, also where less was asked for."""
    version: str
    path: Path
    """The folder with the binary, or the zip."""

    @property
    def is_packed(self) -> bool:
        """Whether it is a zip."""
        return self.path.suffix == ".zip"


def installed(root: Path, source: Source) -> Iterator[Installed]:
    """Yield every build for this machine of a provider below `root`."""
    host, namespace = source.host or "*", source.namespace or "*"
    if not root.is_dir():
        return
    for place in sorted(root.glob(f"{_exact(host)}/{_exact(namespace)}/{escape(source.type)}")):
        full = Source(host=place.parts[-3], namespace=place.parts[-2], type=source.type)
        yield from _unpacked(place, full)
        yield from _packed(place, full)


def binary_in(folder: Path, type_: str) -> Path | None:
    """Return the program in the folder of an unpacked provider."""
    for file in sorted(folder.glob(f"terraform-provider-{escape(type_)}*")):
        if file.is_file() and os.access(file, os.X_OK):
            return file
    return None


def _unpacked(place: Path, source: Source) -> Iterator[Installed]:
    for folder in place.glob(f"*/{this_machine()}"):
        if rank(folder.parent.name) and folder.is_dir():
            yield Installed(source=source, version=folder.parent.name, path=folder)


def _packed(place: Path, source: Source) -> Iterator[Installed]:
    name = re.compile(rf"terraform-provider-{re.escape(source.type)}_(.+)_{this_machine()}\.zip")
    for file in place.glob("*.zip"):
        if (found := name.fullmatch(file.name)) and rank(found[1]):
            yield Installed(source=source, version=found[1], path=file)


def _exact(part: str) -> str:
    return part if part == "*" else escape(part)
