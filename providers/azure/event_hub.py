"""Reads what diagnostic settings send to an event hub.

Each event is a delivery, and holds many records. How far each partition was read stands in our cursor,
so no checkpoints are kept in Azure. A poll reads until the ends that the partitions had when it began.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.secret import Secret
from drift.ports import Delivery
from providers.at_hand import at_hand
from providers.azure.hub_client import SILENCE, Extent, HubClient, HubEvent
from providers.azure.sign_in import AzureSignIn

DELAY: Final = timedelta(minutes=20)
"""Of the Activity Log: 3 to 20 minutes, https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log."""

_NAME = re.compile(r"(?P<hub>.+)/(?P<partition>[^/]+)/(?P<number>\d{1,19})")


class AzureEventHubSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event hub, and as whom it is read."""

    hub: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,256}$")]
    namespace: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]+$")] | None = None
    """Its host: `example.servicebus.windows.net`."""
    connection_string: Secret | None = None
    """Of a policy that may listen: it names the namespace, and no identity is needed."""
    consumer_group: str = "$Default"
    endpoint: Annotated[str, msgspec.Meta(pattern="^sb://")] | None = None
    """Where the namespace is reached, if not under its name: a private endpoint or a gateway."""

    def __post_init__(self) -> None:
        """Refuse settings that name no namespace.

        Raises:
            ValueError: They name none, or are half of what signing in takes.
        """
        AzureSignIn.__post_init__(self)
        if self.namespace is None and self.connection_string is None:
            raise ValueError("namespace or connection_string is required")


class AzureEventHub:
    """An `AuditLog` that delivers each event by itself."""

    def __init__(self, settings: AzureEventHubSettings, *, silence: timedelta = SILENCE) -> None:
        self._hub = settings.hub
        self._client = HubClient(
            hub=settings.hub,
            namespace=settings.namespace,
            connection_string=settings.connection_string,
            consumer_group=settings.consumer_group,
            endpoint=settings.endpoint,
            sign_in=settings,
            silence=silence,
        )

    @property
    def delay(self) -> timedelta:
        """Return how long Microsoft says that a record may take until it is sent."""
        return DELAY

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver the events of each partition in their order; see `AuditLog`.

        Raises:
            ProviderResponseError: Events went before they were read; it comes after all that are there.
        """
        return at_hand(self._events(cursor))

    def _events(self, cursor: str | None) -> Iterator[Delivery]:
        positions, lost = dict(_positions(cursor)), list[str]()
        for extent in self._client.extents():
            known = positions.get(extent.partition)
            if known is not None and known > extent.last:  # another hub of the same name
                known = None
            if known is not None and extent.first > known + 1:
                lost.append(f"{known + 1} to {extent.first - 1} of partition {extent.partition}")
            if extent.is_empty or known == extent.last:
                continue
            for event in self._client.events(extent.partition, after=known, until=extent.last):
                positions[extent.partition] = event.number
                yield self._delivery(extent.partition, event, _written(positions))
        if lost:
            raise ProviderResponseError(
                f"the event hub {self._hub} lost the events {', '.join(lost)} before they were read",
                hint="let it keep them longer, and drift run all the time",
            )

    def again(self, name: str) -> Delivery | None:
        """Ask once more for one event; see `AuditLog`."""
        found = _NAME.fullmatch(name)
        if found is None or found["hub"] != self._hub:
            raise ProviderResponseError(f"{name} is none of this source", hint="check what it reads")
        number = int(found["number"])
        extents = {one.partition: one for one in self._client.extents()}
        extent = extents.get(found["partition"], Extent(partition="", first=0, last=-1))
        if extent.is_empty or not extent.first <= number <= extent.last:
            raise ProviderResponseError(f"{name} is gone", hint="let the event hub keep its events longer")
        with closing(self._client.events(extent.partition, after=number - 1, until=number)) as events:
            event = next(events)
        return self._delivery(extent.partition, event, _written({extent.partition: number}))

    def _delivery(self, partition: str, event: HubEvent, cursor: str) -> Delivery:
        return Delivery(
            name=f"{self._hub}/{partition}/{event.number}",
            version=sha256(event.body).hexdigest()[:16],
            cursor=cursor,
            open=partial(BytesIO, event.body),
        )


def _positions(cursor: str | None) -> Mapping[str, int]:
    """Return the last number that was read of each partition; a cursor that is none of ours has none."""
    try:
        said = json.loads(cursor or "{}")
    except ValueError:
        return {}
    each = said.items() if isinstance(said, dict) else ()
    return {partition: number for partition, number in each if type(number) is int}


def _written(positions: Mapping[str, int]) -> str:
    return json.dumps(positions, sort_keys=True, separators=(",", ":"))
