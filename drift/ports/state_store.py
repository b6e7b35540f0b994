"""Where states are kept, and what opens those that are encrypted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.baseline import StateLock


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """One state as its store lists it."""

    name: str
    """Its path or URI, by which the same store finds it again."""
    version: str | None
    """Changes whenever the content does (ETag, generation, id). `None`: only reading it tells."""
    lock: "StateLock | None" = None
    """Who holds it now, where the store tells that without being written to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateContent:
    """What a state holds, as its store delivers it: some are a hundred megabytes long."""

    pieces: Iterable[bytes] = field(repr=False)
    """To be taken once, and to the end. Taking them raises `ProviderError` where `read` would."""
    version: str | None
    """Of these bytes: newer than the listed one where the state was written meanwhile."""

    def whole(self) -> bytes:
        """Take all pieces, joined."""
        return b"".join(self.pieces)


class StateStore(Protocol):
    """A place where the states of Terraform and the like are kept. It is only ever read."""

    def find(self, location: str) -> "Sequence[StoredState]":
        """List the states at a location, which is a state or what lies above several, and their workspaces.

        Sorted by name, each once, with its version and lock as they are now. It costs a request or
        two, however many the states, and reads none of them.

        Raises:
            ProviderResponseError: There is no state there, or `location` is none of this store.
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Return what the state holds now, or `None` if its version still is `known`.

        Raises:
            ProviderResponseError: It is gone, or is no answer of such a store.
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...


class KeyService(Protocol):
    """A service that keeps keys to itself, and opens what was sealed with one of them."""

    def unseal(self, sealed: bytes, key: str | None) -> bytes:
        """Return what was sealed with `key`, as the service names it; `None` lets what is sealed tell.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The key is another one, or nothing was sealed.
        """
        ...
