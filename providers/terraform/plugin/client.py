"""Talks to one running provider: one method a call, failures as the errors of `failures`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from providers.terraform.plugin.failures import AnswerError, DeadlineError, LostError, brief
from providers.terraform.plugin.handshake import Handshake
from providers.terraform.plugin.protocol import Call, Message, protocol

LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes; the schema of a large provider takes some ten million."""

TERRAFORM_VERSION = "1.11.4"
"""Some providers put it into the user agent that audit logs keep."""

ERROR = 1
"""Severity of a diagnostic that is no mere warning."""

_LOST = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}

_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_ANSWER),
    ("grpc.max_send_message_length", LARGEST_ANSWER),
    ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Adopted:
    """An instance as a provider knows it by its id alone."""

    state: Message
    private: bytes


class Client:
    """A connection to one provider. Its methods may be called by several threads at once."""

    def __init__(self, handshake: Handshake) -> None:
        self._protocol = protocol(handshake.version)
        target = f"unix:{handshake.socket}"
        if handshake.certificate is None:
            self._channel = grpc.insecure_channel(target, options=_OPTIONS)
        else:
            self._channel = grpc.secure_channel(
                target,
                grpc.ssl_channel_credentials(root_certificates=handshake.certificate),
                # What the provider's certificate is made for; a socket has no name to check.
                options=(*_OPTIONS, ("grpc.ssl_target_name_override", "localhost")),
            )
        self._upgrade = self._method(self._protocol.upgrade)
        self._read = self._method(self._protocol.read)

    def schema(self, seconds: float) -> Message:
        """Return what the provider says of its types."""
        return self._ask(self._protocol.schema, {}, seconds)

    def configure(self, config: bytes, seconds: float) -> None:
        """Give the provider its configuration, in MessagePack."""
        value = self._protocol.value(msgpack=config)
        prepared = self._ask(self._protocol.prepare, {"config": value}, seconds)
        if self._protocol.version < 6 and prepared.prepared_config.msgpack:
            value = prepared.prepared_config
        asked = {"terraform_version": TERRAFORM_VERSION, "config": value}
        self._ask(self._protocol.configure, asked, seconds)

    def upgrade(
        self, type_: str, version: int, attributes: bytes, flat: Mapping[str, str] | None, seconds: float
    ) -> Message:
        """Return an instance of a state as the provider's present version writes it.

        `attributes` is JSON; `flat` takes its place where Terraform 0.11 wrote the state.
        """
        raw = self._protocol.raw(flatmap=flat) if flat is not None else self._protocol.raw(json=attributes)
        request = self._protocol.upgrade.request(type_name=type_, version=version, raw_state=raw)
        answer = _answer(self._upgrade, request, seconds)
        return answer.upgraded_state

    def read(self, type_: str, state: Message, private: bytes, seconds: float) -> Message:
        """Return an instance as it is now; `state` is what `upgrade` or `adopt` returned."""
        request = self._protocol.read.request(type_name=type_, current_state=state, private=private)
        return _answer(self._read, request, seconds).new_state

    def adopt(self, type_: str, resource_id: str, seconds: float) -> Adopted | None:
        """Return the instance of this type and id, `None` if the provider finds none."""
        answer = self._ask(self._protocol.adopt, {"type_name": type_, "id": resource_id}, seconds)
        for one in answer.imported_resources:
            if one.type_name == type_:
                return Adopted(state=one.state, private=one.private)
        return None

    def ask_to_end(self, seconds: float) -> bool:
        """Ask the provider to end; return whether it heard."""
        for call in (self._protocol.stop, self._protocol.shutdown):
            try:
                self._method(call)(call.request(), timeout=seconds)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                    return False
        return True

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def _ask(self, call: Call, fields: Mapping[str, object], seconds: float) -> Message:
        return _answer(self._method(call), call.request(**fields), seconds)

    def _method(self, call: Call) -> Any:
        return self._channel.unary_unary(
            call.path,
            request_serializer=call.request.SerializeToString,
            response_deserializer=call.response.FromString,
        )


def _answer(method: Any, request: Message, seconds: float) -> Message:
    """Call, and return the answer.

    Raises:
        AnswerError: The provider refuses, or its answer makes no sense.
        LostError: The provider is gone.
        DeadlineError: It took too long.
    """
    try:
        answer = method(request, timeout=seconds)
    except grpc.RpcError as error:
        raise _failure(error, seconds) from None
    except ValueError as error:  # the channel was closed meanwhile
        raise LostError("the provider was stopped", hint="try again") from error
    refused = _errors(answer.diagnostics)
    if refused:
        raise AnswerError(refused, hint="the provider's words say what it lacks")
    return answer


def _failure(error: Any, seconds: float) -> Exception:
    code = error.code()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineError(
            f"no answer within {seconds:g} s", hint="raise timeout_seconds if it is just slow"
        )
    if code in _LOST:
        return LostError("the provider broke off the connection", hint="try again")
    return AnswerError(
        f"the provider failed: {brief(str(error.details()))} ({code.name})",
        hint="if it happens again, try another version of the provider",
    )


def _errors(diagnostics: Iterable[Message]) -> str:
    """Return what a provider complains of, its mere warnings left out."""
    words = (
        f"{one.summary}: {one.detail}" if one.detail else one.summary
        for one in diagnostics
        if one.severity == ERROR
    )
    return brief("; ".join(words))
