"""How fast a notifier is sent messages, and which of them wait for each other."""

from dataclasses import dataclass
from datetime import timedelta

PACE = 20
"""Messages a minute to people, unless the configuration says otherwise. Slack takes about one a second
and channel: https://docs.slack.dev/apis/web-api/rate-limits."""

WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRules:
    """What the configuration says of one notifier."""

    messages_a_minute: int | None = None
    """`None`: `PACE` to people, as fast as it goes to machines."""
    gather_low: timedelta = timedelta(minutes=15)
    """Messages of low severity wait so long for others, and are told in one."""
    digest_above: int = 10
    """When more messages than this wait longer than `digest_after`, one message tells them all."""
    digest_after: timedelta = timedelta(minutes=10)
