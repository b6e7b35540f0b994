"""Reads LaunchDarkly's audit log through its API.

The API tells the newest entries first, 20 a page, and takes times to read between. So that a run
that is stopped leaves nothing out, entries are delivered oldest first: a span is read whole before
any of it is delivered, and a span that is too much to hold is read in parts, its beginning first.
Each poll goes back a little further than the last one came, since an entry may become visible after
one that is newer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.secret import Secret
from drift.ports import Delivery
from providers.launchdarkly.api import Api, Item

TIMEOUT: Final = timedelta(seconds=30)
"""For connecting, and for each wait on the socket."""

PAGE: Final = 20
"""The most that the API gives."""

HELD: Final = 1000
"""How many entries are held at a time, about 3 MB."""

OVERLAP: Final = 600_000
"""Ten minutes; all times here are in milliseconds."""

FIRST: Final = 1_388_534_400_000
"""The beginning of 2014: LaunchDarkly is not older."""

SURE: Final = 86_400_000
"""The oldest entry is found to within a day."""


class LaunchDarklyAuditLogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account, and what of it is read."""

    token: Secret
    """An access token with the role Reader."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://app.launchdarkly.com"
    """Where the API answers: another one for the EU and for governments."""
    spec: str | None = None
    """A resource specifier, `proj/web:env/production:flag/*`; without it everything is read."""


class LaunchDarklyAuditLog:
    """An `AuditLog` that delivers each entry by itself; its cursor is the time of the entry."""

    def __init__(self, settings: LaunchDarklyAuditLogSettings, *, timeout: timedelta = TIMEOUT) -> None:
        self._api = Api(settings.base_url, settings.token, timeout)
        self._spec = settings.spec

    @property
    def delay(self) -> timedelta:
        """Return how much later than a newer entry one may become visible."""
        return timedelta(milliseconds=OVERLAP)

    def again(self, name: str) -> None:
        """Entries come with their listing: there is none that could not be opened."""

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what is newer than the cursor, or hardly older, the oldest first."""
        after, until, newest = _begin(cursor), None, 0
        while True:
            found = self._between(after, until)
            if not found.is_whole:
                newest = newest or found.newest
                after = self._before_all(found.oldest) if after is None else after
                until = after + _part_of(found, after, until)
                continue
            yield from found.deliveries(after)
            if until is None or after is None:
                return
            # A span may be twice as long as the one that could be held, and the last one is open.
            after, until = until - 1, until + 2 * (until - after)
            until = until if until <= newest else None

    def _between(self, after: int | None, until: int | None) -> "_Span":
        """Read a span page by page, backwards, for as long as it can be held."""
        items: dict[str, Item] = {}
        before = until
        while len(items) < HELD:
            page = self._api.page(after=after, before=before, limit=PAGE, spec=self._spec)
            known = len(items)
            items |= {_name(item): item for item in page}
            if len(page) < PAGE:
                return _Span(items=tuple(items.values()), is_whole=True)
            dates = [item.date for item in page if item.date is not None]
            if len(items) == known or not dates:
                raise ProviderResponseError(
                    "LaunchDarkly's audit log cannot be read page by page: too many entries bear one time",
                    hint="leave them out with `spec` of this source, and report it",
                )
            # The oldest entry of a page may share its time with the first of the next one.
            before = min(dates) + 1
        return _Span(items=tuple(items.values()), is_whole=False)

    def _before_all(self, known: int) -> int:
        """Return a time before the oldest entry, by halving the time in which it must be."""
        low, high = FIRST, known
        while high - low > SURE:
            middle = (low + high) // 2
            dates = [
                item.date for item in self._api.page(before=middle, limit=1, spec=self._spec) if item.date
            ]
            low, high = (low, min(middle, *dates)) if dates else (middle, high)
        return low - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """The newest entries of a span, the newest first; all of them where it is whole."""

    items: tuple[Item, ...]
    is_whole: bool

    @property
    def newest(self) -> int:
        return max(item.date for item in self.items if item.date is not None)

    @property
    def oldest(self) -> int:
        return min(item.date for item in self.items if item.date is not None)

    def deliveries(self, after: int | None) -> Iterator[Delivery]:
        """Yield the entries, the oldest first. One without a time resumes where the one before it does."""
        date = after or 0
        for item in reversed(self.items):
            date = max(date, item.date or 0)
            version = sha256(item.body).hexdigest()[:16]
            yield Delivery(
                name=_name(item), version=version, cursor=str(date), open=partial(BytesIO, item.body)
            )


def _begin(cursor: str | None) -> int | None:
    """Return the time to read from; a cursor that is none of ours means everything."""
    if cursor is None or not (cursor.isascii() and cursor.isdigit()):
        return None
    return max(0, int(cursor) - OVERLAP)


def _part_of(found: _Span, after: int, until: int | None) -> int:
    """Return how long a span can probably be held: half of what the newest entries of it filled."""
    likely = (found.newest - found.oldest) // 2
    return max(2, likely if until is None else min(likely, (until - after) // 2))


def _name(item: Item) -> str:
    id_ = item.id if item.id and len(item.id) <= 64 and item.id.isalnum() else None
    return f"auditlog/{id_ or sha256(item.body).hexdigest()}"
