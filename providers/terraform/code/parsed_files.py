"""What was parsed before: in memory, and on disk where a setting names a folder.

Parsing is slow, and an estate holds the same files many times. What is kept goes by the hash
of the content, so it is never old. It is not trusted blindly: the folder must be ours alone,
and an entry counts only if it is whole and of today's form.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from drift.errors import ProviderAccessError
from providers.terraform.code.parse import parse_hcl
from providers.terraform.code.parse_json import parse_json
from providers.terraform.code.syntax import ParsedFile

FORM = b"1"
"""To be raised whenever parsing the same bytes gives something else."""

MAX_KEPT = 20_000
"""Files in memory; beyond it all are forgotten."""

MAX_BYTES = 4_000_000
"""Longer files are no code that anybody wrote."""

_DIGEST_BYTES = 32


class ParsedFiles:
    """Parses each content once."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep what is parsed in `folder` too, which is made if it is not there.

        Raises:
            ProviderAccessError: It cannot be made, or others may write there.
        """
        self._folder = folder
        self._kept: dict[str, ParsedFile] = {}
        if folder is not None:
            _claim(folder)

    def parsed(self, name: str, content: bytes) -> ParsedFile:
        """Return what stands in the file of this name, which tells only the syntax."""
        if len(content) > MAX_BYTES:
            return ParsedFile(error="too long to be code")
        is_json = name.endswith(".json")
        key = hashlib.sha256(b"\0".join([FORM, b"json" if is_json else b"hcl", content])).hexdigest()
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = self._from_disk(key, content, parse_json if is_json else parse_hcl)
        return self._kept[key]

    def _from_disk(self, key: str, content: bytes, parse: Callable[[bytes], ParsedFile]) -> ParsedFile:
        if self._folder is None:
            return parse(content)
        file = self._folder / key[:2] / key
        if (known := _read(file, key)) is not None:
            return known
        found = parse(content)
        _write(file, key, found)
        return found


def _claim(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise ProviderAccessError(
            f"the cache {folder} cannot be made: {error.strerror}", hint="name another folder as code_cache"
        ) from error
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ProviderAccessError(
            f"others may write to the cache {folder}",
            hint="make it yours alone: chmod 700, and your own user",
        )


def _read(file: Path, key: str) -> ParsedFile | None:
    try:
        entry = file.read_bytes()
        digest, body = entry[:_DIGEST_BYTES], entry[_DIGEST_BYTES:]
        if digest != _digest(key, body):
            return None
        return msgspec.msgpack.decode(body, type=ParsedFile)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def _write(file: Path, key: str, parsed: ParsedFile) -> None:
    """Keep an entry; without room on the disk the next run parses again."""
    body = msgspec.msgpack.encode(parsed)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
            opened.write(_digest(key, body) + body)
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)


def _digest(key: str, body: bytes) -> bytes:
    return hashlib.sha256(key.encode() + body).digest()
