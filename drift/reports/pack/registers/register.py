"""A register, and how one that has no rows is to be read.

A control that had nothing to do and one that did not run look alike in an empty list. So each register
names what shows that its rows would have been there: its witness.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from drift.reports.pack.listing import Document, Fields, Listing


class State(StrEnum):
    """How a register is to be read."""

    LISTED = "listed"
    DID_NOT_OCCUR = "did not occur"
    """What it lists would have been seen: its witness saw all of the period."""
    NONE_SEEN = "none seen, partly covered"
    """Nothing was seen, and its witness did not see all of the period."""
    DID_NOT_OPERATE = "did not operate"
    """Nothing shows that it would have been seen: an empty list says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """What shows that the rows of a register would have been there: so many of so many."""

    seen: int
    of: int | None
    """`None`: nothing tells how many there should have been."""
    what: str
    """With `of`, what follows the numbers: `minutes were covered`; else what comes before the number."""

    @property
    def is_whole(self) -> bool:
        """Nothing is known to have been left out."""
        return self.of is None or self.seen >= self.of

    def __str__(self) -> str:
        if self.of is None:
            return f"{self.what}: {self.seen:,}"
        return f"{self.seen:,} of {self.of:,} {self.what}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Register:
    """A listing with its witness."""

    listing: Listing
    witness: Witness


class States:
    """Counts the rows of registers while they are written, and says how each is to be read."""

    def __init__(self) -> None:
        self._counted: list[tuple[Register, _Rows]] = []

    def watch(self, register: Register) -> Listing:
        """Return the listing of a register, which is counted from now on."""
        rows = _Rows(register.listing.rows)
        self._counted.append((register, rows))
        return replace(register.listing, rows=rows)

    def listing(self) -> Listing:
        """Return a row for each register; to be written after all of them."""
        return Listing(
            path="01_ipe/registers",
            title="Registers",
            lists="Each register of this pack with the number of its rows and, where it has none, whether"
            " what it lists did not occur, or the watch for it did not operate, or did for a part only.",
            columns=("register", "path", "rows", "state", "seen", "of", "statement"),
            rows=(_state_row(register, rows.count) for register, rows in self._counted),
            limits=("A register without rows shows nothing beyond what its statement says.",),
        )


class _Rows:
    """Rows that are counted as they are taken."""

    def __init__(self, rows: Iterable[Fields]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Fields]:
        for row in self._rows:
            self.count += 1
            yield row


def _state_row(register: Register, rows: int) -> Fields:
    state = _state(register.witness, rows)
    return {
        "register": register.listing.title,
        "path": register.listing.path,
        "rows": rows,
        "state": state.value,
        "seen": register.witness.seen,
        "of": register.witness.of,
        "statement": _statement(register.witness, state),
    }


def _state(witness: Witness, rows: int) -> State:
    if rows:
        return State.LISTED
    if not witness.seen:
        return State.DID_NOT_OPERATE
    return State.DID_NOT_OCCUR if witness.is_whole else State.NONE_SEEN


def _statement(witness: Witness, state: State) -> str:
    match state:
        case State.LISTED:
            return str(witness)
        case State.DID_NOT_OCCUR:
            return f"did not occur in the period; {witness}"
        case State.NONE_SEEN:
            return f"none was seen, and not all of the period was covered; {witness}"
        case State.DID_NOT_OPERATE:
            return f"did not operate in the period, so it cannot show anything; {witness}"


Yielded: TypeAlias = Register | Document
"""What a register adds to a pack."""
