"""A topic of Pub/Sub of our own: a gRPC server of its real definition."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.iam.v1.iam_policy_pb2 import TestIamPermissionsRequest, TestIamPermissionsResponse
from google.pubsub_v1.types import GetTopicRequest, Topic, UpdateTopicRequest

from tests.providers.gcp.sources.grpc_server import Refusal, denied, invalid, serving

SERVICE = "google.pubsub.v1.Publisher"
PERMISSIONS = "google.iam.v1.IAMPolicy"
NAME = "projects/example-prod/topics/driftledger-canary"

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
"""https://cloud.google.com/pubsub/docs/create-topic#labels"""


class _Plain:
    """The wire form of messages that the SDK does not wrap."""

    serialize = staticmethod(lambda message: message.SerializeToString())


class _Permissions:
    deserialize = staticmethod(TestIamPermissionsRequest.FromString)


class TopicService:
    """The topic there is, and who may do what with it."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.is_there = True
        self.granted = {"pubsub.topics.get", "pubsub.topics.update"}
        self.down: Refusal | None = None
        self.endpoint = ""

    def get_topic(self, request: Any) -> Any:
        """Tell how it is."""
        self._refuse(request.topic, "pubsub.topics.get")
        return Topic(name=NAME, labels=self.labels)

    def update_topic(self, request: Any) -> Any:
        """Change what the mask names."""
        self._refuse(request.topic.name, "pubsub.topics.update")
        if list(request.update_mask.paths) != ["labels"]:
            raise invalid("The update_mask must name fields of the topic.")
        labels = dict(request.topic.labels)
        if not all(_KEY.fullmatch(key) and _VALUE.fullmatch(value) for key, value in labels.items()):
            raise invalid("Invalid label.")
        self.labels = labels
        return Topic(name=NAME, labels=labels)

    def test_iam_permissions(self, request: Any) -> Any:
        """Tell which permissions the caller has."""
        if self.down:
            raise self.down
        held = [one for one in request.permissions if one in self.granted]
        return TestIamPermissionsResponse(permissions=held)

    def _refuse(self, name: str, permission: str) -> None:
        if self.down:
            raise self.down
        if permission not in self.granted:
            raise denied(permission)
        if name != NAME or not self.is_there:
            raise Refusal(code=grpc.StatusCode.NOT_FOUND, message="Resource not found")


@contextmanager
def topic() -> Iterator[TopicService]:
    """Run the service on a port of its own."""
    service = TopicService()
    methods = {
        "GetTopic": (service.get_topic, GetTopicRequest, Topic),
        "UpdateTopic": (service.update_topic, UpdateTopicRequest, Topic),
    }
    permissions = {"TestIamPermissions": (service.test_iam_permissions, _Permissions, _Plain)}
    with serving({SERVICE: methods, PERMISSIONS: permissions}) as port:
        service.endpoint = f"http://127.0.0.1:{port}"
        yield service
