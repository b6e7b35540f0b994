"""States in files: one path, a folder, or a glob."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.baseline import StateLock
from drift.ports import StateContent, StoredState
from providers.state_locks import read_lock

PIECE_BYTES = 256 * 1024


class LocalStatesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files need nothing but their path."""


class LocalStates:
    """A `StateStore` on the disk. Workspaces are files below `terraform.tfstate.d`, as others are."""

    def __init__(self, settings: LocalStatesSettings) -> None:
        del settings

    def find(self, location: str) -> Sequence[StoredState]:
        """List the state files at a path, in a folder or of a glob; see `StateStore`."""
        try:
            found = sorted(set(_files(_path(location))))
        except (OSError, ValueError, RuntimeError):  # no path at all: too long, a null byte, nobody's home
            found = []
        if not found:
            raise ProviderResponseError(
                f"no state at {location}", hint="check the path: a *.tfstate file, a folder or a glob"
            )
        return [StoredState(name=str(path), version=_version(path), lock=_lock(path)) for path in found]

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Read a file; see `StateStore`."""
        path = Path(state.name)
        version = _version(path)
        if known is not None and version == known:
            return None
        return StateContent(pieces=_pieces(path), version=version)


def folder_of(location: str) -> str:
    """Return the folder that the states of a location lie in: of a glob, what stands before its patterns."""
    path = _path(location)
    if not has_magic(str(path)):
        return str(path if path.is_dir() else path.parent)
    plain = takewhile(lambda part: not has_magic(part), path.parts)
    return str(Path(*plain))


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> ProviderError:
    if isinstance(error, PermissionError):
        return ProviderAccessError(f"{path} may not be read", hint="give this user read access to it")
    return ProviderUnavailableError(
        f"{path} cannot be read: {error.strerror}", hint="check the disk and the path"
    )


def _version(path: Path) -> str | None:
    """Return what changes with every write, even one that puts the old time back."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return f"{stat.st_mtime_ns}-{stat.st_ctime_ns}-{stat.st_size}-{stat.st_ino}"


def _lock(path: Path) -> StateLock | None:
    file = path.with_name(f".{path.name}.lock.info")
    try:
        content, written_at = file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    except OSError:
        return StateLock(who=None, since=None)
    return read_lock(content, taken_at=written_at)


def _path(location: str) -> Path:
    if location.startswith("file://"):
        location = unquote(urlsplit(location).path)
    return Path(location).expanduser()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    pattern = str(path.relative_to(path.anchor))
    for file in path.rglob("*.tfstate") if path.is_dir() else Path(path.anchor).glob(pattern):
        # `.terraform` holds a copy of the backend's settings under the name of a state.
        if ".terraform" not in file.parts and file.is_file():
            yield file
