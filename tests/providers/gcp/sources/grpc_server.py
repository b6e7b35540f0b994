"""What the stand-ins for Google's services share: gRPC on loopback, and refusals as Google words them."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

Method = tuple[Callable[[Any], Any], Any, Any]
"""What answers a request, and the types of the request and the answer."""


@dataclass(kw_only=True, eq=False)
class Refusal(Exception):  # noqa: N818 - it is what the service answers
    """An answer other than the one that was asked for."""

    code: grpc.StatusCode
    message: str
    details: tuple[Any, ...] = field(default=())


def denied(permission: str | None = None) -> Refusal:
    """Refuse the caller; Google names the permission in most such answers."""
    named: tuple[Any, ...] = ()
    if permission:
        told = {"permission": permission}
        named = (ErrorInfo(reason="IAM_PERMISSION_DENIED", domain="iam.googleapis.com", metadata=told),)
    return Refusal(
        code=grpc.StatusCode.PERMISSION_DENIED, message="The caller does not have permission", details=named
    )


def throttled(seconds: int) -> Refusal:
    """Refuse for a while."""
    return Refusal(
        code=grpc.StatusCode.RESOURCE_EXHAUSTED,
        message="Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute'",
        details=(RetryInfo(retry_delay=Duration(seconds=seconds)),),
    )


def invalid(message: str) -> Refusal:
    """Refuse the request itself."""
    return Refusal(code=grpc.StatusCode.INVALID_ARGUMENT, message=message)


UNAVAILABLE = Refusal(code=grpc.StatusCode.UNAVAILABLE, message="The service is currently unavailable.")


@contextmanager
def serving(
    services: Mapping[str, Mapping[str, Method]],
    tls: Any = None,
    metadata: list[dict[str, str]] | None = None,
) -> Iterator[int]:
    """Serve these methods of these services; yield the port. `metadata` is told what each request bears."""
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    for service, methods in services.items():
        handlers = _handlers(methods, [] if metadata is None else metadata)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    address = "127.0.0.1:0"
    port = server.add_secure_port(address, tls) if tls else server.add_insecure_port(address)
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


def _handlers(methods: Mapping[str, Method], metadata: list[dict[str, str]]) -> dict[str, Any]:
    return {
        name: grpc.unary_unary_rpc_method_handler(
            _answering(answer, metadata),
            request_deserializer=asked.deserialize,
            response_serializer=told.serialize,
        )
        for name, (answer, asked, told) in methods.items()
    }


def _answering(answer: Callable[[Any], Any], metadata: list[dict[str, str]]) -> Callable[[Any, Any], Any]:
    def respond(request: Any, context: Any) -> Any:
        metadata.append({key: str(value) for key, value in context.invocation_metadata()})
        try:
            return answer(request)
        except Refusal as refusal:
            context.abort_with_status(rpc_status.to_status(_status(refusal)))

    return respond


def _status(refusal: Refusal) -> Status:
    details = []
    for one in refusal.details:
        packed = AnyMessage()
        packed.Pack(one)
        details.append(packed)
    return Status(code=refusal.code.value[0], message=refusal.message, details=details)
