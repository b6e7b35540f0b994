"""Hears what people answer over Socket Mode: a WebSocket that we open, so that no port is open to anybody.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from drift.errors import ProviderUnavailableError
from providers.slack.answers import only_provider_errors
from providers.slack.interactions import Interactions

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.socket_mode import SocketModeClient
    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

LOOKED_AFTER: Final = 1.0
"""Seconds between two looks at whether it is over, and whether the connection stands."""

LOST_FOR: Final = 60
"""Seconds without a connection, which the SDK renews by itself, until it is given up."""


def hear_socket(
    app_token: str, client: "WebClient", interactions: Interactions, is_over: Callable[[], bool]
) -> None:
    """Take in what people answer until it is over.

    Raises:
        ProviderUnavailableError: Slack cannot be reached, or the connection is lost for good.
        ProviderAccessError: The app token is refused.
    """
    from slack_sdk.socket_mode import SocketModeClient

    socket = SocketModeClient(app_token=app_token, web_client=client, logger=_SILENT)
    socket.socket_mode_request_listeners.append(_listener(interactions))
    try:
        with only_provider_errors():
            socket.connect()
        _look_after(socket, is_over)
    finally:
        socket.close()


def _look_after(socket: "SocketModeClient", is_over: Callable[[], bool]) -> None:
    waiting, lost = threading.Event(), 0.0
    while not is_over():
        lost = 0.0 if socket.is_connected() else lost + LOOKED_AFTER
        if lost > LOST_FOR:
            raise ProviderUnavailableError(
                "the connection over which Slack tells of answers was lost", hint="it is made anew by itself"
            )
        waiting.wait(LOOKED_AFTER)


def _listener(
    interactions: Interactions,
) -> "Callable[[BaseSocketModeClient, SocketModeRequest], None]":
    hears = {"interactive": interactions.hear, "slash_commands": interactions.hear_command}

    def listen(socket: "BaseSocketModeClient", request: "SocketModeRequest") -> None:
        from slack_sdk.socket_mode.response import SocketModeResponse

        hear = hears.get(request.type)
        heard = hear(request.payload) if hear else None
        content: dict[str, Any] | None = dict(heard.acknowledgement) if heard else None
        socket.send_socket_mode_response(
            SocketModeResponse(envelope_id=request.envelope_id, payload=content or None)
        )
        if heard and heard.then:
            heard.then()

    return listen


_SILENT = logging.getLogger(f"{__name__}.sdk")
"""The SDK logs whole payloads, which name people."""
_SILENT.setLevel(logging.CRITICAL)
