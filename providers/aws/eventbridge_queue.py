"""CloudTrail's records as EventBridge sends them to a queue: soon after the call, and one by one.

EventBridge does its best and leaves out what is larger than 256 KB or was not to be had; a trail in S3
leaves out nothing. Both may be read: a record that comes twice is known by its id.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from typing import Annotated, BinaryIO

import msgspec

from drift.errors import ProviderResponseError
from drift.model.coverage import GivenUp
from drift.ports import Delivery
from providers.aws.bundles import BUNDLE_BYTES, bundled, is_sound
from providers.aws.queue import AT_ONCE, Message, Queue
from providers.aws.s3_messages import announced
from providers.aws.settings import DELAY, AwsSettings

BUNDLE = 500
"""Records that are kept in one transaction."""


class EventBridgeQueueSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The queue that is the target of a rule."""

    queue_url: str
    wait_seconds: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5
    """How long a poll waits for a message. Zero: it does not, and the queue is looked at every so often."""
    visibility_seconds: Annotated[int, msgspec.Meta(ge=30, le=43_200)] = 300
    """How long a message that could not be kept stays away before it is tried again."""


class EventBridgeQueue:
    """An `AuditLog` that delivers the messages which wait in bundles, and deletes a bundle as one."""

    def __init__(
        self,
        settings: EventBridgeQueueSettings,
        *,
        bundle: int = BUNDLE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bundle = bundle
        self._queue = Queue(
            settings.queue_url,
            settings.access(),
            wait_seconds=settings.wait_seconds,
            visibility_seconds=settings.visibility_seconds,
            now=now,
        )

    @property
    def delay(self) -> timedelta:
        """Return how long CloudTrail may take; EventBridge adds next to nothing."""
        return DELAY

    @property
    def waits(self) -> timedelta:
        """Return how long a poll waits; see `Awaiting`."""
        return self._queue.waits

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what the queue holds, whatever was read before: it forgets by itself; see `AuditLog`."""
        for messages in self._gathered():
            texts = [(one, one.body.encode(errors="replace")) for one in messages]
            for some in bundled(texts, self._bundle, joins=_joins):
                self._queue.keep()
                yield self._delivery(some)

    def again(self, name: str) -> None:
        """Messages come with their records: there is none that could not be opened."""

    def probe(self) -> Sequence[str]:
        """Tell how many messages wait and were given up; see `Probing`."""
        self._queue.peek()
        return self._queue.standing().told()

    def given_up(self) -> GivenUp | None:
        """Tell how many messages lie in the dead-letter queue; see `GivingUp`."""
        return self._queue.standing().lost()

    def _gathered(self) -> Iterator[list[Message]]:
        """Yield what is received, together as long as there is more than one receipt can bring."""
        gathered: list[Message] = []
        size = 0
        for messages in self._queue.received():
            gathered += messages
            size += sum(len(one.body) for one in messages)
            if len(messages) < AT_ONCE or len(gathered) >= self._bundle or size >= BUNDLE_BYTES:
                yield gathered
                gathered, size = [], 0
        if gathered:
            yield gathered

    def _delivery(self, some: Sequence[tuple[Message, bytes]]) -> Delivery:
        ids = "\n".join(message.id for message, _ in some)
        name = f"sqs://{self._queue.address.name}/{sha256(ids.encode()).hexdigest()[:32]}"
        messages = [message for message, _ in some]
        return Delivery(
            name=name,
            version=str(len(some)),
            cursor=name,
            open=partial(_open, [text for _, text in some]),
            settle=partial(self._queue.delete, messages),
        )


def _joins(text: bytes) -> bool:
    return is_sound(text) and not announced(text.decode())


def _open(texts: Sequence[bytes]) -> BinaryIO:
    """Open the messages as lines; one that should be in another queue would be no record, and is told of."""
    if len(texts) == 1 and announced(texts[0].decode()):
        raise ProviderResponseError(
            "a message of the queue announces a file in S3, and is no record",
            hint='read this queue with `type = "cloudtrail-queue"`',
        )
    return BytesIO(b"\n".join(texts))
