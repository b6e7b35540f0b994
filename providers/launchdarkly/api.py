"""Asks LaunchDarkly's API for pages of the audit log, and says what went wrong.

By the standard library: no SDK is worth a dependency for one call. Redirects are refused, since
the access token would go wherever they lead.
"""

import http.client
import math
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import timedelta
from email.message import Message
from typing import IO
from urllib.parse import urlencode

import msgspec

from drift.errors import (
    ProviderAccessError,
    ProviderError,
    ProviderResponseError,
    ProviderUnavailableError,
)
from drift.model.secret import Secret
from providers.answer_times import note_answer
from providers.launchdarkly.entry import moment, text_in
from providers.meter import TOO_MANY, given_meter

PATH = "/api/v2/auditlog"

VERSION = "20240415"
"""Of the API: without it the token's own default holds, which differs from token to token."""

MAX_BYTES = 64 * 1024 * 1024

LONGEST_WAIT = timedelta(hours=1)
"""What a service asks for beyond this is taken for a mistake."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a page, as delivered."""

    body: bytes
    id: str | None
    date: int | None
    """Milliseconds since 1970."""


class _Page(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw]


class Api:
    """LaunchDarkly's API, as far as this needs it."""

    def __init__(self, base_url: str, token: Secret, timeout: timedelta) -> None:
        self._url = base_url.rstrip("/") + PATH
        self._token = token
        self._timeout = timeout.total_seconds()
        self._meter = given_meter()
        self._opener = urllib.request.build_opener(_NoRedirects)

    def page(self, **parameters: str | int | None) -> Sequence[Item]:
        """Return the newest entries that fit, the newest first.

        Raises:
            ProviderUnavailableError: LaunchDarkly cannot be reached, is busy, or wants fewer requests.
            ProviderAccessError: The token is refused.
            ProviderResponseError: The answer is no page of the audit log.
        """
        given = {name: value for name, value in parameters.items() if value is not None}
        request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            f"{self._url}?{urlencode(given)}",
            headers={
                "Authorization": self._checked_token(),
                "LD-API-Version": VERSION,
                "Accept": "application/json",
                "User-Agent": "driftledger",
            },
        )
        is_throttled = False
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                note_answer(self._url, answer.headers)
                body = answer.read(MAX_BYTES + 1)
                # `read` is silent about bytes that were announced and never came.
                if answer.length and len(body) <= MAX_BYTES:
                    raise http.client.IncompleteRead(body)
        except urllib.error.HTTPError as error:
            is_throttled = error.code == TOO_MANY
            with error:
                raise _refusal(error.code, error.headers) from error
        except urllib.error.URLError as error:
            raise _out_of_reach(str(error.reason)) from error
        except (OSError, http.client.HTTPException) as error:
            raise _out_of_reach(str(error) or type(error).__name__) from error
        finally:
            self._meter.count(is_throttled=is_throttled)
        return _items(body)

    def _checked_token(self) -> str:
        token = self._token.reveal()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # As a header it would fail with an error that quotes it.
            raise ProviderAccessError(
                "the LaunchDarkly token is empty or holds characters that no token has",
                hint="check the file or variable that it comes from for quotes, spaces and line ends",
            )
        return token


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Follow none: what is not followed comes back as an error."""


def _items(body: bytes) -> Sequence[Item]:
    if len(body) > MAX_BYTES:
        raise _misunderstood("a page of more than 64 MB")
    try:
        return [_item(bytes(raw)) for raw in msgspec.json.decode(body, type=_Page).items]
    except (ValueError, RecursionError) as error:
        raise _misunderstood("something else than a page of the audit log") from error


def _item(body: bytes) -> Item:
    """Read what paging needs; whatever else stands in an entry is the translator's."""
    try:
        fields = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return Item(body=body, id=None, date=None)
    return Item(body=body, id=text_in(fields, "_id"), date=moment(fields.get("date")))


def _refusal(status: int, headers: Message) -> ProviderError:
    said = f"LaunchDarkly answered with status {status}"
    if status == 401:
        return ProviderAccessError(
            f"{said}: it does not know the access token", hint="make a new one with the role Reader"
        )
    if status == 403:
        return ProviderAccessError(
            f"{said}: the access token may not read the audit log",
            hint="give it the role Reader, or a custom role that may view what is to be watched",
        )
    if status == 429 or status >= 500:
        return ProviderUnavailableError(
            said, hint="it is asked again at the next poll", retry_after=_wait(headers)
        )
    return ProviderResponseError(said, hint="check `base_url` and `spec` of this source")


def _wait(headers: Message) -> timedelta | None:
    """Return how long to wait: `Retry-After` says the seconds, else `X-Ratelimit-Reset` the time in ms."""
    wait = _number(headers.get("Retry-After"))
    if wait is None and (reset := _number(headers.get("X-Ratelimit-Reset"))) is not None:
        wait = reset / 1000 - time.time()
    if wait is None or wait < 0:
        return None
    return min(timedelta(seconds=min(wait, 10**6)), LONGEST_WAIT)


def _number(text: str | None) -> float | None:
    try:
        found = float(text) if text else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _out_of_reach(why: str) -> ProviderError:
    return ProviderUnavailableError(
        f"LaunchDarkly cannot be reached: {why}", hint="check the network and `base_url` of this source"
    )


def _misunderstood(what: str) -> ProviderError:
    return ProviderResponseError(f"LaunchDarkly answered with {what}", hint="check `base_url` of this source")
