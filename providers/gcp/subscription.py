"""Asks one subscription of Pub/Sub for messages, and says what became of them."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from threading import Event, Thread
from typing import Any, Final

from drift.errors import ProviderError
from providers.gcp.access import GcpAccess, GcpApi, open_api
from providers.gcp.pubsub_messages import Message, message_of
from providers.gcp.refusals import refusals

SCOPE: Final = "https://www.googleapis.com/auth/pubsub"

TIMEOUT: Final = timedelta(seconds=5)
"""For all that is answered at once: so long a graceful stop may have to wait."""

LEASE: Final = timedelta(seconds=60)
"""How long nobody else is given a message whose lease was renewed: after a crash, we neither."""

AT_ONCE: Final = 1000
"""How many messages one request may be about: their ids must fit into half a megabyte."""

CONSUME: Final = "pubsub.subscriptions.consume"
GET: Final = "pubsub.subscriptions.get"
DOCS: Final = "docs/sources-gcp.md"

INVALID_ACK_ID: Final = "PERMANENT_FAILURE_INVALID_ACK_ID"
"""How a subscription that delivers exactly once says that a lease had run out."""


class Subscription:
    """One subscription, by its name `projects/PROJECT/subscriptions/NAME`."""

    def __init__(self, name: str, access: GcpAccess) -> None:
        self.name = name
        self._access = access

    @cached_property
    def _api(self) -> GcpApi:
        from google.pubsub_v1 import SubscriberClient

        return open_api(SubscriberClient, self._access, SCOPE)

    def pull(self, most: int, *, wait: timedelta) -> Sequence[Message]:
        """Return some messages, the oldest first, or none if there were none for as long as `wait`.

        Raises:
            ProviderError: They cannot be had.
        """
        from google.api_core.exceptions import DeadlineExceeded

        request = {"subscription": self.name, "max_messages": most}
        with self._refusals("pulling messages", CONSUME):
            client = self._api.ready()
            try:
                answer = client.pull(request, retry=None, timeout=wait.total_seconds())
            except DeadlineExceeded:
                # There is no message, or nobody who answers. Who is there answers this at once.
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", "The return_immediately flag", DeprecationWarning)
                    request["return_immediately"] = True
                    answer = client.pull(request, retry=None, timeout=TIMEOUT.total_seconds())
        plain = type(answer).pb(answer)
        messages = map(message_of, plain.received_messages)
        return sorted(messages, key=lambda one: (one.published_at, one.id))

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Say that messages need not come again. One whose lease ran out does, and is recognised then.

        Raises:
            ProviderError: It cannot be said.
        """
        from google.api_core.exceptions import BadRequest

        request = {"subscription": self.name, "ack_ids": list(ack_ids)}
        with self._refusals("acknowledging messages", CONSUME):
            try:
                self._api.ready().acknowledge(request, retry=None, timeout=TIMEOUT.total_seconds())
            except BadRequest as error:
                if set((error.metadata or {}).values()) != {INVALID_ACK_ID}:
                    raise

    def give_back(self, ack_ids: Sequence[str]) -> None:
        """Let others have messages at once, or us in the next cycle; else their leases run out."""
        with suppress(ProviderError):
            for begin in range(0, len(ack_ids), AT_ONCE):
                self._lease(ack_ids[begin : begin + AT_ONCE], timedelta())

    @contextmanager
    def leased(self, ack_ids: Sequence[str], *, renew_every: timedelta) -> Iterator[None]:
        """Keep messages from being given to anybody else for as long as this lasts."""
        is_over = Event()

        def renew() -> None:
            while not is_over.wait(renew_every.total_seconds()):
                with suppress(ProviderError):  # they come again, and are recognised
                    self._lease(ack_ids, LEASE)

        renewing = Thread(target=renew, name=f"lease of {self.name}", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            is_over.set()
            renewing.join()

    def state(self) -> Any:
        """Return how it is set up: a `google.pubsub.v1.Subscription`.

        Raises:
            ProviderError: It cannot be told.
        """
        with self._refusals("looking at the subscription", GET):
            request = {"subscription": self.name}
            return self._api.ready().get_subscription(request, retry=None, timeout=TIMEOUT.total_seconds())

    def granted(self, permissions: Sequence[str]) -> Sequence[str]:
        """Return those of the permissions that we have; asking takes none.

        Raises:
            ProviderError: It cannot be told.
        """
        request = {"resource": self.name, "permissions": list(permissions)}
        with self._refusals("asking for our permissions", CONSUME):
            client = self._api.ready()
            answer = client.test_iam_permissions(request, retry=None, timeout=TIMEOUT.total_seconds())
        return tuple(answer.permissions)

    def _lease(self, ack_ids: Sequence[str], length: timedelta) -> None:
        request = {
            "subscription": self.name,
            "ack_ids": list(ack_ids),
            "ack_deadline_seconds": int(length.total_seconds()),
        }
        with self._refusals("extending the lease of messages", CONSUME):
            self._api.ready().modify_ack_deadline(request, retry=None, timeout=TIMEOUT.total_seconds())

    def _refusals(self, what: str, permission: str) -> Any:
        return refusals(f"{self.name}: {what}", permission=permission, on=self.name, docs=DOCS)
