"""What tells people, and what they answer."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.alert import Alert
    from drift.model.form import Answer, Filled, Form, Press


class Counter(Protocol):
    """Where the answers of people arrive. Never raises; may be called from any thread."""

    def form(self, press: "Press") -> "Form | Answer":
        """Return what is asked for before a wish is granted, or why it is not."""
        ...

    def submit(self, filled: "Filled") -> "Answer":
        """Do what a form says; one that is delivered again changes nothing."""
        ...

    def answer(self, words: str) -> "Answer":
        """Answer what somebody asks in words, as they typed them; it changes nothing."""
        ...


@runtime_checkable
class Answerable(Protocol):
    """A notifier under whose messages people press buttons."""

    @property
    def is_answerable(self) -> bool:
        """Its settings say how the answers arrive."""
        ...

    def hear(self, counter: Counter, is_over: Callable[[], bool]) -> None:
        """Take in what people answer until it is over.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials are refused; the message names what is missing.
        """
        ...


class Notifier(Protocol):
    """Tells people."""

    def check(self) -> str:
        """Try whether a message could be sent, sending none; say what was seen.

        Raises:
            ProviderError: It could not; the message names what is missing.
        """
        ...

    def send(self, alert: "Alert", *, replaces: str | None) -> str:
        """Send the alert, or edit the message that `replaces` names; return the message's reference.

        `alert.client_id` travels with the message, so that a repeat can be recognised. A message
        that cannot be edited, since it was deleted or belongs to another channel, is sent anew. An
        alert with a `notice` says that, and nothing of who did what where.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials or the destination are refused.
            ProviderResponseError: The message itself is refused; asking again is useless.
        """
        ...


@runtime_checkable
class Searching(Protocol):
    """A notifier that can look up what it sent: for channels that would show a repeat as a second message."""

    def find(self, client_id: str, since: datetime, *, to: str | None = None) -> str | None:
        """Return the reference of the message that bears `client_id`, or `None` if none was sent since then.

        `to` is where it was sent to, as the alert had it; `None`: to the notifier's own channel.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials do not allow to look; the message names what is missing.
        """
        ...


@runtime_checkable
class Choosing(Protocol):
    """A notifier that is not for every alert: one that wakes people, or one that machines read."""

    def takes(self, alert: "Alert") -> bool:
        """Tell whether an alert is sent, unless it edits one that was. A digest has a `notice`."""
        ...


class OnCall(Protocol):
    """Knows who is on call now."""

    def check(self) -> str:
        """Try whether it can be asked; say what was seen.

        Raises:
            ProviderError: It could not; a permission that is missing is named.
        """
        ...

    def who(self, rota: str) -> Sequence[str]:
        """Return the mail addresses of who is on call by a rota, whoever is called first at the beginning.

        Nobody may be on call.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: There is no such rota.
        """
        ...


@runtime_checkable
class Private(Protocol):
    """A notifier whose channel knows people, whom it can mention, and write to by themselves."""

    def can_reach(self, names: Sequence[str]) -> str | None:
        """Return how a person is addressed there (`Alert.to`, `Alert.mention`), `None` if they are not known.

        `names` are all of one person. Nobody is told anything by it; asking again costs little.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials do not allow to look; the message names what is missing.
        """
        ...
