"""What is to be read, and how it goes with those who read it."""

from collections import Counter, deque
from dataclasses import dataclass, field

from drift.model.baseline import DeclaredResource
from providers.terraform.plugin.budget import Toll
from providers.terraform.plugin.failures import StartError
from providers.terraform.plugin.provider import Launch


@dataclass(kw_only=True, slots=True, eq=False)
class Task:
    """One resource to be read."""

    index: int
    declared: DeclaredResource
    launch: Launch
    toll: Toll
    throttled: tuple[str, ...] = ()
    """Words by which the provider says that it was turned away."""
    doubt: str | None = None
    """Why it need not be gone if it is not found."""
    is_alone: bool = False
    repeats: int = 0
    refusals: int = 0


@dataclass(kw_only=True, slots=True)
class Course:
    """How it goes with one provider."""

    given_up: str | None = None
    failed_starts: int = 0
    start_error: StartError | None = None
    """Of the last one that failed."""
    silences: int = 0
    ends: int = 0
    ends_by_type: Counter[str] = field(default_factory=Counter)
    suspects: deque[Task] = field(default_factory=deque)
    """Reads of which one ended the provider."""
    is_exclusive: bool = False
    """Whether one of them is under way."""
    under_way: int = 0
    left: int = 0
