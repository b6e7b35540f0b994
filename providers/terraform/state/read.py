"""Read a Terraform state of version 4 or 3, plain or encrypted by OpenTofu.

The text is read as it arrives, and only what it declares is kept. What a single instance
lacks never hides the others: it becomes an `UnreadableInstance` with the reason. What is no
such state at all raises, saying what it is and what to do.
"""

import hashlib
from collections.abc import Iterable, Iterator

from drift.errors import ProviderResponseError
from drift.model.baseline import Declaration
from providers.terraform.locations import Locations, shipped_locations
from providers.terraform.state.document import OLD_VERSION, VERSION, Document, NoStateError, read_document
from providers.terraform.state.encryption import decrypted
from providers.terraform.state.items import Reading
from providers.terraform.state.json_text import DamagedError
from providers.terraform.state.key_providers import StateKeys
from providers.terraform.state.shared_texts import SharedTexts

PIECE_BYTES = 256 * 1024

NO_KEYS = StateKeys()


def read_state(
    content: bytes | Iterable[bytes],
    *,
    name: str,
    origin: str,
    locations: Locations | None = None,
    keys: StateKeys = NO_KEYS,
) -> Declaration:
    """Return what the state declares: its managed instances, in the state's order.

    Data sources are not managed. A deposed object is not the instance, a tainted one is.
    Given in pieces, the text is never held as a whole, unless it is encrypted.

    Raises:
        ProviderResponseError: It is damaged, of another version or no state.
        ProviderAccessError: It is encrypted, and no key at hand opens it.
        ProviderUnavailableError: The service that has the key cannot be reached.
    """
    reading = Reading(origin=origin, locations=locations or shipped_locations(), texts=SharedTexts())
    hashed = _Hashed(_pieces(content) if isinstance(content, bytes) else content)
    document = _document(hashed, reading)
    if document.envelope:
        document = _document(_pieces(decrypted(document.envelope, keys, origin)), reading)
    _check(document, origin)
    return Declaration(
        name=name,
        origin=origin,
        lineage=document.lineage,
        serial=document.serial,
        sha256=hashed.sha256,
        resources=tuple(reading.locations.with_neighbours(document.resources)),
        unreadable=tuple(document.unreadable),
        deposed=tuple(document.deposed),
    )


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + PIECE_BYTES] for at in range(0, len(content), PIECE_BYTES))


class _Hashed:
    """The pieces of a text, hashed on their way."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hash.update(piece)
            yield piece

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def _document(pieces: Iterable[bytes], reading: Reading) -> Document:
    try:
        document = read_document(pieces, reading)
    except DamagedError as error:
        raise ProviderResponseError(
            f"{reading.origin} is damaged or no Terraform state: {error}",
            hint="restore an older version of it, or give a file as `terraform state pull` prints it",
        ) from error
    except NoStateError as error:
        raise _no_state(reading.origin, str(error)) from error
    if document is None:
        raise ProviderResponseError(
            f"{reading.origin} is empty", hint="a state appears there with the first apply"
        )
    return document


def _check(document: Document, origin: str) -> None:
    """Refuse what is no state of a version that is read."""
    if document.is_shown:
        raise _no_state(origin, "it looks like the output of `terraform show -json`")
    if document.envelope:
        raise _no_state(origin, "what was encrypted is encrypted once more")
    if document.version is None:
        raise _no_state(origin, "it names no version")
    if document.version not in (OLD_VERSION, VERSION):
        raise _other_version(origin, document.version, document.terraform_version)
    if document.lists - {"modules" if document.version == OLD_VERSION else "resources"}:
        raise _no_state(origin, f"it calls itself version {document.version}, but has lists of another one")
    if document.version == OLD_VERSION and document.notes_backend and not document.lists:
        raise _no_state(origin, "it is what `terraform init` notes of the backend that has the state")


def _no_state(origin: str, why: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"{origin} is no Terraform state: {why}",
        hint="give a file as `terraform state pull` prints it",
    )


def _other_version(origin: str, version: int, written_by: str | None) -> ProviderResponseError:
    by = f", written by Terraform {written_by[:20]}" if written_by else ""
    if version > VERSION:
        hint = f"this release reads versions {OLD_VERSION} and {VERSION}; look for a newer release"
    else:
        hint = (
            f"only versions {OLD_VERSION} and {VERSION} are read: a newer Terraform rewrites an older"
            " state with its next apply or refresh"
        )
    return ProviderResponseError(f"{origin} is a Terraform state of version {version}{by}", hint=hint)
