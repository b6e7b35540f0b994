"""An event hub: AMQP 1.0 over TLS; tokens are put to `$cbs`, properties asked of `$management`."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.providers.azure.sources.hub_connection import HubConnection

HUB = "activity"
NAMESPACE = "example.servicebus.windows.net"


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

    name: str = HUB
    url: str = ""
    ca_file: str = ""
    partitions: dict[str, Partition] = field(default_factory=lambda: {"0": Partition()})
    tokens: list[tuple[str, str]] = field(default_factory=list)
    """Each token that was put, with what it is for."""
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


@contextmanager
def event_hub(folder: Path) -> Iterator[Hub]:
    """Run it on a port of its own, with a certificate that nobody else trusts."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(folder / "hub-ca.pem")
    hub = Hub(ca_file=str(folder / "hub-ca.pem"))
    is_over = threading.Event()
    threads: list[threading.Thread] = []

    def accept(listening: socket.socket) -> None:
        while not is_over.is_set():
            with suppress(TimeoutError):
                accepted, _ = listening.accept()
                threads.append(threading.Thread(target=talk, args=(accepted,)))
                threads[-1].start()

    def talk(accepted: socket.socket) -> None:
        accepted.settimeout(5)
        with suppress(OSError), accepted, context.wrap_socket(accepted, server_side=True) as client:
            HubConnection(hub, client).serve(is_over)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        hub.url = f"sb://127.0.0.1:{listening.getsockname()[1]}"
        threads.append(threading.Thread(target=accept, args=(listening,)))
        threads[-1].start()
        try:
            yield hub
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
