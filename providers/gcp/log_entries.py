"""Asks Cloud Logging for pages of entries.

By the client that is made from the API's own definition: the one above it adds a filter of its own, which
leaves out what is older than a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from providers.gcp.access import GcpAccess, GcpApi, open_api
from providers.gcp.log_entry_json import json_of
from providers.gcp.refusals import refusals

SCOPE: Final = "https://www.googleapis.com/auth/logging.read"

TIMEOUT: Final = timedelta(seconds=60)
"""For one page. Searching a long time without finding anything ends in an empty page, not in this."""

PERMISSION: Final = "logging.logEntries.list"
PRIVATE_PERMISSION: Final = "logging.privateLogEntries.list"
DOCS: Final = "docs/sources-gcp.md"

ENTRY_ID_LENGTH: Final = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One log entry; times are in nanoseconds since 1970."""

    id: str
    """A hash of what makes entries the same: time, `insertId` and name of the log."""
    at: int
    received_at: int
    body: bytes
    """Its JSON form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some entries in the order of their times. It may be empty, with more to come."""

    entries: tuple[Entry, ...]
    next_token: str
    """Asks for the next page, for a day at most; empty after the last one."""


class LogEntries:
    """The entries of some organisations, folders, projects or log views."""

    def __init__(self, resources: Sequence[str], access: GcpAccess, *, is_private: bool) -> None:
        self._resources = list(resources)
        self._access = access
        self._permission = PRIVATE_PERMISSION if is_private else PERMISSION

    @cached_property
    def _api(self) -> GcpApi:
        from google.cloud.logging_v2.services.logging_service_v2 import LoggingServiceV2Client

        return open_api(LoggingServiceV2Client, self._access, SCOPE)

    def page(self, filter_: str, *, size: int, token: str = "", newest_first: bool = False) -> Page | None:
        """Return the next page of what fits, or `None` if the token of a page is no longer taken.

        Raises:
            ProviderUnavailableError: Logging cannot be reached, is busy, or wants fewer requests.
            ProviderAccessError: The credentials lack a permission; the message names it.
            ProviderResponseError: The request is refused.
        """
        from google.api_core.exceptions import InvalidArgument

        request = {
            "resource_names": self._resources,
            "filter": filter_,
            "order_by": "timestamp desc" if newest_first else "timestamp asc",
            "page_size": size,
            "page_token": token,
        }
        where = self._resources[0] + (" and others" if len(self._resources) > 1 else "")
        with refusals("listing log entries", permission=self._permission, on=where, docs=DOCS):
            try:
                timeout = TIMEOUT.total_seconds()
                pages = self._api.ready().list_log_entries(request, retry=None, timeout=timeout).pages
                answer = next(iter(pages))
            except InvalidArgument:
                if token:
                    return None
                raise
        return _page(answer)


def _page(answer: Any) -> Page:
    plain = type(answer).pb(answer)
    return Page(entries=tuple(map(_entry, plain.entries)), next_token=plain.next_page_token)


def _entry(entry: Any) -> Entry:
    at = entry.timestamp.ToNanoseconds()
    same = f"{at}\0{entry.insert_id}\0{entry.log_name}"
    return Entry(
        id=sha256(same.encode()).hexdigest()[:ENTRY_ID_LENGTH],
        at=at,
        received_at=entry.receive_timestamp.ToNanoseconds(),
        body=json_of(entry),
    )
