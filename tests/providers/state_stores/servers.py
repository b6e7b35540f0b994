"""The servers that simulate clouds, each started when the first test asks for it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

import pytest

AZURITE = Path(__file__).parents[2] / "azurite" / "node_modules" / ".bin" / "azurite-blob"

START_WITHIN = 60
"""Seconds."""


class Servers:
    """The URLs of the servers. They share this process, and end with it, but for Azurite."""

    def __init__(self, running: ExitStack) -> None:
        self._running = running

    @cached_property
    def moto(self) -> str:
        """AWS."""
        from moto.server import ThreadedMotoServer

        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        self._running.callback(server.stop)
        host, port = server.get_host_and_port()
        return f"http://{host}:{port}"

    @cached_property
    def gcs(self) -> str:
        """Google Cloud Storage."""
        from gcp_storage_emulator.server import create_server

        server = create_server("127.0.0.1", 0, in_memory=True)
        server.start()
        self._running.callback(server.stop)
        return f"http://127.0.0.1:{server._api._httpd.server_port}"

    @cached_property
    def azurite(self) -> str:
        """Azure's blob storage; skips where it is not installed."""
        if not AZURITE.exists() or shutil.which("node") is None:
            pytest.skip("Azurite is not installed: `make azurite` does it, where there is npm")
        return self._running.enter_context(azurite())


@contextmanager
def servers() -> Iterator[Servers]:
    """Stop at the end what was started."""
    with ExitStack() as running:
        yield Servers(running)


@contextmanager
def azurite(*more: str) -> Iterator[str]:
    """Run Azurite by itself, with these options besides; with a certificate it speaks https."""
    port = _free_port()
    options = ["--inMemoryPersistence", "--silent", "--skipApiVersionCheck", "--disableTelemetry", *more]
    process = subprocess.Popen(
        [AZURITE, "--blobHost", "127.0.0.1", "--blobPort", str(port), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_listens(process, port)
        yield f"{'https' if '--cert' in more else 'http'}://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("Azurite does not listen")
