"""CloudTrail's files in S3, as a queue tells of them. The way to read a trail completely."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property, partial
from io import BytesIO
from typing import Annotated, Any, BinaryIO

import msgspec

from drift.errors import ProviderResponseError
from drift.model.coverage import AskedSince, Attestation, GivenUp
from drift.ports import Delivery
from providers.at_hand import at_hand
from providers.aws.digests import Digests
from providers.aws.queue import Message, Queue
from providers.aws.s3_messages import Announced, announced
from providers.aws.s3_objects import open_object, open_s3, uri, version_of
from providers.aws.session import AwsAccess
from providers.aws.settings import DELAY, AwsSettings
from providers.aws.trail_partitions import TrailPlace
from providers.aws.trail_paths import may_be_log


class CloudTrailQueueSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The queue, and the bucket that its messages name."""

    queue_url: str
    wait_seconds: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5
    """How long a poll waits for a message. Zero: it does not, and the queue is looked at every so often."""
    visibility_seconds: Annotated[int, msgspec.Meta(ge=30, le=43_200)] = 300
    """How long a message that could not be read stays away before it is tried again."""
    buckets: tuple[str, ...] = ()
    """Where the logs may lie; without it, wherever a message says."""
    bucket_role: str | None = None
    """ARN of the role to read the bucket with, where that is another one."""
    digests: Annotated[str, msgspec.Meta(pattern=r"^s3://[^/]+(/.*)?$")] | None = None
    """`s3://BUCKET/PREFIX` of the trail whose digest files are verified."""


class CloudTrailQueue:
    """An `AuditLog` that delivers each object which a message names, and deletes the message after the last.

    Objects that are no logs are left out by their path. A message that announces nothing is itself
    delivered, so that it shows as unreadable, or as the records that it turns out to hold.
    """

    def __init__(
        self, settings: CloudTrailQueueSettings, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._access = settings.access()
        self._queue = Queue(
            settings.queue_url,
            self._access,
            wait_seconds=settings.wait_seconds,
            visibility_seconds=settings.visibility_seconds,
            now=now,
        )

    @property
    def _bucket_access(self) -> AwsAccess:
        region = self._settings.region or self._queue.address.region
        role = self._settings.bucket_role or self._access.role
        return replace(self._access, region=region, role=role)

    @cached_property
    def _s3(self) -> Any:
        return open_s3(self._bucket_access)

    @cached_property
    def _digests(self) -> Digests | None:
        named = self._settings.digests
        return Digests(TrailPlace.of(named), self._s3, self._bucket_access) if named else None

    @property
    def delay(self) -> timedelta:
        """Return how long CloudTrail may take to deliver a file."""
        return DELAY

    @property
    def waits(self) -> timedelta:
        """Return how long a poll waits; see `Awaiting`."""
        return self._queue.waits

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what the queue holds, whatever was read before: it forgets by itself; see `AuditLog`."""
        for messages in self._queue.received():
            letters = [_Letter.of(message) for message in messages]
            self._queue.delete([one.message for one in letters if not one.left and not one.is_strange])
            for delivery in at_hand(one for letter in letters for one in self._deliveries(letter)):
                self._queue.keep()
                yield delivery

    def again(self, name: str) -> Delivery | None:
        """Deliver an object once more; a message that announced none is gone with its deletion."""
        scheme, _, place = name.partition("://")
        bucket, _, key = place.partition("/")
        if scheme != "s3":
            return None
        return self._delivery(Announced(bucket, key, version_of(self._s3, bucket, key)))

    def probe(self) -> Sequence[str]:
        """Tell how many messages wait and were given up, and try to read one; see `Probing`."""
        waiting = self._queue.peek()
        for one in (announced(waiting.body) or ()) if waiting else ():
            if may_be_log(one.key):
                self._open(one).close()
        return self._queue.standing().told()

    def given_up(self) -> GivenUp | None:
        """Tell how many messages lie in the dead-letter queue; see `GivingUp`."""
        return self._queue.standing().lost()

    def attested(self, since: AskedSince) -> Iterator[Attestation]:
        """Verify the trail's digest files, where the settings name it; see `Attesting`."""
        if self._digests:
            yield from self._digests.attested(since)

    def _deliveries(self, letter: "_Letter") -> Iterator[Delivery]:
        if letter.is_strange:
            name = f"sqs://{self._queue.address.name}/{letter.message.id}"
            body = letter.message.body.encode(errors="replace")
            settle = partial(self._queue.delete, [letter.message])
            yield Delivery(name=name, version="1", cursor=name, open=partial(BytesIO, body), settle=settle)
        for one in letter.objects:
            yield self._delivery(one, settle=partial(self._settle, letter, one))

    def _delivery(self, one: Announced, settle: Callable[[], None] | None = None) -> Delivery:
        name = uri(one.bucket, one.key)
        delivery = Delivery(name=name, version=one.version, cursor=name, open=partial(self._open, one))
        return replace(delivery, settle=settle) if settle else delivery

    def _open(self, one: Announced) -> BinaryIO:
        allowed: Collection[str] = self._settings.buckets
        if allowed and one.bucket not in allowed:
            raise ProviderResponseError(
                f"a message names {uri(one.bucket, one.key)}, and its bucket is none of `buckets`",
                hint="find out who sends to the queue, or add the bucket",
            )
        return open_object(self._s3, one.bucket, one.key, at_each_piece=self._queue.keep)

    def _settle(self, letter: "_Letter", one: Announced) -> None:
        letter.left.discard(one)
        if not letter.left:
            self._queue.delete([letter.message])


@dataclass(eq=False, kw_only=True, slots=True)
class _Letter:
    """A message, with the objects that it names and those of them that are not kept yet."""

    message: Message
    objects: tuple[Announced, ...]
    is_strange: bool
    """It is no announcement."""
    left: set[Announced] = field(default_factory=set)

    @classmethod
    def of(cls, message: Message) -> "_Letter":
        named = announced(message.body)
        objects = tuple(dict.fromkeys(one for one in named or () if may_be_log(one.key)))
        return cls(message=message, objects=objects, is_strange=named is None, left=set(objects))
