"""How fast an API may be asked: a share of what a cloud grants an account.

The production that is watched lives on the same budget.
"""

from dataclasses import dataclass

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds that an API is left alone after it turned us away; each further time twice as long."""


@dataclass(kw_only=True, slots=True, eq=False)
class Bucket:
    """What may be asked of one API of one account now: it fills with time, and each read takes from it."""

    per_second: float
    """0: there is no known limit."""
    burst: float
    level: float
    filled_at: float
    free_at: float = 0.0
    """Until then it is left alone."""
    pause: float = 0.0

    def wait(self, calls: float, now: float) -> float:
        """Return the seconds until a read of so many calls may start, 0 if it may start now."""
        if now < self.free_at:
            return self.free_at - now
        if not self.per_second:
            return 0.0
        self._fill(now)
        # A read that costs more than the bucket holds starts on a full one, and leaves a debt.
        return max(0.0, (min(calls, self.burst) - self.level) / self.per_second)

    def take(self, calls: float, now: float) -> None:
        """Pay for a read."""
        if self.per_second:
            self._fill(now)
            self.level -= calls

    def refuse(self, now: float) -> None:
        """Leave the API alone for a while: it turned us away."""
        if now < self.free_at:
            return  # another read that was under way learned the same
        self.pause = min(LONGEST_PAUSE, 2 * self.pause) if self.pause else FIRST_PAUSE
        self.free_at = now + self.pause
        self.level = min(self.level, 0.0)

    def accept(self) -> None:
        """Take note that the API answers again."""
        self.pause = 0.0

    def _fill(self, now: float) -> None:
        self.level = min(self.burst, self.level + (now - self.filled_at) * self.per_second)
        self.filled_at = now
