"""Audit-log files on a local disk: synchronised from a bucket, exported, or recorded for a story.

Of which cloud they are, and in which form, is found out when they are read.
"""

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import partial
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.ports import Delivery
from providers.at_hand import at_hand

SUFFIXES = (".json", ".ndjson", ".jsonl", ".log", ".gz")
"""What counts as a log file within a folder; a file that is named itself may be called anything."""


class LogFilesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files are."""

    path: str
    """A file, a folder that is searched to its bottom, or a pattern such as `trail/**/*.json.gz`."""


class LogFiles:
    """The log files below a path.

    Every read delivers every file, in the order of their paths: a synchronised file can
    sort before one that was read long ago, so no path can stand for "all before it".
    A file that was read is recognised by its name and version.

    Devices, pipes and sockets are no log files, and links that lead out of the folder
    are not followed: whoever may write there must not choose what is read elsewhere.
    """

    def __init__(self, settings: LogFilesSettings) -> None:
        self._path = settings.path

    @property
    def delay(self) -> timedelta:
        """Whoever puts the files there decides: what is there is all there is."""
        return timedelta()

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver every file there is now; the cursor is not needed to leave none out."""
        try:
            paths = sorted(self._files(), key=os.fsencode)
        except OSError as problem:
            raise _error("look at", self._path, problem) from problem
        regular = ((path, _regular(path)) for path in paths)
        yield from at_hand(_delivery(path, found) for path, found in regular if found is not None)

    def again(self, name: str) -> Delivery | None:
        """Deliver the file once more, if it still lies among those of this source."""
        path = next((one for one in self._files() if _name(one) == name), None)
        found = None if path is None else _regular(path)
        if path is None or found is None:
            raise ProviderUnavailableError(f"{name} is gone", hint="put it back where it was, or leave it")
        return _delivery(path, found)

    def _files(self) -> Iterator[Path]:
        path = Path(self._path)
        if path.is_dir():
            yield from (file for file in _below(path) if file.name.endswith(SUFFIXES))
        elif path.exists():
            yield path
        elif has_magic(self._path):
            yield from self._matching(path)
        else:
            raise ProviderUnavailableError(
                f"there is no {self._path}",
                hint="check `path` of this source, or whether its disk is mounted",
            )

    def _matching(self, pattern: Path) -> list[Path]:
        folder = Path(*takewhile(lambda part: not has_magic(part), pattern.parts))
        wanted = pattern.relative_to(folder).parts
        files = _below(folder) if folder.is_dir() else ()
        found = [file for file in files if _fits(file.relative_to(folder).parts, wanted)]
        if not found:
            raise ProviderUnavailableError(
                f"no file fits {self._path}", hint="check the pattern in `path` of this source"
            )
        return found


def _delivery(path: Path, found: os.stat_result) -> Delivery:
    name = _name(path)
    return Delivery(
        name=name,
        version=f"{found.st_size}-{found.st_mtime_ns}",
        cursor=name,
        open=partial(_open, path),
    )


def _name(path: Path) -> str:
    return os.fsencode(path).decode(errors="backslashreplace")


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below. One that cannot be listed is an error: it may hold records."""

    def refuse(problem: OSError) -> None:
        raise _error("list", problem.filename or folder, problem) from problem

    for parent, _, names in os.walk(folder, onerror=refuse):
        for path in (Path(parent, name) for name in names):
            if not path.is_symlink() or _stays_within(folder, path):
                yield path


def _fits(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Tell whether a path fits a pattern, step by step; `**` stands for any number of steps."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _fits(parts, pattern[1:]) or (bool(parts) and _fits(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def _stays_within(folder: Path, path: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _regular(path: Path) -> os.stat_result | None:
    """Return what the file system says of a plain file; `None` for anything else, or if it is gone by now."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise _error("look at", path, problem) from problem
    return found if stat.S_ISREG(found.st_mode) else None


def _open(path: Path) -> BinaryIO:
    """Open without waiting: a pipe that took the file's place would block for ever."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as problem:
        raise _error("open", path, problem) from problem
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ProviderResponseError(f"{path} is no plain file", hint="remove it from the log's folder")
    return os.fdopen(handle, "rb")


def _error(what: str, path: object, problem: OSError) -> ProviderError:
    said = f"cannot {what} {path}: {problem.strerror}"
    if isinstance(problem, PermissionError):
        return ProviderAccessError(said, hint="let the account that runs drift read it")
    return ProviderUnavailableError(said, hint="it is tried again at the next poll")
