"""Reads recorded answers out of JSON files."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError

Document = TypeVar("Document", bound="Row")


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a recorded document. Its times must say their zone, and are in UTC from here on."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                if value.tzinfo is None:
                    raise ValueError(f"`{name}` lacks its time zone, write 2026-11-20T10:11:12Z")
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


def read_documents(path: str, document: type[Document]) -> Iterator[Document]:
    """Yield what each file at `path`, a file or a glob, holds.

    Raises:
        ProviderUnavailableError: No such file.
        ProviderAccessError: A file may not be read.
        ProviderResponseError: A file is damaged; the message names it and the field.
    """
    for file in _files(Path(path)):
        try:
            yield msgspec.json.decode(_bytes_of(file), type=document)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderResponseError(
                f"{file} cannot be understood: {error}",
                hint="correct the file, or export it again",
            ) from error


def newest_time(rows: Iterable[Row]) -> datetime | None:
    """Return the latest moment that the rows mention anywhere."""
    return max((moment for row in rows for moment in _times(row)), default=None)


def _files(path: Path) -> list[Path]:
    """Return the files that `path` names; a name with brackets in it may be no glob."""
    matches = [] if path.exists() else sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
    return matches or [path]


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except PermissionError as error:
        raise ProviderAccessError(f"{file} may not be read", hint="allow its reading to this user") from error
    except OSError as error:
        raise ProviderUnavailableError(
            f"{file} cannot be read: {error.strerror}", hint="check the path of the recording"
        ) from error


def _times(value: Any) -> Iterator[datetime]:
    match value:
        case datetime():
            yield value
        case tuple():
            for element in value:
                yield from _times(element)
        case Row():
            for name in value.__struct_fields__:
                yield from _times(getattr(value, name))
