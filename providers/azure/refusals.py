"""Says what Azure's errors mean: which role lacks, what is not there, and what may work later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

_NEXT_CYCLE = "it is tried again in the next cycle"

_BLOBS = "grant the role Storage Blob Data Reader; behind a firewall, let this machine through"

_LONGEST_WAIT = timedelta(hours=1)
"""What a service asks for beyond this is taken for a mistake."""


@contextmanager
def refusals(
    what: str, *, action: str, on: str, grant: str = _BLOBS, keys: str = "`access_key` or `sas_token`"
) -> Iterator[None]:
    """Raise what Azure's libraries raise as `ProviderError`: `action` is the permission that `what` takes.

    `grant` says how it is given, `keys` which settings hold credentials.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as error:  # also of credentials, and of bodies that break off
        raise _of_answer(error, what, f"the permission {action} on {on} is missing", grant, keys) from error
    except AzureError as error:
        raise ProviderUnavailableError(
            f"{what}: Azure cannot be reached: {type(error).__name__}",
            hint="check the network and `endpoint`",
        ) from error
    except ValueError as error:  # a key that is no base64, a token over plain HTTP
        raise ProviderAccessError(
            f"{what}: the credentials are of no use: {type(error).__name__}",
            hint=f"check {keys} for quotes, spaces and line ends",
        ) from error


def _of_answer(error: Any, what: str, missing: str, grant: str, keys: str) -> ProviderError:
    from azure.core.exceptions import ClientAuthenticationError

    status, code = int(error.status_code or 0), code_of(error)
    if isinstance(error, ClientAuthenticationError) and status in (0, 400):
        return ProviderAccessError(
            f"{what}: there are no credentials that work",
            hint=f"run `az login`, give this machine an identity, or set {keys}",
        )
    if status < 400:
        return ProviderUnavailableError(
            f"{what}: the answer is damaged, or broke off: {type(error).__name__}", hint=_NEXT_CYCLE
        )
    if code == "AuthenticationFailed" or status == 401:
        return ProviderAccessError(f"{what}: Azure refuses the credentials", hint="renew them")
    if status == 403:
        return ProviderAccessError(f"{what}: {missing} ({code or status})", hint=grant)
    if status == 404:
        return ProviderResponseError(f"{what}: it is not there ({code or status})", hint="check the name")
    if status == 429 or status >= 500:
        return ProviderUnavailableError(
            f"{what}: Azure answered with status {status}", hint=_NEXT_CYCLE, retry_after=_wait(error)
        )
    return ProviderResponseError(f"{what}: Azure answered with status {status} ({code})", hint=_NEXT_CYCLE)


def code_of(error: Any) -> str:
    """Return Azure's word for an error, empty without one: storage has it in a header, others in the body."""
    coded = getattr(error, "error_code", None) or getattr(getattr(error, "error", None), "code", None)
    said = str(getattr(coded, "value", coded) or "")[:64]
    return said if said.isprintable() else ""


def _wait(error: Any) -> timedelta | None:
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 9):
        return None
    return min(timedelta(seconds=int(seconds)), _LONGEST_WAIT)
