"""Reads audit logs through Cloud Logging's API, page by page.

The way for the first day, for projects without a sink, and for what a sink missed: whatever Logging keeps
can be asked for again. Its quota is small; a subscription of a sink (`gcp-pubsub`) is the way for every day.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.ports import Delivery
from providers.gcp.access import GcpAccess
from providers.gcp.log_entries import Entry, LogEntries, Page
from providers.gcp.log_window import SECOND, Window, window_at
from providers.gcp.place import Log

PAGE: Final = 1000
"""The most that the API gives."""

REMEMBERED: Final = 100_000
"""Of so many entries it is known that they are kept already, about 20 MB."""

_RESOURCE = (
    r"^(projects|folders|organizations|billingAccounts)/[\w.:-]+"
    r"(/locations/[\w-]+/buckets/[\w.-]+/views/[\w.-]+)?$"
)

Resource = Annotated[str, msgspec.Meta(pattern=_RESOURCE)]


class GcpLoggingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose audit logs are read, and which."""

    resources: Annotated[tuple[Resource, ...], msgspec.Meta(min_length=1, max_length=100)]
    """`projects/ID`, `folders/NUMBER`, `organizations/NUMBER`, none with what is below it, or log views."""
    logs: Annotated[tuple[Log, ...], msgspec.Meta(min_length=1)] = (
        Log.ACTIVITY,
        Log.SYSTEM_EVENT,
        Log.POLICY,
    )
    overlap_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 10
    """How far each poll goes back behind the newest entry that was received."""
    history_days: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How far the first poll goes back; without it, to the oldest entry that is kept."""
    credentials_file: str | None = None
    endpoint: str | None = None


class GcpLogging:
    """An `AuditLog` that delivers the new entries of each page; its cursor is a time of receipt."""

    def __init__(self, settings: GcpLoggingSettings, *, page: int = PAGE) -> None:
        self._settings = settings
        self._page = page
        self._overlap = timedelta(minutes=settings.overlap_minutes)
        access = GcpAccess(credentials_file=settings.credentials_file, endpoint=settings.endpoint)
        is_private = Log.DATA_ACCESS in settings.logs
        self._entries = LogEntries(settings.resources, access, is_private=is_private)
        self._kept: dict[str, int] = {}

    @property
    def delay(self) -> timedelta:
        """Return how late entries are looked for. Google promises no time, and is mostly done in seconds."""
        return self._overlap

    def again(self, name: str) -> None:
        """Entries come with their listing: there is none that could not be opened."""

    def probe(self) -> Sequence[str]:
        """Try what reading takes, and tell the newest entry; see `Probing`."""
        newest = self._entries.page(self._filter(Window()), size=1, newest_first=True)
        if newest is None or not newest.entries:
            return ("it may be read; no entry was found",)
        at = datetime.fromtimestamp(newest.entries[0].received_at // SECOND, UTC)
        return (f"it may be read; the newest entry was received at {at:%Y-%m-%d %H:%M:%S} UTC",)

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what was received since the cursor, or hardly before, sorted by the entries' own time."""
        window = window_at(cursor)
        if window.reached is not None:
            yield from self._read(window)
            window = window.next
        yield from self._read(window)

    def _read(self, window: Window) -> Iterator[Delivery]:
        self._forget(window.received_from(self._overlap))
        filter_, token, asked_from = self._filter(window), "", window.reached
        while True:
            page = self._entries.page(filter_, size=self._page, token=token)
            if page is None:  # tokens last a day: the rest is asked for anew
                if window.reached == asked_from:
                    raise _no_way_on()
                filter_, token, asked_from = self._filter(window), "", window.reached
                continue
            if page.entries:
                window = self._marked(window, page, filter_).up_to(page.entries[-1].at)
                yield from self._delivery(page.entries, window.cursor if page.next_token else window.end)
            if not page.next_token:
                return
            token = page.next_token

    def _filter(self, window: Window) -> str:
        days = self._settings.history_days
        begins_at = None if days is None else datetime.now(UTC) - timedelta(days=days)
        return window.filter_of(self._settings.logs, overlap=self._overlap, begins_at=begins_at)

    def _marked(self, window: Window, page: Page, filter_: str) -> Window:
        """Return the window with its mark: a time of receipt that was seen before the rest is read.

        By Google's clock, since ours may be wrong. What is received while a long window is read may belong
        before what was read of it already; it is received after the mark, so the next window has it.
        """
        if window.mark is not None:
            return window
        seen = page.entries
        if page.next_token:
            newest = self._entries.page(filter_, size=1, newest_first=True)
            seen = (*seen, *newest.entries) if newest else seen
        return window.marked(max(one.received_at for one in seen))

    def _delivery(self, entries: Iterable[Entry], cursor: str) -> Iterator[Delivery]:
        new = tuple(one for one in entries if one.id not in self._kept)
        if not new:
            return
        body = b"\n".join(one.body for one in new)
        at = datetime.fromtimestamp(new[0].at // SECOND, UTC)
        yield Delivery(
            name=f"entries/{at:%Y-%m-%dT%H:%M:%SZ}/{new[0].id}",
            version=sha256(body).hexdigest()[:16],
            cursor=cursor,
            open=partial(BytesIO, body),
            settle=partial(self._keep, {one.id: one.received_at for one in new}),
        )

    def _keep(self, entries: dict[str, int]) -> None:
        """Remember what need not be delivered again. What is forgotten, the core recognises by itself."""
        if len(self._kept) > REMEMBERED:
            self._kept.clear()
        self._kept |= entries

    def _forget(self, received_before: int | None) -> None:
        if received_before is not None:
            self._kept = {id_: at for id_, at in self._kept.items() if at >= received_before}


def _no_way_on() -> ProviderResponseError:
    return ProviderResponseError(
        "Cloud Logging refuses to go on after a page: more entries bear one time than it lets be read",
        hint="it is tried again in the next cycle; if it happens again, report it",
    )
