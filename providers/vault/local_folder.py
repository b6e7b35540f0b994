"""A vault in a folder of the local disk.

    FOLDER/2026-11-24/3f9a....pack      what was kept on that day, in UTC

A pack is named for the records in it, so that a batch that is kept again, after a crash say, is
found to be there. It is written under another name, brought to the disk (fsync), renamed, and then
the folder is brought to the disk as well: a crash at any point leaves all of a pack or nothing, and
what `keep` returned from stays. Several processes may use one folder. Erasing removes whole days.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import msgspec

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.event import RawRecord
from drift.model.secret import Secret
from providers.vault.keys import read_keys
from providers.vault.pack import MOST_RECORDS, open_record, read_index, seal

SUFFIX = ".pack"

PACK_BYTES = 8 * 1024 * 1024
"""A pack is opened whole to read one record, so it is cut here; a larger record has one of its own."""

SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class LocalFolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the records are kept, and what encrypts them."""

    folder: str
    key: Secret
    """32 bytes in base64; behind it, a space or a line apart, the keys that were used before."""


class LocalFolder:
    """A `RawVault` of encrypted files that only their owner may read."""

    def __init__(self, settings: LocalFolderSettings) -> None:
        self._folder = Path(settings.folder)
        self._keys = read_keys(settings.key)

    def keep(self, records: Sequence[RawRecord], kept_at: datetime) -> None:
        """Write the records as packs of the day of `kept_at`, and wait until the disk has them."""
        for record in records:
            if sha256(record.body).hexdigest() != record.source.sha256:
                raise ProviderResponseError(
                    f"record {record.source.index} of {record.source.file} is not what its hash says",
                    hint="it changed between reading and keeping: report it",
                )
        day = self._folder / _day(kept_at).isoformat()
        bodies = {record.source.sha256: record.body for record in records}
        with _file_errors(f"keep records in {day}"):
            for part in _parts(list(bodies.values())):
                self._write(day, part)

    def read(self, sha256: str) -> bytes | None:
        """Look through the packs, those of the newest day first.

        A pack that is damaged hides no other; but it may be the one that held the record.
        """
        if not SHA256.fullmatch(sha256):
            raise ProviderResponseError(
                "this is no SHA-256, so nothing is kept under it", hint="give its 64 hexadecimal digits"
            )
        digest, unread = bytes.fromhex(sha256), None
        with _file_errors(f"read the vault {self._folder}"):
            for path in self._packs():
                try:
                    if (body := self._record_in(path, digest)) is not None:
                        return body
                except ProviderError as problem:
                    unread = unread or problem
        if unread is not None:
            raise unread
        return None

    def count(self, before: datetime) -> int:
        """Count what was kept on the days that ended before this time."""
        with _file_errors(f"look at the vault {self._folder}"):
            return sum(_count(path) for path in self._packs(until=_day(before)))

    def erase(self, before: datetime) -> int:
        """Remove the days that ended before this time, whole."""
        count = self.count(before)
        with _file_errors(f"erase records in {self._folder}"):
            for day in self._days(until=_day(before)):
                shutil.rmtree(day)
            if count:
                _sync(self._folder)
        return count

    def _record_in(self, path: Path, digest: bytes) -> bytes | None:
        with path.open("rb") as stream:
            index = read_index(path, stream)
            position = index.position_of(digest)
            return None if position is None else open_record(path, stream, index, position, self._keys)

    def _write(self, day: Path, bodies: Sequence[bytes]) -> None:
        key_id, key = next(iter(self._keys.items()))
        hashes = b"".join(sha256(body).digest() for body in bodies)
        path = day / f"{sha256(hashes).hexdigest()}{SUFFIX}"
        if path.exists():
            return
        self._make(day)
        new = day / f".{uuid4().hex}.new"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(seal(bodies, key_id, key))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
        _sync(day)

    def _make(self, day: Path) -> None:
        if not day.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            day.mkdir(mode=0o700, exist_ok=True)
            _sync(self._folder)

    def _packs(self, until: date | None = None) -> Iterator[Path]:
        for day in self._days(until):
            yield from (path for path in sorted(day.iterdir()) if path.suffix == SUFFIX)

    def _days(self, until: date | None = None) -> list[Path]:
        """Return the folders of the days before `until`, the newest first; what else is there is not ours."""
        if not self._folder.exists():
            return []
        limit = (until or date.max).isoformat()
        days = [path for path in self._folder.iterdir() if DAY.fullmatch(path.name) and path.name < limit]
        return sorted(days, reverse=True)


def _parts(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for body in bodies:
        if part and (size + len(body) > PACK_BYTES or len(part) == MOST_RECORDS):
            yield part
            part, size = [], 0
        part.append(body)
        size += len(body)
    if part:
        yield part


def _count(path: Path) -> int:
    """Return how many records a pack has; a damaged one has at least one, and must not stay for ever."""
    try:
        with path.open("rb") as stream:
            return read_index(path, stream).count
    except ProviderResponseError:
        return 1


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


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
