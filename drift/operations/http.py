"""Listens over HTTP, and answers whether the daemon lives, whether it is ready, and how it stands."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from drift.config import Listen
from drift.errors import ConfigError

_MOST_AT_ONCE = 32
"""Requests that are answered at once: others are refused, and nothing piles up."""

_SECONDS_TO_END = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What is answered. Each is asked anew for each request, from any thread."""

    is_alive: Callable[[], bool]
    """The schedule runs."""
    awaited: Callable[[], tuple[str, ...]]
    """What must happen before the daemon is of use; empty once it is ready."""
    metrics: Callable[[], bytes]


def probes(answers: Answers) -> Starlette:
    """Return what answers whoever watches the daemon. It takes no orders."""

    def healthz(_request: Request) -> Response:
        is_alive = answers.is_alive()
        return JSONResponse({"alive": is_alive}, status_code=200 if is_alive else 503)

    def readyz(_request: Request) -> Response:
        awaited = answers.awaited()
        return JSONResponse({"ready": not awaited, "awaited": awaited}, status_code=503 if awaited else 200)

    def metrics(_request: Request) -> Response:
        return Response(answers.metrics(), media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    return Starlette(routes=routes)


@contextmanager
def serving(listen: Listen, made: Callable[[int], Starlette], at_once: int = _MOST_AT_ONCE) -> Iterator[int]:
    """Answer within the block with what is made for a port, and yield that port.

    No more connections than `at_once` are taken; what comes beyond is told to come again.

    Raises:
        ConfigError: Nobody can listen there.
    """
    with _bound(listen) as bound:
        port = bound.getsockname()[1]
        config = uvicorn.Config(
            made(port),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=at_once,
            timeout_graceful_shutdown=_SECONDS_TO_END,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([bound],), name="http", daemon=True)
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(_SECONDS_TO_END)


def _bound(listen: Listen) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen()
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise ConfigError(
            f"nobody can listen at {listen.host}:{listen.port}: {error.strerror}",
            hint="name an address of this machine and a port that is free",
        ) from error
    return bound
