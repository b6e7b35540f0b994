"""A subscription of Pub/Sub of our own: a gRPC server of its real definition."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.iam.v1.iam_policy_pb2 import TestIamPermissionsRequest, TestIamPermissionsResponse
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1.types import (
    AcknowledgeRequest,
    GetSubscriptionRequest,
    ModifyAckDeadlineRequest,
    PubsubMessage,
    PullRequest,
    PullResponse,
    ReceivedMessage,
    Subscription,
)
from google.rpc.error_details_pb2 import ErrorInfo

from tests.providers.gcp.sources.grpc_server import Refusal, denied, invalid, serving
from tests.providers.gcp.sources.relay import Relay, relayed

SERVICE = "google.pubsub.v1.Subscriber"
PERMISSIONS = "google.iam.v1.IAMPolicy"
NAME = "projects/example-audit/subscriptions/driftledger"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class _Plain:
    """The wire form of messages that the SDK does not wrap."""

    serialize = staticmethod(lambda message: message.SerializeToString())


class _Permissions:
    deserialize = staticmethod(TestIamPermissionsRequest.FromString)


@dataclass
class Queued:
    """One message, with who has it now."""

    message: Any
    ack_id: str | None = None
    """Of whom it was delivered to, until they give it back or their lease runs out."""
    attempts: int = 0


class PubSubService:
    """The messages there are, and what was asked."""

    def __init__(self) -> None:
        self.queued: list[Queued] = []
        self.leases: list[tuple[int, tuple[str, ...]]] = []
        """What leases were asked for, in seconds."""
        self.renewed = threading.Event()
        self.pulled: list[Any] = []
        self.refusals: list[Refusal] = []
        self.down: Refusal | None = None
        self.metadata: list[dict[str, str]] = []
        """What every request bore besides."""
        self.refuse_acknowledging: Refusal | None = None
        self.on_pull: Callable[[], object] = bool
        """What others do whenever somebody pulls."""
        self.deaf: set[str] = set()
        """What is never answered: `pull` that may wait, `pull at once`."""
        self.stopping = threading.Event()
        self.delivers_exactly_once = False
        self.granted = {"pubsub.subscriptions.consume", "pubsub.subscriptions.get"}
        self.state = Subscription(name=NAME, topic="projects/example-audit/topics/audit")
        self.endpoint = ""
        self.relay: Relay
        self._published = 0
        self._lock = threading.Lock()

    def publish(self, data: bytes, *, at: datetime | None = None, **attributes: str) -> str:
        """Publish a message, a second after the one before unless said otherwise; return its id."""
        self._published += 1
        at = at or NOON + timedelta(seconds=self._published)
        id_ = str(10**15 + self._published)
        message = PubsubMessage(data=data, attributes=attributes, message_id=id_, publish_time=at)
        self.queued.append(Queued(message=message))
        return id_

    def let_leases_run_out(self) -> None:
        """Make everything that is not acknowledged deliverable again, as time would."""
        for one in self.queued:
            one.ack_id = None

    def pull(self, request: Any) -> Any:
        """Deliver what nobody has, in the order in which it was published."""
        self.pulled.append(request)
        self.on_pull()
        self._refuse_if_told(request.subscription)
        if request.max_messages < 1:
            raise invalid("max_messages must be positive")
        if ("pull at once" if request.return_immediately else "pull") in self.deaf:
            self.stopping.wait(60)
        with self._lock:
            free = [one for one in self.queued if one.ack_id is None][: request.max_messages]
            for one in free:
                one.attempts += 1
                one.ack_id = f"{one.message.message_id}/{one.attempts}"
            received = [ReceivedMessage(ack_id=one.ack_id, message=one.message) for one in free]
        return PullResponse(received_messages=received)

    def acknowledge(self, request: Any) -> Any:
        """Remove messages; what ran out may be acknowledged as well, unless delivery is exactly once."""
        self._refuse_if_told(request.subscription)
        if self.refuse_acknowledging:
            raise self.refuse_acknowledging
        if not request.ack_ids:
            raise invalid("No ack ids")
        held = {one.ack_id: one for one in self.queued if one.ack_id}
        stale = [one for one in request.ack_ids if one not in held]
        ids = {
            one.partition("/")[0] for one in request.ack_ids if one in held or not self.delivers_exactly_once
        }
        self.queued = [one for one in self.queued if one.message.message_id not in ids]
        if stale and self.delivers_exactly_once:
            told = dict.fromkeys(stale, "PERMANENT_FAILURE_INVALID_ACK_ID")
            raise Refusal(
                code=grpc.StatusCode.INVALID_ARGUMENT,
                message="Some acknowledgement ids in the request were invalid.",
                details=(ErrorInfo(reason="EXACTLY_ONCE_ACKID_FAILURE", metadata=told),),
            )
        return Empty()

    def modify_ack_deadline(self, request: Any) -> Any:
        """Lengthen leases, or end them."""
        self._refuse_if_told(request.subscription)
        seconds = request.ack_deadline_seconds
        if not request.ack_ids or len(request.ack_ids) > 2500 or not (seconds == 0 or 10 <= seconds <= 600):
            raise invalid("Invalid ack deadline or ack ids")
        self.leases.append((seconds, tuple(request.ack_ids)))
        if seconds:
            self.renewed.set()
            return Empty()
        given_back = set(request.ack_ids)
        for one in self.queued:
            if one.ack_id in given_back:
                one.ack_id = None
        return Empty()

    def get_subscription(self, request: Any) -> Any:
        """Tell how it is set up."""
        self._refuse_if_told(request.subscription)
        if "pubsub.subscriptions.get" not in self.granted:
            raise denied("pubsub.subscriptions.get")
        return self.state

    def test_iam_permissions(self, request: Any) -> Any:
        """Tell which permissions the caller has."""
        return TestIamPermissionsResponse(
            permissions=[one for one in request.permissions if one in self.granted]
        )

    def _refuse_if_told(self, subscription: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        if self.down:
            raise self.down
        if subscription != NAME:
            raise Refusal(code=grpc.StatusCode.NOT_FOUND, message="Resource not found")


@contextmanager
def pubsub(tls: Any = None) -> Iterator[PubSubService]:
    """Run the service on a port of its own, behind a network that can be cut, encrypted with `tls`."""
    service = PubSubService()
    methods = {
        "Pull": (service.pull, PullRequest, PullResponse),
        "Acknowledge": (service.acknowledge, AcknowledgeRequest, _Plain),
        "ModifyAckDeadline": (service.modify_ack_deadline, ModifyAckDeadlineRequest, _Plain),
        "GetSubscription": (service.get_subscription, GetSubscriptionRequest, Subscription),
    }
    permissions = {"TestIamPermissions": (service.test_iam_permissions, _Permissions, _Plain)}
    services = {SERVICE: methods, PERMISSIONS: permissions}
    with serving(services, tls, service.metadata) as port, relayed(port) as relay:
        service.endpoint = f"https://localhost:{relay.port}" if tls else f"http://127.0.0.1:{relay.port}"
        service.relay = relay
        try:
            yield service
        finally:
            service.stopping.set()
