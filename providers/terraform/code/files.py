"""Where code lies: folders of this machine, or the files of a commit. Both are read the same way."""

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol

SKIPPED = frozenset({".git", ".terraform", ".terragrunt-cache", "node_modules", ".venv"})
"""Folders that hold copies, and no code of their own."""


class Files(Protocol):
    """A tree of files."""

    def names(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the files in a folder, sorted; raises `OSError` if there is no such folder."""
        ...

    def folders(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the folders in a folder, sorted."""
        ...

    def read(self, path: PurePosixPath) -> bytes:
        """Return the content of a file; raises `OSError` if it cannot be read."""
        ...


class LocalFiles:
    """The files of this machine."""

    def names(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the files in a folder, and of what is called like code but is none."""
        return sorted(one.name for one in Path(folder).iterdir() if one.suffix == ".tf" or not one.is_dir())

    def folders(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the folders in a folder; links are not followed, they may lead in circles."""
        inside = Path(folder).iterdir()
        return sorted(one.name for one in inside if one.is_dir() and not one.is_symlink())

    def read(self, path: PurePosixPath) -> bytes:
        """Return the content of a file."""
        return Path(path).read_bytes()


class CommittedFiles:
    """The files of one commit, in memory. Nothing outside of it can be reached from it."""

    def __init__(self, contents: Mapping[PurePosixPath, bytes], commit: str | None = None) -> None:
        self._contents = contents
        self.commit = commit
        """Its hash; `None` where nobody told."""
        self._names: dict[PurePosixPath, set[str]] = {PurePosixPath("/"): set()}
        self._folders: dict[PurePosixPath, set[str]] = {PurePosixPath("/"): set()}
        for path in contents:
            self._names.setdefault(path.parent, set()).add(path.name)
            for folder in path.parents:
                self._folders.setdefault(folder, set())
                if folder != folder.parent:
                    self._folders.setdefault(folder.parent, set()).add(folder.name)

    def names(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the files in a folder."""
        if folder not in self._folders:
            raise FileNotFoundError(2, "no such folder")
        return sorted(self._names.get(folder, ()))

    def folders(self, folder: PurePosixPath) -> list[str]:
        """Return the names of the folders in a folder."""
        return sorted(self._folders.get(folder, ()))

    def read(self, path: PurePosixPath) -> bytes:
        """Return the content of a file."""
        try:
            return self._contents[path]
        except KeyError:
            raise FileNotFoundError(2, "no such file") from None


def within(folder: PurePosixPath, path: str) -> PurePosixPath:
    """Return where a path leads to from a folder, as text: links are not looked at."""
    return PurePosixPath(posixpath.normpath(folder / path))


def walk(files: Files, top: PurePosixPath) -> Iterator[tuple[PurePosixPath, list[str]]]:
    """Yield every folder at and below `top` that may hold code, with the names of its files."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            names, below = files.names(folder), files.folders(folder)
        except OSError:
            continue
        yield folder, names
        waiting += (folder / name for name in reversed(below) if name not in SKIPPED)


def exists(files: Files, path: PurePosixPath) -> bool:
    """Tell whether there is such a file."""
    try:
        return path.name in files.names(path.parent)
    except OSError:
        return False
