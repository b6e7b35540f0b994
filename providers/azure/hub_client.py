"""Receives events of one partition at a time, with Microsoft's client, which speaks AMQP.

The client calls back, for as long as it is let; we are asked for one event after the other. So it
runs in a thread of its own, which waits whenever what it brought is not taken yet: no more than a few
events are held. Waiting for it ends, too: a connection may be open and bring nothing.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from queue import Empty, Full, Queue
from typing import Any, TypeVar

from drift.errors import ProviderError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.azure.hub_refusals import hub_refusal, is_busy
from providers.azure.sign_in import ANSWER_WITHIN, CONNECT_WITHIN, AzureSignIn, sign_in
from providers.meter import Meter, given_meter

AHEAD = 20
"""Events that are received before they are asked for; each may have a megabyte."""

SILENCE = timedelta(seconds=2 * ANSWER_WITHIN)
"""After it nothing more is expected."""

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """What a partition holds."""

    partition: str
    first: int
    last: int
    """The number of its newest event, which may be gone already."""

    @property
    def is_empty(self) -> bool:
        """Nothing is left of it, or nothing ever came."""
        return self.first > self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class HubEvent:
    """An event, as it was sent."""

    number: int
    """Grows by one from event to event of a partition."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class HubClient:
    """One event hub, as one consumer group sees it."""

    hub: str
    namespace: str | None
    connection_string: Secret | None
    consumer_group: str
    endpoint: str | None
    sign_in: AzureSignIn
    silence: timedelta
    meter: Meter = field(default_factory=given_meter)
    """Counts connections: over AMQP there are no single requests."""

    def extents(self) -> Sequence[Extent]:
        """Return what each partition holds now, by their names.

        Raises:
            ProviderError: The event hub cannot be asked.
        """

        def ask(client: Any, tell: Callable[[Extent], None]) -> None:
            for partition in sorted(client.get_partition_ids()):
                tell(_extent(client.get_partition_properties(partition)))

        return list(self._told(ask))

    def events(self, partition: str, *, after: int | None, until: int) -> Generator[HubEvent]:
        """Yield the events of a partition that are newer than `after`, up to `until`.

        Raises:
            ProviderError: They cannot be received; what was yielded before stands.
        """

        def receive(client: Any, tell: Callable[[HubEvent], None]) -> None:
            def take(_: Any, batch: Sequence[Any]) -> None:
                for one in batch:
                    tell(_event(one))

            client.receive_batch(
                take,
                partition_id=partition,
                starting_position="-1" if after is None else after,
                on_error=lambda _, error: _stop(client, tell, error),
                max_batch_size=AHEAD,
                prefetch=AHEAD,
            )

        for event in self._told(receive):
            yield event
            if event.number >= until:
                return
        raise ProviderUnavailableError(
            f"the event hub {self.hub} ended before the event {until} of partition {partition}",
            hint="it is tried again in the next cycle",
        )

    def _told(self, talk: Callable[[Any, Callable[[_T], None]], None]) -> Generator[_T]:
        """Yield what `talk` tells, from a thread that goes no further than is asked for."""
        waiting, is_over = Queue[_T | Exception | None](1), threading.Event()

        def tell(one: _T | Exception | None) -> None:
            while not is_over.is_set():
                with suppress(Full):
                    waiting.put(one, timeout=0.1)
                    break

        def run() -> None:
            try:
                talk(client, tell)
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                tell(error)
            tell(None)

        client, is_throttled = self._client(), False
        thread = threading.Thread(target=run, name=f"event hub {self.hub}", daemon=True)
        thread.start()
        try:
            while (one := self._next(waiting)) is not None:
                if isinstance(one, ProviderError):
                    raise one
                if isinstance(one, Exception):
                    is_throttled = is_busy(one)
                    raise hub_refusal(one, self.hub, self.consumer_group) from one
                yield one
        finally:
            self.meter.count(is_throttled=is_throttled)
            is_over.set()
            client.close()
            thread.join(CONNECT_WITHIN)

    def _next(self, waiting: "Queue[_T | Exception | None]") -> _T | Exception | None:
        seconds = self.silence.total_seconds()
        try:
            return waiting.get(timeout=seconds)
        except Empty:
            raise ProviderUnavailableError(
                f"the event hub {self.hub} was silent for {seconds:g} s, and has not told everything",
                hint="it is tried again in the next cycle",
            ) from None

    def _client(self) -> Any:
        from azure.eventhub import EventHubConsumerClient, TransportType

        options: dict[str, Any] = {
            "consumer_group": self.consumer_group,
            "eventhub_name": self.hub,
            "retry_total": 0,
            "auth_timeout": ANSWER_WITHIN,
            "load_balancing_interval": 1,  # how long its second thread outlives it, in seconds
            "transport_type": TransportType.Amqp,
            "custom_endpoint_address": self.endpoint,
            "user_agent": "driftledger",
        }
        if self.sign_in.ca_file:
            options["connection_verify"] = self.sign_in.ca_file
        try:
            if self.connection_string:
                return EventHubConsumerClient.from_connection_string(
                    self.connection_string.reveal(), **options
                )
            return EventHubConsumerClient(self.namespace or "", credential=self._credential, **options)
        except ValueError as error:
            raise hub_refusal(error, self.hub, self.consumer_group) from error

    @cached_property
    def _credential(self) -> Any:
        """Return what fetches tokens, and keeps them from one client to the next."""
        return sign_in(self.sign_in).credential


def _stop(client: Any, tell: Callable[[Any], None], error: Exception) -> None:
    """Tell what went wrong, and receive no more: left alone, the client would try again for ever."""
    tell(error)
    client.close()


def _extent(properties: Any) -> Extent:
    first, last = properties["beginning_sequence_number"], properties["last_enqueued_sequence_number"]
    return Extent(partition=properties["id"], first=last + 1 if properties["is_empty"] else first, last=last)


def _event(event: Any) -> HubEvent:
    body = event.body
    pieces = [body] if isinstance(body, str | bytes) else list(body)
    each = [one.encode() if isinstance(one, str) else one for one in pieces if isinstance(one, str | bytes)]
    return HubEvent(number=event.sequence_number, body=b"".join(each))
