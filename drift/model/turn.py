"""What one turn of a job did."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """How much a turn of a job did, and what it could not do."""

    problems: tuple[str, ...] = ()
    """What somebody should know, a line each."""
    counts: tuple[tuple[str, int], ...] = ()
    """How much was done, under its name in the plural: `("records", 500)`."""
    failure: str | None = None
    """Why the work itself could not be done, where it could not: it is due again as before."""

    is_put_off: bool = False
    """Its work is not done, though nothing is wrong: it waits for another job, or was told to stop."""

    again_within: timedelta | None = None
    """Part of its work could not be done, and is due again so soon, however seldom the job is."""
    has_more: bool = False
    """Nothing is wrong, and there is more to do at once, in a turn of its own."""

    def count(self, name: str) -> int:
        """Return how much was done under this name."""
        return dict(self.counts).get(name, 0)
