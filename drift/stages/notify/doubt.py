"""Was a message sent already? Asked of the channel where nobody noted what became of it."""

from dataclasses import dataclass
from datetime import timedelta

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.ports import Notifier, Searching
from drift.store.doubts import Doubt
from drift.store.outbox import QueuedAlert

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the channel's clock may be behind ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a channel knows of messages in doubt."""

    own: str | None = None
    """The reference of the message that was to be sent: it is there."""
    earlier: tuple[tuple[Doubt, str | None], ...] = ()
    """Earlier messages about the session, with their references; `None` where one is not there."""

    @property
    def replaces(self) -> str | None:
        """The newest of the earlier ones that is there, to be edited in place."""
        return next((reference for _, reference in reversed(self.earlier) if reference), None)


def look_up(notifier: Notifier, queued: QueuedAlert) -> Found:
    """Look up whatever is in doubt about the session of a message.

    A channel in which a repeat is no second message is not asked. Nor does one that refuses to be searched
    keep a message back: to be told twice is better than not at all.

    Raises:
        ProviderUnavailableError: Asking again later may succeed; nothing is to be sent before.
    """
    if not queued.doubts or not isinstance(notifier, Searching):
        return Found()
    try:
        known = [
            (doubt, notifier.find(doubt.client_id, doubt.since - CLOCKS_DIFFER, to=doubt.to))
            for doubt in queued.doubts
        ]
    except (ProviderAccessError, ProviderResponseError):
        return Found()
    own = next((reference for doubt, reference in known if doubt.id == queued.id), None)
    return Found(own=own, earlier=tuple(one for one in known if one[0].id != queued.id))
