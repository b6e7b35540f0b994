"""Whoever vouches for people is asked over TLS, for little, and nobody but them."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme

from drift.errors import ProviderError
from drift.web.vouching.fetch import MOST_BYTES, fetch


class Answering(BaseHTTPRequestHandler):
    """Answers each path in its own way."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/elsewhere":
            self.send_response(302)
            self.send_header("location", "https://evil.example/keys")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path == "/packed":
            self.send_header("content-encoding", "gzip")
        body = b"x" * (MOST_BYTES + 1) if self.path == "/long" else b"keys"
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def a_server(authority: trustme.CA | None = None) -> Iterator[str]:
    """Run a server within the block, over TLS with a certificate of an authority, if there is one."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    if authority:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{'https' if authority else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_certificate_of_ones_own_authority_is_trusted_where_that_is_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))

    with a_server(authority) as url:
        assert fetch(f"{url}/keys", "keys", str(file)) == b"keys"
        with pytest.raises(ProviderError, match="there is no answer"):
            fetch(f"{url}/keys", "keys", None)


def test_a_certificate_of_another_authority_is_not(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))

    with a_server(trustme.CA()) as url, pytest.raises(ProviderError, match="there is no answer"):
        fetch(f"{url}/keys", "keys", str(file))


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"the certificates in .*ca\.pem cannot be read"):
        fetch("https://127.0.0.1:9/keys", "keys", str(tmp_path / "ca.pem"))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/elsewhere", "the answer is 302"),
        ("/missing", "the answer is 404"),
        ("/long", "too long or damaged"),
        ("/packed", "too long or damaged"),
    ],
)
def test_only_what_was_asked_for_is_taken(path: str, why: str) -> None:
    with a_server() as url, pytest.raises(ProviderError, match=why):
        fetch(f"{url}{path}", "keys", None)


@pytest.mark.parametrize(
    "address",
    ["http://login.example.com/keys", "ftp://127.0.0.1/keys", "file:///etc/passwd", "https://", "//["],
)
def test_what_others_can_listen_in_on_is_not_asked(address: str) -> None:
    with pytest.raises(ProviderError, match="does not begin with https://"):
        fetch(address, "keys", None)
