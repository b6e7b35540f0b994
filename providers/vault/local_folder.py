"""A vault in a folder of the local disk.

A pack is written under another name, brought to the disk (fsync), renamed, and then the folder is
brought to the disk as well: a crash at any point leaves all of a pack or nothing, and what `keep`
returned from stays.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.packs.vault import PackVault


class LocalFolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the records are kept, and what encrypts them."""

    folder: str
    key: Secret
    """32 bytes in base64; behind it, a space or a line apart, the keys that were used before."""


class LocalFolder(PackVault):
    """A `RawVault` of encrypted files that only their owner may read."""

    def __init__(self, settings: LocalFolderSettings) -> None:
        super().__init__(_Folder(Path(settings.folder)), settings.key)


class _Folder:
    """A `PackPlace` on the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def name(self) -> str:
        return str(self._root)

    def days(self) -> list[str]:
        with _file_errors(f"look at the vault {self._root}"):
            return [path.name for path in self._root.iterdir()] if self._root.exists() else []

    def packs(self, day: str) -> list[str]:
        with _file_errors(f"look at the vault {self._root}"):
            return [path.name for path in (self._root / day).iterdir()]

    def read(self, day: str, pack: str, count: int | None = None) -> bytes:
        with _file_errors(f"read the vault {self._root}"), (self._root / day / pack).open("rb") as stream:
            return stream.read(-1 if count is None else count)

    def write(self, day: str, pack: str, content: bytes) -> None:
        folder = self._root / day
        with _file_errors(f"keep records in {folder}"):
            if not (folder / pack).exists():
                self._make(folder)
                _write(folder, pack, content)

    def remove(self, day: str) -> None:
        with _file_errors(f"erase records in {self._root}"):
            shutil.rmtree(self._root / day)
            _sync(self._root)

    def remove_pack(self, day: str, pack: str) -> None:
        with _file_errors(f"erase records in {self._root}"):
            (self._root / day / pack).unlink(missing_ok=True)
            _sync(self._root / day)

    def _make(self, day: Path) -> None:
        if not day.is_dir():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            day.mkdir(mode=0o700, exist_ok=True)
            _sync(self._root)


def _write(folder: Path, name: str, content: bytes) -> None:
    new = folder / f".{uuid4().hex}.new"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(folder / name)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk; where folders cannot be opened, the system does it itself."""
    if flag := getattr(os, "O_DIRECTORY", None):
        handle = os.open(folder, flag)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _file_errors(doing: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _error(doing, problem) from problem


def _error(doing: str, problem: OSError) -> ProviderError:
    said = f"cannot {doing}: {problem.strerror or problem}"
    if isinstance(problem, PermissionError):
        return ProviderAccessError(
            said, hint="let the account that runs drift, and no other, use this folder"
        )
    return ProviderUnavailableError(said, hint="check its disk; it is tried again at the next poll")
