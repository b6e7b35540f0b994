"""States in files: one path, a folder, or a glob."""

from collections.abc import Iterator
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError

PIECE_BYTES = 256 * 1024


def find(location: str) -> tuple[Path, ...]:
    """Return the state files at `location`, sorted.

    Raises:
        ProviderResponseError: There is none.
    """
    try:
        found = tuple(sorted(_files(_path(location))))
    except (OSError, ValueError, RuntimeError):  # no path at all: too long, a null byte, nobody's home
        found = ()
    if not found:
        raise ProviderResponseError(
            f"no state at {location}", hint="check the path: a *.tfstate file, a folder or a glob"
        )
    return found


def folder_of(location: str) -> str:
    """Return the folder that the states of a location lie in: of a glob, what stands before its patterns."""
    path = _path(location)
    if not has_magic(str(path)):
        return str(path if path.is_dir() else path.parent)
    plain = takewhile(lambda part: not has_magic(part), path.parts)
    return str(Path(*plain))


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the content of a state file, piece by piece.

    Raises:
        ProviderAccessError: It may not be read.
        ProviderUnavailableError: It cannot be read now.
    """
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
    except PermissionError as error:
        raise ProviderAccessError(
            f"{path} may not be read", hint="give this user read access to it"
        ) from error
    except OSError as error:
        raise ProviderUnavailableError(
            f"{path} cannot be read: {error.strerror}", hint="check the disk and the path"
        ) from error


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
