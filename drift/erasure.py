"""Forgets a person, on request: in the ledger, in the working memory, and in the vault.

1. The vault goes first: the store knows all names of the person until its own rows go.
2. The ledger and the working memory, with the entry that tells of it, in one transaction.
3. The files of the store, and the signature, for which nobody who writes waits.

Whatever is stopped in between, the command is simply run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeGuard

from msgspec import Struct
from sqlalchemy import Connection

from drift import model
from drift.errors import UsageError
from drift.ledger.checkpoint import draft_growth, sign_apart
from drift.ledger.erasure import ErasedBodies, erase_bodies, naming
from drift.ledger.note import SigningKey
from drift.ledger.tables import APPEND_ONLY, erased_entry, evidence_body
from drift.model.erasure import SHORTEST, Forgotten
from drift.model.evidence import OrderRecord
from drift.model.person import People
from drift.ports import AdapterKind, RawVault
from drift.store.database import Database
from drift.store.erasure import forget_in_store
from drift.store.metadata import metadata
from drift.store.outbox import DeliveryStatus

_LEDGER = frozenset(one.name for one in (*APPEND_ONLY, evidence_body, erased_entry))
_OF_THE_STORE: tuple[type[StrEnum], ...] = (AdapterKind, DeliveryStatus)
"""What the working memory says in words that no entry has."""

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
    """Return the words that the evidence itself is written in: what may be the case, and the names of fields.

    Those of the model, and of each of its modules what is defined there: a word of a library is anybody's.
    """
    own = [one for module in _of_the_model() for one in vars(module).values() if _is_of(module, one)]
    words = (word for one in (*own, *_OF_THE_STORE) for word in _words_of(one))
    return {word.lower() for word in words}


def _of_the_model() -> list[ModuleType]:
    return [import_module(one.name) for one in iter_modules(model.__path__, f"{model.__name__}.")]


def _is_of(module: ModuleType, thing: object) -> TypeGuard[type]:
    return isinstance(thing, type) and thing.__module__ == module.__name__


def _words_of(kind: type) -> Iterable[str]:
    if issubclass(kind, StrEnum):
        return [str(word) for word in kind]
    if issubclass(kind, Struct):
        return kind.__struct_encode_fields__
    return [one.name for one in fields(kind)] if is_dataclass(kind) else ()


def count_naming(database: Database, person: Forgotten) -> int:
    """Return of how many entries the bodies would be erased."""
    with database.reading() as connection:
        return len(naming(connection, person))


def erase_person(
    database: Database, key: SigningKey, vault: RawVault | None, request: Request, now: datetime
) -> Erased:
    """Erase a person, and seal the record of it.

    Raises:
        UsageError: Nothing names them: whoever asked would be told that they are forgotten.
        StoreError: The files of the store could not be written anew.
        ProviderError: The vault could not be gone through, or the key does not sign.
    """
    person = request.person
    order = OrderRecord(by=person.out_of(request.by), reason=person.out_of(request.reason))
    records = vault.forget(person.is_in) if vault else None
    with database.transaction() as connection:
        done = _erase(connection, person, order, records, now)
        drafted = draft_growth(connection, key) if done else None
    database.wipe_deleted(one.name for one in metadata.sorted_tables)
    if done is None:
        raise UsageError(
            f"nothing names {', '.join(sorted(person.names))}",
            hint="give a name as `drift changes` shows it, and further ones with --also",
        )
    if drafted is not None:
        sign_apart(database, drafted, key, now)
    return done


def _erase(
    connection: Connection, person: Forgotten, order: OrderRecord, records: int | None, now: datetime
) -> Erased | None:
    """Erase a person from ledger and store; `None` where neither these nor the vault named them."""
    rows = forget_in_store(connection, person, besides=_LEDGER)
    if not (rows or records or naming(connection, person)):
        return None
    return Erased(bodies=erase_bodies(connection, person, order, now), rows=rows, records=records)
