"""Forgets a person, on request: in the ledger, in the working memory, and in the vault.

The entry that tells of it is kept in the same transaction as the erasure; the vault follows, and then the
files of the store. Whatever is stopped in between, the command is simply run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.errors import UsageError
from drift.ledger.checkpoint import seal
from drift.ledger.erasure import ErasedBodies, erase_bodies, naming
from drift.ledger.note import SigningKey
from drift.ledger.tables import APPEND_ONLY, erased_entry, evidence_body
from drift.model.erasure import SHORTEST, Forgotten
from drift.model.evidence import OrderRecord
from drift.model.person import People
from drift.ports import RawVault
from drift.store.database import Database
from drift.store.erasure import forget_in_store

_LEDGER = frozenset(one.name for one in (*APPEND_ONLY, evidence_body, erased_entry))
_PSEUDONYM_SIZE = 6
"""Bytes: enough for every person of a company to have one of their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Who is to be forgotten, and who asked for it why."""

    person: Forgotten
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What was erased."""

    bodies: ErasedBodies
    rows: int
    """Rows of the working memory in which a name stood."""
    records: int | None
    """Raw records; `None` where none are kept."""


def forgotten(names: Iterable[str], people: People, key: SigningKey) -> Forgotten:
    """Return the person of these names, under all that directories and the configuration know.

    Raises:
        UsageError: No name is long enough to be looked for.
    """
    given = {name.lower() for name in names}
    stands = {people.person(name) for name in given}
    joined = {name for name, one in people.aliases.items() if one in stands}
    mark = key.derived(b"the erasure of " + min(stands).encode())[:_PSEUDONYM_SIZE].hex()
    person = Forgotten.called(given | stands | joined, f"erased-{mark}")
    if not person.names:
        raise UsageError(
            f"a name of less than {SHORTEST} characters stands in too many words",
            hint="give the whole name, or the address",
        )
    if ours := sorted(person.names & _own_words()):
        raise UsageError(
            f'"{ours[0]}" is a word of the evidence itself, which would lose its meaning',
            hint="leave that name out, of [[person]] too, and give the others",
        )
    return person


def _own_words() -> set[str]:
    """Return the words that stand in entries for what is the case: channels, dispositions and the like."""
    return {str(word).lower() for words in StrEnum.__subclasses__() for word in words}


def count_naming(database: Database, person: Forgotten) -> int:
    """Return of how many entries the bodies would be erased."""
    with database.reading() as connection:
        return len(naming(connection, person))


def erase_person(
    database: Database, key: SigningKey, vault: RawVault | None, request: Request, now: datetime
) -> Erased:
    """Erase a person, and seal the record of it.

    Raises:
        StoreError: The files of the store could not be written anew.
        ProviderError: The vault could not be gone through, or the key does not sign.
    """
    person = request.person
    order = OrderRecord(by=request.by, reason=person.out_of(request.reason))
    with database.transaction() as connection:
        bodies = erase_bodies(connection, person, order, now)
        rows = forget_in_store(connection, person, besides=_LEDGER)
        seal(connection, key, now)
    records = vault.forget(person.is_in) if vault else None
    database.wipe_deleted()
    return Erased(bodies=bodies, rows=rows, records=records)
