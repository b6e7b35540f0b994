"""How many messages may a notifier be sent now?"""

import sys
from datetime import datetime

from sqlalchemy import Connection

from drift.ports import Choosing, Notifier
from drift.stages.notify.rules import PACE, WINDOW, DeliveryRules
from drift.store import backlog

AS_MANY_AS_THERE_ARE = sys.maxsize


def allowance(
    connection: Connection, name: str, notifier: Notifier, rules: DeliveryRules | None, now: datetime
) -> int:
    """Return how many messages may go out now, so that no minute has more of them than the rules allow.

    None while the channel has asked to be left alone.
    """
    until = backlog.held_until(connection, name)
    if until is not None and now < until:
        return 0
    if rules is None:
        return AS_MANY_AS_THERE_ARE
    # What chooses its alerts wakes people by its own rules, or is read by machines.
    most = rules.messages_a_minute or (None if isinstance(notifier, Choosing) else PACE)
    if most is None:
        return AS_MANY_AS_THERE_ARE
    return max(0, most - backlog.sent_since(connection, name, now - WINDOW))
