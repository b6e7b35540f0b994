"""Packs the folder into one zip file: the same folder gives the same bytes."""

import secrets
import shutil
import zipfile
from pathlib import Path

from drift.errors import UsageError

_TIME = (1980, 1, 1, 0, 0, 0)
"""The first that a zip file can tell: of a pack nothing tells when it was written."""

_MODE = 0o100644 << 16
"""A regular file that everybody may read."""

_UNIX = 3

_LEVEL = 4
"""Of compression: higher ones take twice the time for a few percent."""


def refuse_archive(archive: Path) -> None:
    """Refuse a zip file that is there already.

    Raises:
        UsageError: It is.
    """
    if archive.exists():
        raise UsageError(f"{archive} is there already", hint="remove it, or name another folder")


def write_archive(folder: Path, archive: Path, name: str) -> None:
    """Write every file of `folder` into the zip file `archive`, below a folder called `name`.

    Raises:
        UsageError: The file is there already, or cannot be written.
    """
    refuse_archive(archive)
    partial = archive.with_name(f".{archive.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as packed:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                _add(packed, path, f"{name}/{path.relative_to(folder).as_posix()}")
        partial.rename(archive)
    except OSError as error:
        raise UsageError(
            f"{archive} cannot be written: {error.strerror}", hint="check the place and the space left"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _add(packed: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
    info.file_size = path.stat().st_size  # tells in advance whether it needs the large form
    with path.open("rb") as file, packed.open(info, "w") as into:
        shutil.copyfileobj(file, into, 1 << 20)
