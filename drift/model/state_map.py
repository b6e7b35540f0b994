"""Which code, account, environment and owner belong to a state, and how each was found."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that was found out of a state's surroundings."""

    value: str
    how: str
    """In the words of the user's own files: "backend block of main.tf"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedState:
    """What belongs to one state; `None` stands for what nobody could find."""

    baseline: str
    state: str
    """Path or URI of the state."""
    code: Fact | None = None
    """The folder of its code, from the root of the checkout."""
    account: Fact | None = None
    other_accounts: tuple[str, ...] = ()
    """Accounts in which some of its resources stand, through other provider configurations."""
    region: Fact | None = None
    role: Fact | None = None
    """What to assume for reading."""
    environment: Fact | None = None
    owner: Fact | None = None
    missing: tuple[str, ...] = ()
    """What could not be found, each with the next step."""
