"""Tries whether a subscription can be read, without taking messages, and says how it may lose records."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from drift.errors import ProviderAccessError
from providers.gcp.subscription import CONSUME, DOCS, Subscription

WEEK: Final = timedelta(days=7)
"""So long a subscription keeps messages unless somebody chose otherwise."""

ATTEMPTS: Final = 5
"""After so many a message is given up unless somebody chose otherwise."""


def probe(subscription: Subscription) -> Sequence[str]:
    """Return what its owner should know of it, a sentence each.

    Raises:
        ProviderAccessError: It may not be read; the permission is named.
        ProviderResponseError: It is not there.
        ProviderUnavailableError: Asking again later may succeed.
    """
    unknown, state = None, None
    try:
        state = subscription.state()
    except ProviderAccessError as error:  # it may be readable all the same
        unknown = f"how it is set up cannot be told: {error.what}"
    if CONSUME not in subscription.granted([CONSUME]):
        raise ProviderAccessError(
            f"{subscription.name}: the permission {CONSUME} is missing",
            hint=f"grant it; {DOCS} lists all that are needed",
        )
    return ("it may be read", *([unknown] if unknown else _risks(state)))


def _risks(state: Any) -> Iterator[str]:
    """Say of a `google.pubsub.v1.Subscription` how records may be lost."""
    if state.detached:
        yield "it is detached from its topic: nothing is delivered any more"
    if state.push_config.push_endpoint:
        yield "it pushes its messages: make one that is pulled, for drift alone"
    if state.filter:
        yield "it has a filter: what does not fit is dropped unseen"
    if topic := state.dead_letter_policy.dead_letter_topic:
        attempts = state.dead_letter_policy.max_delivery_attempts or ATTEMPTS
        yield (
            f"a message is given up after {attempts} attempts and sent to {topic}: "
            "have drift read a subscription of that topic too, or nobody sees it"
        )
    kept_for = state.message_retention_duration
    if timedelta() < kept_for < WEEK:
        yield f"messages are kept for {kept_for}: if drift is down for longer, they are lost"
