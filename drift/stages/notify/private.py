"""What holds of a message to one person, who is asked before their team is told."""

from datetime import datetime

from drift.errors import ProviderError, ProviderUnavailableError
from drift.model.alert import Alert


def is_too_late(alert: Alert, now: datetime) -> bool:
    """Tell whether a message would ask somebody before their team is told, which is told by now."""
    return alert.asked is not None and alert.asked.until <= now


def is_for_the_team(alert: Alert, error: ProviderError) -> bool:
    """Tell whether nobody can be asked, so that the team is told at once.

    A channel that is only away may be back before the time to answer is over.
    """
    return alert.asked is not None and not isinstance(error, ProviderUnavailableError)
