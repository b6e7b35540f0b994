"""Reads audit logs from a subscription of Pub/Sub, to whose topic a sink of Cloud Logging writes.

The way for every day: entries are there within seconds, of a whole organisation, and several of us may
share the work. A queue knows no cursor: what was acknowledged is gone, and all else comes again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from time import monotonic
from typing import Annotated, Final

import msgspec

from drift.ports import Delivery
from providers.gcp.access import GcpAccess
from providers.gcp.pubsub_messages import Message, envelope_of
from providers.gcp.subscription import Subscription
from providers.gcp.subscription_probe import probe

BUNDLE: Final = 250
"""Messages in one delivery. An audit entry has half a megabyte at most, and mostly 2 to 4 KB."""

HELD: Final = 10_000
"""More messages than these, delivered and not settled, mean that nothing can be kept just now."""

WAIT: Final = timedelta(seconds=5)
"""For a message: Pub/Sub may answer that there is none much later than it could."""

LONGEST: Final = timedelta(minutes=5)
"""After so long, what is new is left to the next call even if there is much of it."""

RENEW_EVERY: Final = timedelta(seconds=8)
"""The shortest lease that a subscription can have is ten seconds."""

GOOGLES_DELAY: Final = timedelta(minutes=10)
"""Google says "near real-time" and promises nothing; nearly everything comes within seconds."""


class GcpPubSubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subscription, and as whom it is read."""

    subscription: Annotated[str, msgspec.Meta(pattern=r"^projects/[^/]+/subscriptions/[^/]+$")]
    """`projects/PROJECT/subscriptions/NAME`: one that is pulled, for us alone."""
    credentials_file: str | None = None
    endpoint: str | None = None


class GcpPubSub:
    """An `AuditLog` that delivers messages in bundles. Its cursors mean nothing: see the module."""

    def __init__(
        self,
        settings: GcpPubSubSettings,
        *,
        bundle: int = BUNDLE,
        wait: timedelta = WAIT,
        longest: timedelta = LONGEST,
        renew_every: timedelta = RENEW_EVERY,
    ) -> None:
        access = GcpAccess(credentials_file=settings.credentials_file, endpoint=settings.endpoint)
        self._subscription = Subscription(settings.subscription, access)
        self._bundle = bundle
        self._wait = wait
        self._longest = longest.total_seconds()
        self._renew_every = renew_every

    @property
    def delay(self) -> timedelta:
        """Return how long after a call its entry may be published."""
        return GOOGLES_DELAY

    @property
    def waits(self) -> timedelta:
        """Return how long a pull waits; see `Awaiting`."""
        return self._wait

    def again(self, name: str) -> None:
        """Messages come with their content: there is none that could not be opened."""

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver what was published before this was called, the oldest first as far as Pub/Sub does.

        What is published meanwhile may be left to the next call: a busy subscription is never empty.
        Whatever is not settled when this ends is given back.
        """
        begun_at, ends_at, unsettled = datetime.now(UTC), monotonic() + self._longest, dict[str, None]()
        try:
            while len(unsettled) < HELD:
                messages = self._subscription.pull(self._bundle, wait=self._wait)
                if not messages:
                    return
                ack_ids = [one.ack_id for one in messages]
                unsettled |= dict.fromkeys(ack_ids)
                with self._subscription.leased(ack_ids, renew_every=self._renew_every):
                    yield self._delivery(messages, unsettled)
                if messages[0].published_at > begun_at and self._is_enough(messages, ends_at):
                    return
        finally:
            if unsettled:
                self._subscription.give_back(list(unsettled))

    def _is_enough(self, messages: Sequence[Message], ends_at: float) -> bool:
        """Tell whether to stop at what looks new: of a full bundle, a wrong clock of ours may say so."""
        return len(messages) < self._bundle or monotonic() > ends_at

    def probe(self) -> Sequence[str]:
        """Try what reading takes, and tell what about the subscription may lose records; see `Probing`."""
        return probe(self._subscription)

    def _delivery(self, messages: Sequence[Message], unsettled: dict[str, None]) -> Delivery:
        ack_ids = [one.ack_id for one in messages]

        def settle() -> None:
            self._subscription.acknowledge(ack_ids)
            for ack_id in ack_ids:
                unsettled.pop(ack_id, None)

        ids = "\n".join(one.id for one in messages)
        more = f"+{len(messages) - 1}" if len(messages) > 1 else ""
        name = f"{self._subscription.name}/{messages[0].id}{more}"
        return Delivery(
            name=name,
            version=sha256(ids.encode()).hexdigest()[:16],
            cursor=name,
            open=partial(BytesIO, envelope_of(messages)),
            settle=settle,
        )
