"""What takes letters that are written already: reports, to addresses that the configuration names."""

from collections.abc import Sequence
from typing import Protocol


class MailTransport(Protocol):
    """Takes a letter, and sees to it that it arrives."""

    @property
    def sender(self) -> str:
        """The address that letters come from."""
        ...

    def check(self) -> str:
        """Try whether a letter could be sent, sending none; say what was seen.

        Raises:
            ProviderError: It could not; the message names what is missing.
        """
        ...

    def post(self, letter: bytes, to: Sequence[str]) -> None:
        """Hand over a letter, as RFC 5322 has it, for all of these addresses.

        A letter that is handed over again bears the same Message-ID, unless the service writes its own.

        Raises:
            ProviderUnavailableError: Asking again later may succeed.
            ProviderAccessError: The credentials, the sender or an address are refused.
            ProviderResponseError: The letter itself is refused; asking again is useless.
        """
        ...
