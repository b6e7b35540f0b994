"""What the API of a ticket system answered: the document, or why there is none and when to ask again."""

import json
import math
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError
from providers.sent_secrets import without

LONGEST_WAIT = timedelta(hours=1)
"""What a service asks for beyond this is taken for a mistake."""

MAX_SAID = 300
"""Characters of a refusal's own words that are passed on."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an API said."""

    what: str
    """What was asked for: begins each message about it."""
    status: int
    headers: Mapping[str, str]
    """Their names in small letters."""
    body: bytes = field(repr=False)
    secrets: Collection[str] = field(default=(), repr=False)
    """What was sent to prove who we are: a refusal may quote it."""

    def read_as(self, type_: type[T]) -> T:
        """Return what it says.

        Raises:
            ProviderAccessError: It is a web page, as of a proxy that wants somebody to sign in.
            ProviderResponseError: It is not what the API's documents promise; the message names the field.
        """
        if b"<" in self.body[:1] or "html" in self.headers.get("content-type", ""):
            raise _web_page(self.what)
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise ProviderResponseError(
                f"{self.what}: the answer is not what it should be: {error}",
                hint="check `base_url`; if it is right, report it",
            ) from error

    @property
    def said(self) -> str:
        """What a refusal says of itself, on one line and cut short; empty if it says nothing."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        return without(" ".join(_messages(document)), self.secrets)[:MAX_SAID]


_SPENT = (b'"rateLimitExceeded"', b'"userRateLimitExceeded"', b'"quotaExceeded"')
"""Why Google refuses with 403 what it would not a little later."""


def is_spent(answer: Answer) -> bool:
    """Tell whether a 403 only means that there were too many requests, as GitHub's and Google's may."""
    spent = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
    spent = spent or any(reason in answer.body for reason in _SPENT)
    return answer.status == 403 and spent


def wait_of(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long to wait: `Retry-After` in seconds, or when the limit is lifted.

    `ratelimit-reset` counts seconds (PagerDuty), or is a time as `x-ratelimit-reset` (GitHub, GitLab)
    and `x-rate-limit-reset` (Okta).
    """
    wait = _number(headers.get("retry-after"))
    if wait is None:
        names = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
        reset = _number(next((headers[name] for name in names if name in headers), None))
        wait = reset - time.time() if reset is not None and reset > 10**9 else reset
    if wait is None or wait < 0:
        return None
    return min(timedelta(seconds=min(wait, 10**6)), LONGEST_WAIT)


def _web_page(what: str) -> ProviderAccessError:
    return ProviderAccessError(
        f"{what} was answered with a web page, as where somebody must sign in",
        hint="check `base_url`, and that nothing stands before it that asks people who they are",
    )


def _messages(document: object) -> Iterator[str]:
    """Yield the texts of an error: each of the systems has its own form."""
    match document:
        case str():
            yield " ".join(document.split())
        case list():
            for one in document[:3]:
                yield from _messages(one)
        case dict():
            for key in (
                "message",
                "errorMessages",
                "errorMessage",
                "errorSummary",
                "error",
                "error_description",
                "scope",
            ):
                yield from _messages(document.get(key))
        case _:
            pass


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None
