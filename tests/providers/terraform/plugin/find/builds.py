"""Builds of a provider that was never made, packed and unpacked, with their hashes."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from providers.terraform.plugin.find.source import Source
from providers.terraform.plugin.find.versions import this_machine

HOST = "registry.example.com"
TOY = Source(host=HOST, namespace="example", type="toy")


def program(version: str = "1.0.0") -> dict[str, bytes]:
    """Return the files of a build: a program and a licence."""
    return {f"terraform-provider-toy_v{version}": f"#!/bin/sh\necho {version}\n".encode(), "LICENSE": b"MIT"}


def unpacked(root: Path, version: str = "1.0.0", files: Mapping[str, bytes] | None = None) -> Path:
    """Lay out a build below `root`; return its folder."""
    folder = root / HOST / "example" / "toy" / version / this_machine()
    folder.mkdir(parents=True)
    for name, content in (files or program(version)).items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755 if name.startswith("terraform-provider") else 0o644)
    return folder


def packed(root: Path, version: str = "1.0.0", files: Mapping[str, bytes] | None = None) -> Path:
    """Pack a build below `root`; return the zip."""
    folder = root / HOST / "example" / "toy"
    folder.mkdir(parents=True, exist_ok=True)
    return zipped(
        folder / f"terraform-provider-toy_{version}_{this_machine()}.zip", files or program(version)
    )


def zipped(archive: Path, files: Mapping[str, bytes]) -> Path:
    """Pack files; return the zip."""
    with zipfile.ZipFile(archive, "w") as content:
        for name, data in files.items():
            content.writestr(name, data)
    return archive


def zh(archive: Path) -> str:
    """Return the hash of a zip as a lock file writes it."""
    return f"zh:{hashlib.sha256(archive.read_bytes()).hexdigest()}"


def h1(files: Mapping[str, bytes]) -> str:
    """Return the hash of files as a lock file writes it: https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def lock(folder: Path, *hashes: str, version: str = "1.0.0") -> None:
    """Write the lock file of a working folder."""
    folder.mkdir(exist_ok=True)
    listed = "".join(f'    "{one}",\n' for one in hashes)
    (folder / ".terraform.lock.hcl").write_text(
        '# This file is maintained automatically by "terraform init".\n\n'
        f'provider "{HOST}/example/toy" {{\n  version     = "{version}"\n  constraints = "~> 1.0"\n'
        f"  hashes = [\n{listed}  ]\n}}\n"
    )
