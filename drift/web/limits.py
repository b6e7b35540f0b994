"""How often somebody may try to get in. It is counted in memory, and for no more addresses than so."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Final

from starlette.responses import Response

from drift.web import answers
from drift.web.ask import Ask

PER_ADDRESS: Final = 20
"""Tries from one address in a minute: a team behind one address signs in in the morning."""

OVERALL: Final = 300
"""Tries from everywhere in a minute."""

WITHIN: Final = 60.0
"""Seconds."""

_MOST_ADDRESSES: Final = 1_000
_V6_PREFIX: Final = 64
"""Bits: somebody with one address of IPv6 has all that share these."""


@dataclass(slots=True)
class SignInLimits:
    """Counts who tried to get in. Safe to use from any thread."""

    ticks: Callable[[], float] = time.monotonic
    """A clock of seconds that never goes back."""
    _tries: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _all: deque[float] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, address: str) -> int:
        """Take in a try; return for how many seconds there may be no other, 0 if it may go on.

        One that has to wait does not count, so that nobody waits forever.
        """
        now, origin = self.ticks(), _origin(address)
        with self._lock:
            mine = self._tries.setdefault(origin, deque())
            self._tries.move_to_end(origin)
            waits = max(_left(mine, PER_ADDRESS, now), _left(self._all, OVERALL, now))
            if not waits:
                mine.append(now)
                self._all.append(now)
            while len(self._tries) > _MOST_ADDRESSES:
                self._tries.popitem(last=False)
        return math.ceil(waits)


def limited(show: Callable[[Ask], Response]) -> Callable[[Ask], Response]:
    """Return a page that lets somebody in, and does so only so often."""

    def shown(ask: Ask) -> Response:
        seconds = ask.site.limits.wait(ask.client)
        if not seconds:
            return show(ask)
        answer = answers.refusal(
            ask, 429, "Too many tries to sign in.", f"Try again in {seconds} seconds, not before."
        )
        answer.headers["retry-after"] = str(seconds)
        return answer

    return shown


def _left(tries: deque[float], most: int, now: float) -> float:
    """Forget what is long past; return after how many seconds there may be another try."""
    while tries and now - tries[0] >= WITHIN:
        tries.popleft()
    return WITHIN - (now - tries[0]) if len(tries) >= most else 0.0


def _origin(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> (128 - _V6_PREFIX))
    return str(found)
