"""How a provider can fail."""

from drift.errors import ProviderError, ProviderResponseError, ProviderUnavailableError

LONGEST = 400
"""Characters of what a provider says that are passed on; a cloud's refusals can fill a page."""


class AnswerError(ProviderResponseError):
    """The provider answered that it cannot, or what it answered makes no sense. It lives on."""


class LostError(ProviderUnavailableError):
    """The provider's process ended, or cannot be talked to any more."""


class DeadlineError(ProviderUnavailableError):
    """The provider did not answer in time."""


class InterruptedReadError(ProviderUnavailableError):
    """We ended the provider ourselves, because of another read."""

    def __init__(self) -> None:
        super().__init__("the provider was ended while it read", hint="try again")


class StartError(ProviderError):
    """The provider does not start, or refuses its configuration."""

    def __init__(self, cause: ProviderError) -> None:
        super().__init__(cause.what, hint=cause.hint)
        self.may_succeed = isinstance(cause, ProviderUnavailableError)
        """Whether another start may go better."""


def brief(text: str) -> str:
    """Return what a provider said on one line of bearable length."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
