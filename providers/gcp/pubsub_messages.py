"""Messages of Pub/Sub, and the envelope in which several are delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message, and what it is acknowledged by."""

    id: str
    data: bytes
    attributes: dict[str, str]
    published_at: datetime
    ack_id: str


def message_of(received: Any) -> Message:
    """Return a `google.pubsub.v1.ReceivedMessage`, as a plain message of protobuf, in our own terms."""
    message = received.message
    return Message(
        id=message.message_id,
        data=message.data,
        attributes=dict(message.attributes),
        published_at=message.publish_time.ToDatetime(UTC),
        ack_id=received.ack_id,
    )


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    received_messages: list["_Received"]


class _Received(msgspec.Struct, frozen=True):
    message: "_Written"


class _Written(msgspec.Struct, frozen=True, rename="camel"):
    data: bytes
    attributes: dict[str, str]
    message_id: str
    publish_time: datetime


def envelope_of(messages: Sequence[Message]) -> bytes:
    """Return messages as the API writes the answer to a pull: whatever one holds, it harms no other."""
    written = [
        _Received(
            message=_Written(
                data=one.data,
                attributes=dict(sorted(one.attributes.items())),
                message_id=one.id,
                publish_time=one.published_at,
            )
        )
        for one in messages
    ]
    return msgspec.json.encode(_Envelope(received_messages=written))
