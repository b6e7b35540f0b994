"""Pushing a pack to a sink, wherever it is stopped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from drift.errors import ProviderUnavailableError
from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.ports import HandedPack
from drift.push import Pushed, push
from drift.store.database import Database
from drift.store.pushed import note_arrived
from tests.builders import NOON

PACK = HandedPack(manifest_sha256="5a" * 32, since=None, until=None, is_whole=True, files={})


@dataclass(slots=True)
class Shelf:
    """A sink that takes what it is given."""

    wanted: tuple[str, ...] = ("one", "two")
    taken: list[str] = field(default_factory=list)
    is_full: bool = False

    def parcels(self, pack: HandedPack) -> Sequence[str]:
        """Return what it wants of every pack."""
        return self.wanted

    def deliver(self, pack: HandedPack, parcel: str) -> str:
        """Take a parcel, if there is room."""
        if self.is_full:
            raise ProviderUnavailableError("there is no room", hint="make some")
        self.taken.append(parcel)
        return f"shelf/{parcel}"

    def check(self) -> str:
        """Say that it is there."""
        return "stands"


def test_a_push_that_stopped_before_it_was_recorded_is_recorded_by_the_next(
    sqlite_database: Database,
) -> None:
    shelf = Shelf()
    with sqlite_database.transaction() as connection:
        for parcel in shelf.wanted:
            note_arrived(connection, "shelf", PACK.manifest_sha256, parcel, f"shelf/{parcel}", NOON)

    done = pushed(sqlite_database, shelf)

    assert (done.delivered, shelf.taken) == (0, [])
    assert told(sqlite_database) == [{"one": "shelf/one", "two": "shelf/two"}]


def test_what_broke_off_and_is_gone_on_with_is_recorded_once(sqlite_database: Database) -> None:
    shelf = Shelf(is_full=True)
    broke_off = pushed(sqlite_database, shelf)
    shelf.is_full = False

    seqs = [pushed(sqlite_database, shelf).ledger_seq for _ in range(3)]

    assert (broke_off.ledger_seq, seqs[1:]) == (None, [None, None])
    assert len(told(sqlite_database)) == 1
    assert shelf.taken == ["one", "two"]


@pytest.mark.parametrize("wanted", [(), ("one",)])
def test_a_pack_of_which_a_sink_wants_nothing_new_is_recorded_once(
    sqlite_database: Database, wanted: tuple[str, ...]
) -> None:
    for _ in range(2):
        pushed(sqlite_database, Shelf(wanted=wanted))

    assert len(told(sqlite_database)) == 1


def test_another_pack_is_recorded_beside_the_first(sqlite_database: Database) -> None:
    shelf = Shelf(wanted=())
    pushed(sqlite_database, shelf)
    other = HandedPack(manifest_sha256="6b" * 32, since=None, until=None, is_whole=True, files={})

    pushed(sqlite_database, shelf, other)

    assert len(told(sqlite_database)) == 2


def pushed(database: Database, shelf: Shelf, pack: HandedPack = PACK) -> Pushed:
    """A pack was pushed."""
    return push(database, "shelf", shelf, pack, clock)


def clock() -> datetime:
    """It is noon."""
    return NOON


def told(database: Database) -> list[dict[str, str]]:
    """What the ledger tells of pushes: what arrived with each."""
    with database.reading() as connection:
        return [json.loads(one.body or b"")["parcels"] for one in entries(connection, kind=EntryKind.PUSH)]
