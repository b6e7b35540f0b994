"""Says what Google's errors mean: which permission lacks, what is not there, and what may work later."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

_NEXT_CYCLE = "it is tried again in the next cycle"

LONGEST_WAIT = timedelta(hours=1)
"""What a service asks for beyond this is taken for a mistake."""

_PERMISSION = re.compile(r"[a-zA-Z]+(?:\.[a-zA-Z]+){2,3}")


@contextmanager
def refusals(what: str, *, permission: str, on: str, docs: str = "docs/states.md") -> Iterator[None]:
    """Raise what Google's libraries raise as `ProviderError`: `permission` is the one that `what` takes.

    Where Google itself names the permission that lacks, that one is told. `docs` lists them all.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError, TransportError
    from requests.exceptions import RequestException

    try:
        yield
    except GoogleAPICallError as error:
        if _may_pass(error):
            raise _for_now(error, what) from error
        raise _for_good(error, what, permission, on, docs) from error
    except (TransportError, RequestException) as error:
        raise ProviderUnavailableError(
            f"{what}: Google cannot be reached: {type(error).__name__}", hint="check the network"
        ) from error
    except (GoogleAuthError, OSError, ValueError) as error:
        raise ProviderAccessError(
            f"{what}: there are no credentials that work: {str(error)[:200]}",
            hint="run `gcloud auth application-default login`, or set `credentials_file`",
        ) from error


def _may_pass(error: Any) -> bool:
    """Tell what a later attempt may be spared: gRPC has some such errors without a status of HTTP."""
    from google.api_core.exceptions import Aborted, Cancelled, ServerError, TooManyRequests

    return isinstance(error, ServerError | TooManyRequests | Cancelled | Aborted)


def _for_now(error: Any, what: str) -> ProviderError:
    said = f"status {int(error.code or 0)}"
    if not hasattr(error.response, "headers"):  # gRPC tells in words alone whether anybody answered at all
        said = f"{error.grpc_status_code.name}: {str(error.message)[:200]}"
    return ProviderUnavailableError(
        f"{what}: Google answered with {said}", hint=_NEXT_CYCLE, retry_after=_wait(error)
    )


def _for_good(error: Any, what: str, permission: str, on: str, docs: str) -> ProviderError:
    status = int(error.code or 0)
    if status == 401:
        return ProviderAccessError(f"{what}: Google refuses the credentials", hint="renew them")
    if status == 403 and error.reason == "SERVICE_DISABLED":
        return ProviderAccessError(
            f"{what}: the API is not enabled in the project of the credentials",
            hint=f"enable it with `gcloud services enable`; {docs} names it",
        )
    if status == 403:
        return ProviderAccessError(
            f"{what}: the permission {_named(error) or permission} on {on} is missing",
            hint=f"grant it; {docs} lists all that are needed",
        )
    if status == 404:
        return ProviderResponseError(f"{what}: it is not there", hint="check the name")
    said = str(error.message)[:200]
    return ProviderResponseError(f"{what}: Google answered with status {status}: {said}", hint=_NEXT_CYCLE)


def _named(error: Any) -> str | None:
    """Return the permission that the answer itself says is missing."""
    found = str((error.metadata or {}).get("permission", ""))
    return found if _PERMISSION.fullmatch(found) else None


def _wait(error: Any) -> timedelta | None:
    """Return how long Google asks to wait: in a header over HTTP, in the details of the status over gRPC."""
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    if seconds.isascii() and seconds.isdigit():
        return min(timedelta(seconds=min(int(seconds), 10**6)), LONGEST_WAIT)
    for detail in error.details:
        if delay := getattr(detail, "retry_delay", None):
            return max(timedelta(), min(timedelta(seconds=min(delay.seconds, 10**6)), LONGEST_WAIT))
    return None
