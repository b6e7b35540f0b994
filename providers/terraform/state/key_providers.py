"""The keys of an encrypted state, from what OpenTofu's key providers noted in it.

- `pbkdf2` notes how the key is derived from the passphrase. The passphrase may itself be the
  key of another provider, which OpenTofu calls a chain.
- `aws_kms` notes a data key that the service sealed.

Nothing vouches for these notes, so they are taken for hostile: their numbers are bounded.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError
from drift.model.resource import Json
from drift.model.secret import Secret
from drift.ports import KeyService

MAX_ITERATIONS = 10_000_000
"""Some seconds of work; OpenTofu's own default is 600,000."""
MAX_PROVIDERS = 4
"""A chain has two, and a rotation of keys not many more."""

NoteT = TypeVar("NoteT", bound=msgspec.Struct)

_PBKDF2 = "pbkdf2"
_HINT = "give a decrypted copy, as `tofu state pull` prints it"


@dataclass(frozen=True, kw_only=True, slots=True)
class StateKeys:
    """What may open an encrypted state."""

    passphrase: Secret | None = None
    kms_key: str | None = None
    """The key that must have sealed the data key, as its service names it; `None` lets the service tell."""
    services: Mapping[str, KeyService] = field(default_factory=dict)
    """By OpenTofu's name of the key provider: `aws_kms`."""


class _Pbkdf2(msgspec.Struct, frozen=True):
    """What `pbkdf2` notes."""

    salt: bytes
    iterations: int
    hash_function: Literal["sha256", "sha512"]
    key_length: Literal[16, 24, 32]


class _Sealed(msgspec.Struct, frozen=True):
    """What a key service notes."""

    ciphertext_blob: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class _Note:
    """What one key provider noted."""

    name: str
    kind: str
    text: bytes


def candidate_keys(meta: Json, keys: StateKeys) -> Iterator[bytes]:
    """Yield every key that the notes in `meta` may mean: which of them it is, only trying tells.

    Raises:
        ProviderAccessError: A key is not at hand; after those that are.
        ProviderUnavailableError: The service that has a key cannot be reached; likewise.
        ProviderResponseError: The notes are of no known form; likewise.
    """
    failed: list[ProviderError] = []
    opened: list[bytes] = []
    notes = _notes(meta)
    for note in notes:
        if note.kind != _PBKDF2:
            try:
                opened.append(_unsealed(note, keys))
            except ProviderError as error:
                failed.append(error)
    yield from opened
    phrases = [*([keys.passphrase.reveal().encode()] if keys.passphrase else []), *opened]
    for note in notes:
        if note.kind == _PBKDF2:
            try:
                yield from _derived(note, phrases)
            except ProviderError as error:
                failed.append(error)
    if failed:
        raise failed[0]


def _notes(meta: Json) -> list[_Note]:
    if not isinstance(meta, dict) or not meta:
        raise ProviderResponseError("it names no key provider", hint=_HINT)
    if len(meta) > MAX_PROVIDERS:
        raise ProviderResponseError(f"it names more than {MAX_PROVIDERS} key providers", hint=_HINT)
    return [_note(name, value) for name, value in meta.items()]


def _note(name: str, value: Json) -> _Note:
    """Return a note, which OpenTofu writes as JSON in base64."""
    try:
        noted = msgspec.json.decode(base64.b64decode(value)) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        noted = None
    if not isinstance(noted, dict):
        raise ProviderResponseError(f"the note of its key provider {_shown(name)} is damaged", hint=_HINT)
    return _Note(name=name, kind=_kind(name, noted), text=msgspec.json.encode(noted))


def _kind(name: str, noted: Mapping[str, Json]) -> str:
    """Return the kind of a key provider: its name says it, unless the user chose an alias for it."""
    match name.split("."):
        case ["key_provider", kind, *_]:
            return kind
    if "salt" in noted:
        return _PBKDF2
    return "aws_kms" if "ciphertext_blob" in noted else ""


def _unsealed(note: _Note, keys: StateKeys) -> bytes:
    service = keys.services.get(note.kind)
    if service is None:
        known = ", ".join(sorted({_PBKDF2, *keys.services}))
        raise ProviderResponseError(
            f"its key provider {_shown(note.name)} is not known", hint=f"known are {known}; {_HINT}"
        )
    return service.unseal(_decoded(note, _Sealed).ciphertext_blob, keys.kms_key)


def _derived(note: _Note, phrases: list[bytes]) -> Iterator[bytes]:
    if not phrases:
        raise ProviderAccessError(
            "its passphrase is not at hand",
            hint='name it in the [[baseline]] with passphrase_env = "NAME" or passphrase_file = "path"',
        )
    how = _decoded(note, _Pbkdf2)
    if not 0 < how.iterations <= MAX_ITERATIONS:
        raise ProviderResponseError(
            f"its key provider {_shown(note.name)} asks for {how.iterations} iterations",
            hint=f"between 1 and {MAX_ITERATIONS} are made; {_HINT}",
        )
    for phrase in phrases:
        yield hashlib.pbkdf2_hmac(how.hash_function, phrase, how.salt, how.iterations, how.key_length)


def _decoded(note: _Note, into: type[NoteT]) -> NoteT:
    try:
        return msgspec.json.decode(note.text, type=into)
    except msgspec.DecodeError as error:
        raise ProviderResponseError(
            f"the note of its key provider {_shown(note.name)} is of another form: {error}", hint=_HINT
        ) from error


def _shown(name: str) -> str:
    return name.removeprefix("key_provider.")[:60]
