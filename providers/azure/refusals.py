"""Says what Azure's errors mean: which role lacks, what is not there, and what may work later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

_NEXT_CYCLE = "it is tried again in the next cycle"


@contextmanager
def refusals(what: str, *, action: str, on: str) -> Iterator[None]:
    """Raise what Azure's libraries raise as `ProviderError`: `action` is the data action that `what` takes.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

    try:
        yield
    except (HttpResponseError, ClientAuthenticationError) as error:
        raise _of_answer(error, what, action, on) from error
    except AzureError as error:
        raise ProviderUnavailableError(
            f"{what}: Azure cannot be reached: {type(error).__name__}",
            hint="check the network and `endpoint`",
        ) from error
    except ValueError as error:  # a key that is no base64, a token over plain HTTP
        raise ProviderAccessError(
            f"{what}: the credentials are of no use: {type(error).__name__}",
            hint="check `access_key` or `sas_token` for quotes, spaces and line ends",
        ) from error


def _of_answer(error: Any, what: str, action: str, on: str) -> ProviderError:
    status, coded = int(error.status_code or 0), getattr(error, "error_code", None)
    code = str(getattr(coded, "value", coded) or "")
    if not status:
        return ProviderAccessError(
            f"{what}: there are no credentials that work",
            hint="run `az login`, give this machine an identity, or set `access_key` or `sas_token`",
        )
    if code == "AuthenticationFailed" or status == 401:
        return ProviderAccessError(f"{what}: Azure refuses the credentials", hint="renew them")
    if status == 403:
        return ProviderAccessError(
            f"{what}: the permission {action} on {on} is missing ({code or status})",
            hint="grant the role Storage Blob Data Reader; behind a firewall, let this machine through",
        )
    if status == 404:
        return ProviderResponseError(f"{what}: it is not there ({code or status})", hint="check the name")
    if status == 429 or status >= 500:
        return ProviderUnavailableError(
            f"{what}: Azure answered with status {status}", hint=_NEXT_CYCLE, retry_after=_wait(error)
        )
    return ProviderResponseError(f"{what}: Azure answered with status {status} ({code})", hint=_NEXT_CYCLE)


def _wait(error: Any) -> timedelta | None:
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else None
