"""What the APIs of code hosts answer: documents, and whether asking again later may help."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from drift.errors import ProviderResponseError, ProviderUnavailableError
from providers.sent_secrets import without

LONGEST_WAIT = timedelta(hours=2)
"""What a service asks for beyond this is taken for a mistake; a limit an hour is lifted before."""

T = TypeVar("T")


class Document(msgspec.Struct, frozen=True):
    """A part of what an API said. Its times must say their zone, and are in UTC from here on."""

    def __post_init__(self) -> None:
        """Turn times to UTC: servers of one's own may say them in theirs."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                if value.tzinfo is None:
                    raise ValueError(f"`{name}` lacks its time zone")
                msgspec.structs.force_setattr(self, name, value.astimezone(UTC))


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an API said."""

    url: str
    status: int
    headers: Mapping[str, str]
    """Their names in small letters."""
    body: bytes = field(repr=False)
    secrets: Collection[str] = field(default=(), repr=False)
    """What was sent to prove who we are: a refusal may quote it."""

    def read_as(self, type_: type[T], *, what: str) -> T:
        """Return what it says.

        Raises:
            ProviderResponseError: That is not what the API's documents promise.
        """
        try:
            return msgspec.json.decode(self.body, type=type_)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise ProviderResponseError(
                f"{what}: the answer is not what it should be: {error}",
                hint="check `base_url`; if it is right, report it",
            ) from error

    @property
    def message(self) -> str:
        """What an error says of itself, cut short; empty if it says nothing."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return ""
        found = said.get("message") or said.get("error") if isinstance(said, dict) else None
        return without(" ".join(str(found).split()), self.secrets)[:200] if found else ""


def unavailable(answer: Answer, who: str, what: str) -> ProviderUnavailableError | None:
    """Return the error for an answer after which asking again later may succeed, if it is one."""
    waits = wait_of(answer)
    is_spent = answer.status == 403 and (answer.headers.get("x-ratelimit-remaining") == "0")
    is_asked_to_wait = answer.status == 403 and "retry-after" in answer.headers
    if answer.status == 429 or is_spent or is_asked_to_wait:
        return ProviderUnavailableError(
            f"{what}: {who} wants fewer requests (status {answer.status})",
            hint="it is asked again when the limit is lifted",
            retry_after=waits,
        )
    if answer.status >= 500:
        return ProviderUnavailableError(
            f"{what}: {who} answered with status {answer.status}",
            hint="it is asked again in the next cycle",
            retry_after=waits,
        )
    return None


def wait_of(answer: Answer) -> timedelta | None:
    """Return how long to wait: `Retry-After` says the seconds, else the reset header the time in seconds."""
    wait = _number(answer.headers.get("retry-after"))
    if wait is None:
        reset = answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset")
        at = _number(reset)
        wait = None if at is None else max(at - time.time(), 0)
    return None if wait is None else min(timedelta(seconds=min(wait, 10**6)), LONGEST_WAIT)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
