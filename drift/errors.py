"""The errors of the program: each says what failed and what to do next.

Adapters raise only `ProviderError`; the core alone retries. A gap in coverage
or a record that cannot be read is not an error: it is recorded as data.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta


class DriftError(Exception):
    """Something the program could not do, with the next step for its user."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})"


class ConfigError(DriftError):
    """The configuration is missing, unreadable or contradicts itself."""


class UsageError(DriftError):
    """The command was asked for something that cannot be had, a missing file for example."""


class RefusedError(DriftError):
    """Somebody may not do what they asked for, or it makes no sense; nothing was changed."""


class StoreError(DriftError):
    """The database could not be reached, read or written."""


class LedgerIntegrityError(DriftError):
    """The evidence does not add up: it was altered, or a key does not fit."""


class VaultError(DriftError):
    """The vault cannot keep what was delivered, so nothing of it may become evidence yet."""


class ProviderError(DriftError):
    """A system outside could not do what an adapter asked of it."""


class ProviderUnavailableError(ProviderError):
    """Asking again later may succeed."""

    def __init__(self, what: str, *, hint: str, retry_after: timedelta | None = None) -> None:
        super().__init__(what, hint=hint)
        self.retry_after = retry_after
        """How long the service asked us to wait, if it said so."""


class ProviderAccessError(ProviderError):
    """The credentials were refused or lack a permission; the message names it."""


class ProviderResponseError(ProviderError):
    """The answer was not what the service's documents promise."""


class BudgetSpentError(ProviderError):
    """Nothing more may be asked for now, by the configuration's own limit."""


class PartlyUnreadError(ProviderResponseError):
    """Some of several things could not be read; the others were."""

    def __init__(self, unread: Mapping[str, ProviderError], *, what: str) -> None:
        """Join what was said of each; `what` they are, in the plural."""
        whats, first = [error.what for error in unread.values()], next(iter(unread.values()))
        told = whats[0] if len(whats) == 1 else f"{len(whats)} {what} cannot be read: {'; '.join(whats)}"
        super().__init__(told, hint=first.hint)
        self.unread = dict(unread)
        """Why, by the name of each."""


@contextmanager
def only_provider_errors(doing: str) -> Iterator[None]:
    """Let nothing but errors of the program's own leave an adapter.

    The one seam at which what nobody expected is wrapped: a defect in one adapter, or a
    time-out within a body, must stop neither the others nor the run.
    """
    try:
        yield
    except DriftError:
        raise
    except Exception as error:
        raise ProviderResponseError(
            f"{doing} broke off: {type(error).__name__}: {error}", hint="if it happens again, report it"
        ) from error
