"""Which files the paths of a command line stand for."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from drift.errors import UsageError


def files_under(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that `paths` name, in their order; folders recurse in sorted path order.

    Inside a folder, what begins with a dot is left out (`.git`, `.DS_Store`), and so are pipes,
    sockets and devices. What is named itself is always taken.

    Raises:
        UsageError: A path does not exist, before anything is yielded, or a folder cannot be listed.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(
                f"no such file or folder: {path}", hint="check the path, and that it may be read"
            )
    return (file for path in paths for file in (_inside(path, ()) if path.is_dir() else (path,)))


def _inside(folder: Path, ancestors: tuple[tuple[int, int], ...]) -> Iterator[Path]:
    identity = _identity(folder)
    if identity in ancestors:  # a link that leads back up
        return
    for entry in _listed(folder):
        if entry.name.startswith("."):
            continue
        path = folder / entry.name
        if path.is_dir():
            yield from _inside(path, (*ancestors, identity))
        elif path.is_file() or not path.exists():  # a link to nothing is for the reader to report
            yield path


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be listed: {error.strerror}",
            hint="give yourself leave to read it, or name the files one by one",
        ) from error
