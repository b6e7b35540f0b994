"""What tells of writes: the sources of records, and what tries whether they see anything."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Protocol, runtime_checkable

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.coverage import AskedSince, Attestation, GivenUp


def _nothing() -> None:
    """There is nobody to tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One object that an audit log delivered: a file, an S3 object, a queue message."""

    name: str
    version: str
    """Changes when the object's content does (ETag, generation, size and time)."""
    cursor: str
    """Resumes after this delivery."""
    open: Callable[[], BinaryIO]
    """Open the delivered bytes, compressed or not. Raises `ProviderError`."""
    settle: Callable[[], None] = _nothing
    """Tell the service that all of it is kept, and need not come again: a queue removes its message.

    Called after the commit, again if that was not sure to have happened. Raises `ProviderError`.
    """
    is_followed: bool = False
    """Another one is at hand, which comes without waiting: both may be kept together."""

    @property
    def is_settled(self) -> bool:
        """Its service drops it once it is settled, and does not list it again and again."""
        return self.settle is not _nothing


class AuditLog(Protocol):
    """A source of audit-log records."""

    @property
    def delay(self) -> timedelta:
        """How long after a call its record may be delivered, by the cloud's own word.

        A source that was read to its end has told everything that is older than this.
        """
        ...

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Yield what was delivered after `cursor`, each with the cursor that resumes after it.

        Deliveries may repeat and may arrive out of order, but none is left out.
        `None` starts at the oldest delivery that the service still keeps.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
        """
        ...

    def again(self, name: str) -> Delivery | None:
        """Return what was delivered under this name, for another attempt at what could not be read.

        `None` where the service gives it only once; it may be gone, which shows when it is opened.

        Raises:
            ProviderError: The service cannot be asked.
        """
        ...


@runtime_checkable
class Awaiting(Protocol):
    """An audit log that waits for what is new, as queues do, so that nobody needs to look at intervals."""

    @property
    def waits(self) -> timedelta:
        """How long `read_since` waits for a first delivery. Zero: it does not."""
        ...


@runtime_checkable
class Attesting(Protocol):
    """An audit log for whose completeness the cloud itself vouches, with signatures."""

    def attested(self, since: "AskedSince") -> Iterator["Attestation"]:
        """Yield what the cloud vouches for, or fails to, of each trail since its time, in order of time.

        Raises:
            ProviderError: It cannot be asked; what was yielded before stands.
        """
        ...


@runtime_checkable
class Probing(Protocol):
    """An audit log that can tell how it stands without delivering: whoever is given something takes it."""

    def probe(self) -> Sequence[str]:
        """Try everything that reading takes, and tell what waits and what was given up, a sentence each.

        Raises:
            ProviderError: It cannot be read; a permission that is missing is named.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerTime:
    """What time an answer of a service bore, and what time it was here when it came."""

    theirs: datetime
    """To the second."""
    ours: datetime


@runtime_checkable
class GivingUp(Protocol):
    """An audit log whose service puts aside what was given out some times and never settled."""

    def given_up(self) -> "GivenUp | None":
        """Tell what lies there, taking nothing; `None`: it puts nothing aside.

        Raises:
            ProviderError: It cannot be asked; a permission that is missing is named.
        """
        ...


class Canary(Protocol):
    """Makes a harmless write, by which it is tried whether the watch sees what is written."""

    @property
    def resource(self) -> str:
        """The id of what it touches, as records name it: a record of anything else is none of it."""
        ...

    def check(self) -> str:
        """Try whether it could write, as far as that can be told without; say what was seen.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: What it should touch is not there.
        """
        ...

    def write(self, token: str) -> None:
        """Make one write whose record bears `token` in its request. What it changes matters to nobody.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: What it should touch is not there.
        """
        ...
