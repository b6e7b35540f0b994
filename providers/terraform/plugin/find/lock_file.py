"""`.terraform.lock.hcl`: which version of each provider Terraform uses here, and its hashes."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from drift.errors import ProviderResponseError
from providers.terraform.plugin.find.source import Source

NAME = ".terraform.lock.hcl"


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """The version that a lock file names."""

    version: str
    hashes: frozenset[str]
    file: Path


def locked(folder: Path, source: Source) -> Locked | None:
    """Return what the lock file of a folder says of a provider, if there is one and it says anything.

    Raises:
        ProviderResponseError: The lock file cannot be read: what it would forbid is not known.
    """
    file = folder / NAME
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProviderResponseError(
            f"{file} cannot be read: {error.strerror}", hint="give this user read access to it"
        ) from error
    for (host, namespace, type_), version, hashes in _rows(content, str(file)):
        if source.fits(host, namespace, type_):
            return Locked(version=version, hashes=hashes, file=file)
    return None


@lru_cache(maxsize=1024)
def _rows(content: bytes, file: str) -> tuple[tuple[tuple[str, str, str], str, frozenset[str]], ...]:
    import hcl2  # slow to import
    from lark.exceptions import LarkError

    try:
        document: dict[str, Any] = hcl2.loads(content.decode())
        return tuple(
            (_address(name), _unquoted(block["version"]), frozenset(map(_unquoted, block.get("hashes", ()))))
            for entry in document.get("provider", ())
            for name, block in entry.items()
            if isinstance(block, dict)
        )
    except (LarkError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProviderResponseError(
            f"{file} is damaged", hint="make it anew with `terraform init`, or remove it"
        ) from error


def _address(name: str) -> tuple[str, str, str]:
    host, namespace, type_ = _unquoted(name).split("/")
    return host, namespace, type_


def _unquoted(text: str) -> str:
    return text.strip('"')
