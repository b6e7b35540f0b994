"""An event hub: AMQP 1.0 over TLS; tokens are put to `$cbs`, properties asked of `$management`."""

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
from proton import Condition, Event, Link, Message, Terminus, symbol, timestamp
from proton.handlers import MessagingHandler
from proton.reactor import ApplicationEvent, Container, EventInjector

from tests.providers.azure.sources.padded import padding

HUB = "activity"
NAMESPACE = "example.servicebus.windows.net"

_SELECTOR = re.compile(r"amqp\.annotation\.x-opt-(sequence-number|offset) > '(-?\d+)'")


@dataclass(kw_only=True, slots=True)
class Partition:
    """What was sent to it; the first ones may be gone."""

    events: list[bytes] = field(default_factory=list)
    first: int = 0

    @property
    def last(self) -> int:
        """The number of the newest event, whether it is still there or not."""
        return len(self.events) - 1


@dataclass(kw_only=True, slots=True)
class Hub:
    """Its partitions, and what it was asked."""

    url: str = ""
    ca_file: str = ""
    partitions: dict[str, Partition] = field(default_factory=lambda: {"0": Partition(), "1": Partition()})
    tokens: list[tuple[str, str]] = field(default_factory=list)
    """Each token that was put, with what it is for."""
    selectors: list[str] = field(default_factory=list)
    is_denied: bool = False
    refuses_links_with: str | None = None
    """The condition with which each receiver is detached."""
    cut_after: int | None = None
    """The connection breaks once so many events were sent."""
    is_silent: bool = False
    """Receivers are let in, and get nothing."""
    sent: int = 0

    def send(self, body: bytes, partition: str = "0") -> None:
        """Send an event to the hub."""
        self.partitions[partition].events.append(body)


class _Broker(MessagingHandler):  # type: ignore[misc] # proton has no types
    def __init__(self, hub: Hub, port: int) -> None:
        super().__init__(prefetch=100, auto_accept=True)
        self.hub, self.port = hub, port
        self.answers: dict[tuple[Any, str], Link] = {}
        self.next: dict[Link, int] = {}
        self.acceptor: Any = None
        self.container: Any = None

    def on_start(self, event: Event) -> None:
        self.container = event.container
        self.acceptor = event.container.listen(f"amqp://127.0.0.1:{self.port}")

    def on_end(self, event: Event) -> None:
        """Leave nothing open; called from outside, see `event_hub`."""
        self.acceptor.close()
        self.container.stop()

    def on_link_opening(self, event: Event) -> None:
        link = event.link
        address = (link.remote_source if link.is_sender else link.remote_target).address
        link.source.copy(link.remote_source)
        link.target.copy(link.remote_target)
        if not link.is_sender:
            return
        if address.startswith("$"):
            self.answers[link.connection, address] = link
            return
        partition = address.rpartition("/")[2]
        self.next[link] = _first_wanted(self.hub, self.hub.partitions[partition], link.remote_source)

    def on_link_opened(self, event: Event) -> None:
        link = event.link
        if link in self.next and self.hub.refuses_links_with:
            del self.next[link]
            link.condition = Condition(self.hub.refuses_links_with, "The messaging entity says no.")
            link.close()
        elif link.is_sender:
            self._send(link)

    def on_sendable(self, event: Event) -> None:
        self._send(event.link)

    def _send(self, link: Link) -> None:
        if link not in self.next or self.hub.is_silent:
            return
        name = link.source.address.rpartition("/")[2]
        partition = self.hub.partitions[name]
        while link.credit and self.next[link] <= partition.last:
            if self.hub.cut_after is not None and self.hub.sent >= self.hub.cut_after:
                link.connection.transport.close_tail()
                link.connection.transport.close_head()
                return
            number = self.next[link]
            annotations = {
                symbol("x-opt-sequence-number"): number,
                symbol("x-opt-offset"): str(number * 100),
                symbol("x-opt-enqueued-time"): timestamp(1_763_633_472_000 + number),
            }
            link.send(Message(body=partition.events[number], annotations=annotations, inferred=True))
            self.hub.sent += 1
            self.next[link] = number + 1

    def on_message(self, event: Event) -> None:
        asked, address = event.message, event.link.target.address
        said = asked.properties or {}
        if address == "$cbs":
            self.hub.tokens.append((str(asked.body), str(said.get("name"))))
            status = (
                (401, "unauthorized-access: Listen is missing") if self.hub.is_denied else (202, "Accepted")
            )
            body: Any = None
        else:
            body, status = _told(self.hub, said), (200, "OK")
        self.answers[event.connection, address].send(
            Message(
                body=body,
                correlation_id=asked.id,
                properties={"status-code": status[0], "status-description": status[1]},
            )
        )


def _first_wanted(hub: Hub, partition: Partition, source: Terminus) -> int:
    given = _filters(source)
    selector = given.get("apache.org:selector-filter:string", "")
    hub.selectors.append(selector)
    found = _SELECTOR.fullmatch(selector)
    assert found is not None, selector
    after = int(found[2]) if found[1] == "sequence-number" or found[2] == "-1" else int(found[2]) // 100
    return max(after + 1, partition.first)


def _filters(source: Terminus) -> dict[str, str]:
    source.filter.rewind()
    source.filter.next()
    said = source.filter.get_object() or {}
    return {str(key): _plain(value.value) for key, value in said.items()}


def _plain(value: Any) -> str:
    return (
        value.decode()
        if isinstance(value, bytes)
        else bytes(value).decode()
        if isinstance(value, memoryview)
        else str(value)
    )


def _told(hub: Hub, said: dict[str, Any]) -> dict[str, Any]:
    if said["type"] in ("com.microsoft:eventhub", b"com.microsoft:eventhub"):
        created = timestamp(1_763_633_472_000)
        return {"name": HUB, "type": "x", "created_at": created, "partition_ids": list(hub.partitions)}
    name = said["partition"]
    partition = hub.partitions[name]
    return {
        "name": HUB,
        "type": "x",
        "partition": name,
        "begin_sequence_number": partition.first,
        "last_enqueued_sequence_number": partition.last,
        "last_enqueued_offset": str(partition.last * 100),
        "last_enqueued_time_utc": timestamp(1_763_633_472_000),
        "is_partition_empty": partition.first > partition.last,
    }


@contextmanager
def event_hub(folder: Path) -> Iterator[Hub]:
    """Run it on a port of its own, with a certificate that nobody else trusts."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "hub-ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hub = Hub(ca_file=str(folder / "hub-ca.pem"))
    container, outside_events = Container(_Broker(hub, port)), EventInjector()
    container.selectable(outside_events)
    thread = threading.Thread(target=container.run)
    thread.start()
    try:
        with padding(port, context) as outside:
            hub.url = f"sb://127.0.0.1:{outside}"
            yield hub
    finally:
        outside_events.trigger(ApplicationEvent("end", subject=container))
        thread.join()
        outside_events.close()
