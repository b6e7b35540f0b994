"""A server of our own: HTTP as the tests say, counted like any other."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

from tests.providers.state_stores.proxy import Answer, Proxy, Serve, proxy_of


@contextmanager
def served(serve: Serve) -> Iterator[Proxy]:
    """Answer every request with what `serve` returns."""
    with proxy_of("http://127.0.0.1:9") as proxy:
        proxy.answer = serve
        yield proxy


def json_answer(body: bytes, status: int = http.client.OK) -> Answer:
    """An answer of JSON."""
    return status, {"Content-Type": "application/json"}, body
