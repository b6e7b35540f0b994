"""Says what AWS's errors mean: which permission lacks, what is not there, and what may work later."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
        "KMS.ThrottlingException",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation", "403"}
)
_DENIED_KEYS = frozenset({"KMS.AccessDeniedException", "KmsAccessDenied"})
"""A queue's messages are encrypted with a key that may not be used."""
_MISSING = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NoSuchKey",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "404",
    }
)
_ELSEWHERE = frozenset(
    {"AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect", "301"}
)

_NOT_AUTHORISED = re.compile(
    r"not authorized to perform: (?P<action>[\w:]+)(?: on resource: \"?(?P<on>[^\s\"]+))?"
)
"""Newer services say which permission lacks: S3 so tells of the key that it may not decrypt with."""


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf AWS is asked: where its settings stand, and where its permissions are listed."""

    table: str
    page: str


STATES = Asker("[[state_store]]", "docs/states.md")
SOURCES = Asker("[[audit_log]]", "docs/sources-aws.md")


@contextmanager
def refusals(what: str, *, action: str, on: str, asker: Asker = STATES) -> Iterator[None]:
    """Raise what botocore raises as `ProviderError`: `action` is the permission that `what` takes.

    Raises:
        ProviderError: Instead of every error of the SDK.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ResponseParserError as error:
        raise ProviderUnavailableError(
            f"{what}: the answer is cut off, or not one of AWS: {str(error)[:200]}",
            hint="it is tried again in the next cycle; look for a proxy if it stays so",
        ) from error
    except ClientError as error:
        raise _of_answer(error, what, action, on, asker) from error
    except BotoCoreError as error:
        raise _of_sdk(error, what, asker) from error


def code_of(error: Exception) -> str:
    """Return the code of a `ClientError`, for those that are no refusal."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def is_throttled(answer: dict[str, Any]) -> bool:
    """Tell whether an answer, as botocore parsed it, says that there were too many requests."""
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return answer.get("Error", {}).get("Code") in _THROTTLED or status in {429, 503}


def _of_answer(error: Any, what: str, action: str, on: str, asker: Asker) -> ProviderError:
    code, answer = code_of(error), error.response
    said = str(answer.get("Error", {}).get("Message", ""))[:300]
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _UNKNOWN_KEYS:
        return ProviderAccessError(
            f"{what}: AWS refuses the credentials ({code})", hint="renew them, or check `profile` and `role`"
        )
    if is_throttled(answer):
        return ProviderUnavailableError(
            f"{what}: AWS wants fewer requests ({code})",
            hint="it is tried again in the next cycle",
            retry_after=_wait(answer),
        )
    if code in _MISSING:
        return ProviderResponseError(f"{what}: it is not there ({code}: {said})", hint="check the name")
    if code in _ELSEWHERE:
        return ProviderResponseError(
            f"{what}: it is in another region ({code})", hint=f"set `region` of its {asker.table}"
        )
    if code in _DENIED or status in {401, 403}:
        return _denied(what, action, on, said, asker)
    if code in _DENIED_KEYS:
        return _denied(what, "kms:Decrypt", f"the key of {on}", said, asker)
    if status >= 500:
        return ProviderUnavailableError(
            f"{what}: AWS answered with status {status} ({code})", hint="it is tried again in the next cycle"
        )
    return ProviderResponseError(f"{what}: AWS answered {code}: {said}", hint="check the settings")


def _denied(what: str, action: str, on: str, said: str, asker: Asker) -> ProviderAccessError:
    if told := _NOT_AUTHORISED.search(said):
        action, on = told["action"], told["on"] or on
    return ProviderAccessError(
        f"{what}: the permission {action} on {on} is missing",
        hint=f"grant it; {asker.page} lists all that are needed",
    )


def _of_sdk(error: Exception, what: str, asker: Asker) -> ProviderError:
    from botocore import exceptions as sdk

    if isinstance(error, sdk.ConnectionError | sdk.HTTPClientError):
        return ProviderUnavailableError(
            f"{what}: AWS cannot be reached: {error}", hint="check the network and `endpoint`"
        )
    if isinstance(error, sdk.IncompleteReadError | sdk.ChecksumError | sdk.FlexibleChecksumError):
        return ProviderUnavailableError(
            f"{what}: it arrived damaged or not whole: {error}", hint="it is tried again in the next cycle"
        )
    if isinstance(error, sdk.NoRegionError):
        return ProviderResponseError(
            f"{what}: no region is known", hint=f"set `region` of its {asker.table}, or AWS_REGION"
        )
    return ProviderAccessError(
        f"{what}: there are no credentials that work: {error}",
        hint=f"sign in, or set `profile` or `role` of its {asker.table}",
    )


def _wait(answer: dict[str, Any]) -> timedelta | None:
    seconds = str(answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after", ""))
    return timedelta(seconds=int(seconds)) if seconds.isascii() and seconds.isdigit() else None
