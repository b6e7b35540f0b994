"""Send what is queued: at least once, one message for each session, no faster than the channel likes."""

from drift.stages.notify.rules import DeliveryRules
from drift.stages.notify.sending import (
    FIRST_WAIT,
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    Sent,
    notify,
)

__all__ = [
    "FIRST_WAIT",
    "GIVE_UP_AFTER",
    "LONGEST_PAUSE",
    "LONGEST_WAIT",
    "MAX_ATTEMPTS",
    "DeliveryRules",
    "Sent",
    "notify",
]
