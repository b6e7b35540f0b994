"""Says what AWS's errors mean: which permission lacks, what is not there, and what may work later."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError

_UNKNOWN_KEYS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "403"})
_MISSING = frozenset({"NoSuchBucket", "NoSuchKey", "ResourceNotFoundException", "404"})
_ELSEWHERE = frozenset(
    {"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect", "301"}
)

_NOT_AUTHORISED = re.compile(
    r"not authorized to perform: (?P<action>[\w:]+)(?: on resource: \"?(?P<on>[^\s\"]+))?"
)
"""Newer services say which permission lacks: S3 so tells of the key that it may not decrypt with."""


@contextmanager
def refusals(what: str, *, action: str, on: str) -> Iterator[None]:
    """Raise what botocore raises as `ProviderError`: `action` is the permission that `what` takes.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _of_answer(error, what, action, on) from error
    except BotoCoreError as error:
        raise _of_sdk(error, what) from error


def code_of(error: Exception) -> str:
    """Return the code of a `ClientError`, for those that are no refusal."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _of_answer(error: Any, what: str, action: str, on: str) -> ProviderError:
    code, answer = code_of(error), error.response
    said = str(answer.get("Error", {}).get("Message", ""))[:300]
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _UNKNOWN_KEYS:
        return ProviderAccessError(
            f"{what}: AWS refuses the credentials ({code})", hint="renew them, or check `profile` and `role`"
        )
    if code in _THROTTLED or status in {429, 503}:
        return ProviderUnavailableError(
            f"{what}: AWS wants fewer requests ({code})",
            hint="it is tried again in the next cycle",
            retry_after=_wait(answer),
        )
    if code in _MISSING:
        return ProviderResponseError(f"{what}: it is not there ({code}: {said})", hint="check the name")
    if code in _ELSEWHERE:
        return ProviderResponseError(
            f"{what}: it is in another region ({code})", hint="set `region` of its [[state_store]]"
        )
    if code in _DENIED or status in {401, 403}:
        return _denied(what, action, on, said)
    if status >= 500:
        return ProviderUnavailableError(
            f"{what}: AWS answered with status {status} ({code})", hint="it is tried again in the next cycle"
        )
    return ProviderResponseError(f"{what}: AWS answered {code}: {said}", hint="check the settings")


def _denied(what: str, action: str, on: str, said: str) -> ProviderAccessError:
    if told := _NOT_AUTHORISED.search(said):
        action, on = told["action"], told["on"] or on
    return ProviderAccessError(
        f"{what}: the permission {action} on {on} is missing",
        hint="grant it; docs/states.md lists all that are needed",
    )


def _of_sdk(error: Exception, what: str) -> ProviderError:
    from botocore import exceptions as sdk

    if isinstance(error, sdk.ConnectionError | sdk.HTTPClientError):
        return ProviderUnavailableError(
            f"{what}: AWS cannot be reached: {error}", hint="check the network and `endpoint`"
        )
    if isinstance(error, sdk.NoRegionError):
        return ProviderResponseError(
            f"{what}: no region is known", hint="set `region` of its [[state_store]], or AWS_REGION"
        )
    return ProviderAccessError(
        f"{what}: there are no credentials that work: {error}",
        hint="sign in, or set `profile` or `role` of its [[state_store]]",
    )


def _wait(answer: dict[str, Any]) -> timedelta | None:
    seconds = str(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", ""))
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else None
