"""Keeps a number of requests a second, where asking faster is refused."""

import time
from collections.abc import Callable
from datetime import timedelta


class Pace:
    """Waits before a request that would come too soon."""

    def __init__(
        self,
        apart: timedelta,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._apart = apart.total_seconds()
        self._now = now
        self._sleep = sleep
        self._free_at: float | None = None

    def wait(self) -> None:
        """Return when the next request may be made."""
        now = self._now()
        if self._free_at is not None and now < self._free_at:
            self._sleep(self._free_at - now)
            now = self._free_at
        self._free_at = now + self._apart
