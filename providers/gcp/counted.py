"""Counts the calls of Google's clients: those over gRPC by an interceptor, others as they are sent."""

from typing import Any

import grpc
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from providers.meter import TOO_MANY, Meter


class CountedCalls(grpc.UnaryUnaryClientInterceptor):  # type: ignore[misc]  # gRPC has no types
    """An interceptor of gRPC."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Make the call, wait for its end, and count it."""
        call = continuation(client_call_details, request)
        self._meter.count(is_throttled=call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED)
        return call


class CountedRequests(HTTPAdapter):
    """A transport of requests, to be mounted in a session."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send a request, and count it however it ends."""
        is_throttled = False
        try:
            response = super().send(request, *args, **options)
            is_throttled = response.status_code == TOO_MANY
            return response
        finally:
            self._meter.count(is_throttled=is_throttled)


def counted(client: Any, meter: Meter) -> Any:
    """Let a meter count every request of a storage client; return the client."""
    transport = CountedRequests(meter)
    for scheme in ("https://", "http://"):
        client._http.mount(scheme, transport)
    return client
