"""The two hashes by which a lock file knows a provider.

`zh:` is the SHA-256 of the zip as it was published, in hex. `h1:` is of what is inside: the
SHA-256, in base64, of a list of all files with the SHA-256 of each.
"""

import base64
import hashlib
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import IO, TypeAlias

Stamp: TypeAlias = tuple[str, int, int, int]
"""Path, inode, size and time of change of a file."""


def of_archive(archive: Path) -> frozenset[str]:
    """Return both hashes of a zip."""
    return _of_archive(_stamp(archive))


def of_folder(folder: Path) -> frozenset[str]:
    """Return the hash of an unpacked provider."""
    return _of_folder(str(folder), tuple(_stamp(file) for file in _files(folder)))


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return _sha256(_stamp(file))


@lru_cache(maxsize=256)
def _of_archive(stamp: Stamp) -> frozenset[str]:
    with zipfile.ZipFile(stamp[0]) as packed:
        names = (name for name in packed.namelist() if not name.endswith("/"))
        inside = _h1((name, _hex(packed.open(name))) for name in names)
    return frozenset({inside, f"zh:{_sha256(stamp)}"})


@lru_cache(maxsize=256)
def _of_folder(folder: str, stamps: tuple[Stamp, ...]) -> frozenset[str]:
    names = (Path(stamp[0]).relative_to(folder).as_posix() for stamp in stamps)
    return frozenset({_h1(zip(names, map(_sha256, stamps), strict=True))})


@lru_cache(maxsize=256)
def _sha256(stamp: Stamp) -> str:
    return _hex(Path(stamp[0]).open("rb"))


def _hex(content: IO[bytes]) -> str:
    with content:
        digest = hashlib.sha256()
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _h1(files: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files))
    return f"h1:{base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()}"


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _stamp(file: Path) -> Stamp:
    told = file.stat()
    return str(file), told.st_ino, told.st_size, told.st_mtime_ns
