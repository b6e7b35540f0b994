"""Unpacking a provider: out of a zip that may be hostile, into a folder that is only ours."""

import os
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from drift.errors import ProviderResponseError

LARGEST = 4 * 1024**3
"""Bytes of everything inside; the largest providers take a fifth of that."""

MOST_FILES = 100


def private_folder(folder: Path) -> Path:
    """Return the folder, made if need be, if nobody else may write into it.

    Raises:
        ProviderResponseError: Somebody else could put a program of theirs there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = folder.stat()
    except OSError as error:
        raise ProviderResponseError(
            f"{folder} cannot be used for providers: {error.strerror}", hint="set `cache` to another folder"
        ) from error
    if told.st_uid != os.getuid() or told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ProviderResponseError(
            f"others may write into {folder}, where providers are unpacked",
            hint="take that right from them, or set `cache` to another folder",
        )
    return folder


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip into the new folder `folder`, whole or not at all.

    Raises:
        ProviderResponseError: It is damaged, or not what a provider comes in.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as unfinished:
        place = Path(unfinished) / "provider"
        place.mkdir(mode=0o700)
        try:
            with zipfile.ZipFile(archive) as packed:
                _extract(packed, archive.name, place)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise ProviderResponseError(
                f"{archive} cannot be unpacked: {error}", hint="get it anew"
            ) from error
        if not folder.exists():
            place.rename(folder)


def _extract(packed: zipfile.ZipFile, name: str, place: Path) -> None:
    files = [one for one in packed.infolist() if not one.is_dir()]
    names = [one.filename for one in files]
    is_odd = any(Path(one).name != one or "\\" in one for one in names)
    if is_odd or len(files) > MOST_FILES or sum(one.file_size for one in files) > LARGEST:
        raise ProviderResponseError(
            f"{name} is not what a provider comes in",
            hint="get it anew, from where the provider is published",
        )
    for one in files:
        with packed.open(one) as content, (place / one.filename).open("xb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        (place / one.filename).chmod(0o700)
