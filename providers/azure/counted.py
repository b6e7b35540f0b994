"""Counts the calls of Azure's clients, each of which may be given the transport of its requests."""

from typing import Any

from azure.core.pipeline.transport import HttpResponse, RequestsTransport

from providers.azure.sign_in import ANSWER_WITHIN, CONNECT_WITHIN
from providers.meter import TOO_MANY, Meter

BUSY = 503
"""Storage says so with the code `ServerBusy` where an account is over its limits."""


class CountedTransport(RequestsTransport):  # type: ignore[misc]  # it has no types
    """The transport that the clients have by themselves, with a meter."""

    def __init__(
        self, meter: Meter, *, verify: bool | str = True, answer_within: float = ANSWER_WITHIN
    ) -> None:
        """Wait so many seconds for an answer; `verify` says whether certificates are, or by which file."""
        super().__init__(
            connection_timeout=CONNECT_WITHIN, read_timeout=answer_within, connection_verify=verify
        )
        self._meter = meter

    def send(self, request: Any, **options: Any) -> HttpResponse:
        """Send a request, and count it however it ends."""
        is_throttled = False
        try:
            response: HttpResponse = super().send(request, **options)
            is_throttled = response.status_code in (TOO_MANY, BUSY)
            return response
        finally:
            self._meter.count(is_throttled=is_throttled)
