"""Reads the file itself: its bytes, its text, its TOML."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from drift import DEFAULT_CONFIG
from drift.errors import ConfigError

DEFAULT_FILE = Path(DEFAULT_CONFIG)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A configuration file as it was found."""

    path: Path | None
    """Absolute; `None` where there is no file."""
    name: str
    """As the user gave it."""
    folder: Path
    """What relative paths in it start from."""
    data: bytes
    tables: dict[str, object]


def read_document(path: Path | None) -> Document:
    """Read `path`; without one, ./config.toml if it is there, else nothing.

    Raises:
        ConfigError: The file is missing, unreadable or no TOML.
    """
    if path is None and not DEFAULT_FILE.exists():
        return _document(None, b"")
    return _document(path or DEFAULT_FILE, _read(path or DEFAULT_FILE))


def _document(path: Path | None, data: bytes) -> Document:
    return Document(
        path=path.absolute() if path else None,
        name=str(path or DEFAULT_FILE),
        folder=path.absolute().parent if path else Path.cwd(),
        data=data,
        tables=_parse(str(path), data),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there is no such file", hint="give --config the path of your configuration"
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"{path}: cannot be read: {reason}", hint="--config takes a file that you may read"
        ) from error


_TWICE = re.compile("Cannot overwrite a value|Cannot declare .* twice|Duplicate inline table key '.*'")
"""What the parser says of what stands there twice."""


def _parse(name: str, data: bytes) -> dict[str, object]:
    try:
        # Notepad puts a byte-order mark first, which TOML does not know.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{name}: line {line} is not UTF-8", hint="save the file with UTF-8 encoding"
        ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, is_twice = _TWICE.subn("the same key or table twice", _located(error, text))
        hint = "leave one of the two out" if is_twice else "correct the TOML there"
        raise ConfigError(f"{name}: {what}", hint=hint) from error
    except (ValueError, RecursionError) as error:
        # A number of thousands of digits, or brackets within brackets a thousand deep.
        raise ConfigError(
            f"{name}: is no configuration: {error}", hint="config.example.toml shows every key"
        ) from error


def _located(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Return the parser's message, with line and column also where it says "end of document"."""
    lines = text.splitlines() or [""]
    end = f"at line {len(lines)}, column {len(lines[-1]) + 1}, the end of the file"
    return str(error).replace("at end of document", end)
