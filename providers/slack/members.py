"""Who in Slack is the person whom a message is for? Known by their address, or by their Slack id.

By an address it takes the scope `users:read.email`, by an id `users:read`.
https://docs.slack.dev/reference/methods/users.lookupByEmail
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from providers.slack.answers import error_code

if TYPE_CHECKING:
    from slack_sdk import WebClient

KNOWN_FOR: Final = timedelta(minutes=10)
"""How long it is remembered who somebody is, and that they are not there: people join and leave."""

_ID = re.compile(r"[UW](?=[A-Z]*[0-9])[A-Z0-9]{6,20}")
"""With a digit: else a login in capitals would be one."""
_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_NOT_THERE = frozenset({"users_not_found", "user_not_found", "user_not_visible"})


def is_member_id(text: str) -> bool:
    """Tell whether a text is how Slack names a person."""
    return _ID.fullmatch(text) is not None


class Members:
    """Remembers who is who for a while: the same people are asked for again and again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str | None]] = {}

    def called(self, client: "WebClient", names: Sequence[str]) -> str | None:
        """Return the id of the person with these names, the ids among them first; `None` if nobody has any.

        Raises what Slack's client raises.
        """
        ids = [name.upper() for name in names if is_member_id(name.upper())]
        addresses = [name for name in names if _ADDRESS.fullmatch(name)]
        asked = [(one, lambda one=one: client.users_info(user=one)) for one in ids]
        asked += [(one, lambda one=one: client.users_lookupByEmail(email=one)) for one in addresses]
        return next((found for name, ask in asked if (found := self._member(name, ask))), None)

    def _member(self, name: str, ask: Callable[[], Any]) -> str | None:
        at, found = self._known.get(name, (0.0, None))
        if at and time.monotonic() - at < KNOWN_FOR.total_seconds():
            return found
        found = _person(ask)
        self._known[name] = (time.monotonic(), found)
        return found


def _person(ask: Callable[[], Any]) -> str | None:
    """Return the id of a person who is there; programs, and who has left, cannot answer."""
    from slack_sdk.errors import SlackApiError

    try:
        user: Mapping[str, Any] = ask()["user"]
    except SlackApiError as error:
        if error_code(error) in _NOT_THERE:
            return None
        raise
    return None if user.get("deleted") or user.get("is_bot") else str(user["id"])
