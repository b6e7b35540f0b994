"""A queue of SQS: messages are received, held while they are worked on, and deleted when that is done.

Whoever holds a message has it alone until its visibility timeout ends; as long as the work goes on, that
is put off. What was not deleted comes again, to whoever asks then, and ends in the dead-letter queue if
the queue has one.
"""

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec

from drift.errors import ProviderUnavailableError
from providers.aws.queue_address import QueueAddress
from providers.aws.queue_standing import QueueStanding
from providers.aws.refusals import SOURCES, refusals
from providers.aws.session import AwsAccess, open_client

AT_ONCE = 10
"""The most messages that SQS takes or gives in one request."""

LONGEST_SECONDS = 60.0
"""After so long what looks new is taken for new, however much of it there is."""

NEXT_WAIT_SECONDS = 1
"""How long it is waited for more at most, once something came: long enough for SQS to ask all its servers."""


@dataclass(eq=False, slots=True)
class Message:
    """A message as it was received last."""

    id: str
    body: str
    handle: str
    sent_at: float = -math.inf
    """Seconds since 1970, by the clock of SQS."""
    is_deleted: bool = False


@dataclass(kw_only=True, slots=True)
class _Hold:
    """What is held, and since when all of it is."""

    messages: dict[str, Message] = field(default_factory=dict)
    since: float = 0.0


class Queue:
    """One queue, read by one reader at a time; several processes may share it."""

    def __init__(
        self,
        url: str,
        access: AwsAccess,
        *,
        wait_seconds: int,
        visibility_seconds: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._access = access
        self._wait = wait_seconds
        self._visibility = visibility_seconds
        self._now = now
        self._hold = _Hold()

    @cached_property
    def address(self) -> QueueAddress:
        """Where it is. Raises `ProviderResponseError` if its URL is none."""
        return QueueAddress.of(self._url)

    @cached_property
    def _sqs(self) -> Any:
        region = self._access.region or self.address.region
        return open_client("sqs", replace(self._access, region=region))

    @property
    def waits(self) -> timedelta:
        """How long it is waited for a message where there is none."""
        return timedelta(seconds=self._wait)

    def received(self) -> Iterator[Sequence[Message]]:
        """Yield the messages that were sent before this was called, ten at a time.

        What is sent meanwhile may be left to the next call: a busy queue is never empty. SQS keeps the
        order only by and large. What is received once more while it is held, is yielded once.

        Raises:
            ProviderError: The queue cannot be read.
        """
        begun_at, ends_at, wait = time.time(), self._now() + LONGEST_SECONDS, self._wait
        try:
            while found := self._receive(wait):
                yield found
                wait = min(wait, NEXT_WAIT_SECONDS)
                if all(one.sent_at > begun_at for one in found) and self._is_enough(found, ends_at):
                    return
        finally:
            self._hold = _Hold()  # what was not deleted comes again by itself

    def _is_enough(self, found: Sequence[Message], ends_at: float) -> bool:
        """Tell whether to stop at what looks new: of as many as fit, a wrong clock of ours may say so."""
        return len(found) < AT_ONCE or self._now() > ends_at

    def keep(self) -> None:
        """Go on holding what is held, if the work on it takes long. To be called now and then.

        Raises:
            ProviderError: It cannot be held.
        """
        if self._now() - self._hold.since < self._visibility / 2:
            return
        self._hold.since = self._now()
        for some in _tens(self._hold.messages.values()):
            entries = [_entry(one) | {"VisibilityTimeout": self._visibility} for one in some]
            with self._refusing("holding messages of", "sqs:ChangeMessageVisibility"):
                # A message whose time ran out cannot be held, and comes again: nothing is lost.
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def delete(self, messages: Collection[Message]) -> None:
        """Delete messages for good; those that are gone already do not matter.

        Raises:
            ProviderError: Not all of them could be deleted; the others come again.
        """
        failed: list[Any] = []
        for some in _tens(one for one in messages if not one.is_deleted):
            with self._refusing("deleting messages of", "sqs:DeleteMessage"):
                answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=list(map(_entry, some)))
            deleted = {one["Id"] for one in answer.get("Successful", ())}
            for one in some:
                one.is_deleted = one.id in deleted
                if one.is_deleted:
                    self._hold.messages.pop(one.id, None)
            failed += answer.get("Failed", ())
        if failed:
            raise ProviderUnavailableError(
                f"{len(failed)} messages of the queue {self.address.name} could not be deleted "
                f"({failed[0].get('Code', '')}: {str(failed[0].get('Message', ''))[:200]})",
                hint="they come again, and are recognised",
            )

    def peek(self) -> Message | None:
        """Return one message that waits, and leave it to everybody else. It counts as an attempt to read it.

        Raises:
            ProviderError: The queue cannot be read.
        """
        found = self._ask(most=1, wait=0, visibility=0)
        return found[0] if found else None

    def standing(self) -> QueueStanding:
        """Return how many messages wait, and how many were given up.

        Raises:
            ProviderError: The queue cannot be asked.
        """
        told = self._attributes(self._url, self.address.arn)
        waiting, held = _count(told, ""), _count(told, "NotVisible")
        redrive = msgspec.json.decode(told["RedrivePolicy"]) if "RedrivePolicy" in told else {}
        if "deadLetterTargetArn" not in redrive:
            return QueueStanding(waiting=waiting, held=held, attempts=None)
        arn = str(redrive["deadLetterTargetArn"])
        there = self._attributes(self.address.beside(arn), arn)
        return QueueStanding(
            waiting=waiting,
            held=held,
            attempts=int(redrive["maxReceiveCount"]),
            dead_letters_arn=arn,
            given_up=_count(there, ""),
        )

    def _receive(self, wait: int) -> list[Message]:
        """Receive messages and hold them; return those that were not held yet."""
        asked_at = self._now()
        found = self._ask(most=AT_ONCE, wait=wait, visibility=self._visibility)
        hold = self._hold
        if not hold.messages:
            hold.since = asked_at
        fresh = []
        for one in found:
            if held := hold.messages.get(one.id):
                held.handle = one.handle  # only the latest one deletes it
            else:
                hold.messages[one.id] = one
                fresh.append(one)
        return fresh

    def _ask(self, *, most: int, wait: int, visibility: int) -> list[Message]:
        with self._refusing("reading", "sqs:ReceiveMessage"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=wait,
                VisibilityTimeout=visibility,
                AttributeNames=["SentTimestamp"],
            )
        return [_message(one) for one in answer.get("Messages", ())]

    def _attributes(self, url: str, arn: str) -> Any:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"]
        what = f"asking for the state of the queue {arn.rpartition(':')[2]}"
        with refusals(what, action="sqs:GetQueueAttributes", on=arn, asker=SOURCES):
            return self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names).get("Attributes", {})

    def _refusing(self, doing: str, action: str) -> AbstractContextManager[None]:
        what = f"{doing} the queue {self.address.name}"
        return refusals(what, action=action, on=self.address.arn, asker=SOURCES)


def _message(one: Any) -> Message:
    sent = str(one.get("Attributes", {}).get("SentTimestamp", ""))
    sent_at = int(sent) / 1000 if sent.isdecimal() else -math.inf
    return Message(one["MessageId"], one["Body"], one["ReceiptHandle"], sent_at)


def _entry(message: Message) -> dict[str, Any]:
    return {"Id": message.id, "ReceiptHandle": message.handle}


def _count(attributes: Any, what: str) -> int:
    return int(attributes.get(f"ApproximateNumberOfMessages{what}", 0))


def _tens(messages: Collection[Message] | Iterator[Message]) -> Iterator[list[Message]]:
    waiting = iter(list(messages))
    while some := list(islice(waiting, AT_ONCE)):
        yield some
