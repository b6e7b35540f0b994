"""Says what Google's errors mean: which permission lacks, what is not there, and what may work later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

_NEXT_CYCLE = "it is tried again in the next cycle"


@contextmanager
def refusals(what: str, *, permission: str, on: str) -> Iterator[None]:
    """Raise what Google's libraries raise as `ProviderError`: `permission` is the one that `what` takes.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests.exceptions import RequestException

    try:
        yield
    except GoogleAPICallError as error:
        raise _of_answer(error, what, permission, on) from error
    except (TransportError, RequestException) as error:
        raise ProviderUnavailableError(
            f"{what}: Google cannot be reached: {type(error).__name__}", hint="check the network"
        ) from error
    except (GoogleAuthError, OSError, ValueError) as error:
        raise ProviderAccessError(
            f"{what}: there are no credentials that work: {str(error)[:200]}",
            hint="run `gcloud auth application-default login`, or set `credentials_file`",
        ) from error


def _of_answer(error: Any, what: str, permission: str, on: str) -> ProviderError:
    status = int(error.code or 0)
    said = str(error.message)[:200]
    if status == 401:
        return ProviderAccessError(f"{what}: Google refuses the credentials", hint="renew them")
    if status == 403:
        return ProviderAccessError(
            f"{what}: the permission {permission} on {on} is missing",
            hint="grant it; docs/states.md lists all that are needed",
        )
    if status == 404:
        return ProviderResponseError(f"{what}: it is not there", hint="check the name")
    if status == 429 or status >= 500:
        return ProviderUnavailableError(
            f"{what}: Google answered with status {status}", hint=_NEXT_CYCLE, retry_after=_wait(error)
        )
    return ProviderResponseError(f"{what}: Google answered with status {status}: {said}", hint=_NEXT_CYCLE)


def _wait(error: Any) -> timedelta | None:
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else None
