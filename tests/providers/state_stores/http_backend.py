"""A server of Terraform's backend `http`: GET reads a state. LOCK takes its lock, and is never sent."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from providers.terraform.backends.http import HttpStates, HttpStatesSettings
from tests.providers.state_stores.loopback import served
from tests.providers.state_stores.proxy import Answer, Headers
from tests.providers.state_stores.shelf import Shelf


@contextmanager
def http_backend(*, has_etags: bool = True) -> Iterator[Shelf]:
    """One state at one address."""
    states: dict[str, bytes] = {}

    def serve(method: str, path: str, headers: Headers) -> Answer:
        body = states.get(path)
        if method != "GET":
            return 405, {}, b""
        if body is None:
            return 404, {}, b""
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        if has_etags and headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"ETag": tag} if has_etags else {}, body

    with served(serve) as proxy:
        yield Shelf(
            store=HttpStates(HttpStatesSettings()),
            location=f"{proxy.url}/states/network",
            uri=lambda name: f"{proxy.url}/states/{name}",
            put=lambda name, body: states.update({f"/states/{name}": body}),
            remove=lambda name: states.pop(f"/states/{name}") and None,
            hold=None,
            release=None,
            deny=lambda: proxy.refuse(403, b""),
            permission="refuses to GET",
            break_down=lambda: proxy.refuse(503, b"", Retry_After="17"),
            proxy=proxy,
            lists=False,
        )
