"""Forgetting a person everywhere, whatever is stopped in between."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import pytest

from drift.directory_watch import people_known
from drift.erasure import Erased, Request, erase_person, forgotten
from drift.errors import LedgerIntegrityError, ProviderUnavailableError, UsageError
from drift.ledger.checkpoint import grown_since, latest_checkpoint
from drift.ledger.log import append_all, entries, size_of
from drift.ledger.note import SigningKey
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.ports import RawVault
from drift.store.database import Database
from drift.store.people import keep_people
from tests.builders import NOON
from tests.ledger.building import KEY, Slow, an_entry
from tests.world import World

ALICE = Person(name="alice@example.com", names=("ops-seven",))


@dataclass(slots=True)
class Cellar:
    """A vault that may not answer."""

    records: list[bytes]
    is_down: bool = False

    def forget(self, is_meant: Callable[[bytes], bool]) -> int:
        """Erase as a vault does."""
        if self.is_down:
            raise ProviderUnavailableError("the disk is gone", hint="mount it")
        meant = [one for one in self.records if is_meant(one)]
        self.records = [one for one in self.records if one not in meant]
        return len(meant)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """A store in which a directory knows whose login made a change."""
    World(database=sqlite_database).happened(by="ops-seven")
    with sqlite_database.transaction() as connection:
        keep_people(connection, "okta", [ALICE], NOON, NOON)
    return sqlite_database


def test_when_the_vault_fails_the_next_run_still_knows_every_name(database: Database) -> None:
    cellar = Cellar(records=[b'{"login": "ops-seven"}', b'{"login": "bob"}'], is_down=True)

    with pytest.raises(ProviderUnavailableError):
        erased(database, cellar)
    cellar.is_down = False
    done = erased(database, cellar)

    assert (done.records, cellar.records) == (1, [b'{"login": "bob"}'])


def test_whoever_is_forgotten_by_themselves_is_not_named_as_who_asked(database: Database) -> None:
    erased(database, by="Alice@example.com (as ops-seven)")

    with database.reading() as connection:
        (order,) = entries(connection, kind=EntryKind.ORDER)
    assert json.loads(order.body or b"")["by"] == f"{order.ref} (as {order.ref})"


def test_nobody_who_writes_waits_for_whoever_signs_the_erasure(database: Database) -> None:
    def recorded() -> None:
        with database.transaction() as connection:
            append_all(connection, [an_entry()])

    erased(database, key=SigningKey(name=KEY.name, signer=Slow(recorded)))

    with database.reading() as connection:
        sealed = latest_checkpoint(connection)
        assert sealed is not None
        assert grown_since(connection, sealed.size) is not None


def test_with_a_key_that_has_not_sealed_the_ledger_no_row_is_erased(database: Database) -> None:
    World(database=database).sealed()

    with pytest.raises(LedgerIntegrityError):
        erased(database, key=KEY)

    with database.reading() as connection:
        assert list(entries(connection, kind=EntryKind.PERSON_ERASURE)) == []
        assert people_known(connection, (), ["okta"]).person("ops-seven") == ALICE.name


def test_whom_nothing_names_is_not_said_to_be_forgotten(database: Database) -> None:
    with database.reading() as connection:
        before = size_of(connection)

    with pytest.raises(UsageError, match="nothing names nobody"):
        erased(database, Cellar(records=[b"{}"]), name="nobody@example.org")

    with database.reading() as connection:
        assert size_of(connection) == before


@pytest.mark.parametrize("word", ["console", "Console", "region", "team"])
def test_no_word_that_evidence_is_written_in_is_taken_for_a_name(word: str) -> None:
    """
    Replaced by a pseudonym, a channel or a field's name would leave entries that nothing can read.
    """
    with pytest.raises(UsageError, match="a word of the evidence itself"):
        forgotten([word], People(), KEY)


def test_words_that_no_entry_has_are_names_like_any_other() -> None:
    """
    These are words of Python's own library.
    """
    for name in ("conform", "eject", "keep"):
        assert forgotten([name], People(), KEY).names == {name}


def test_which_words_are_refused_does_not_depend_on_what_is_imported() -> None:
    script = (
        "from drift.erasure import _own_words as words; before = words();"
        "import drift.cli.commands, drift.wiring, drift.reports.pack.export;"
        "print(before == words(), 'quarter' in before, 'dead' in before, 'vault' in before)"
    )

    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert said.split() == ["True"] * 4


def erased(
    database: Database,
    cellar: Cellar | None = None,
    *,
    by: str = "dana",
    key: SigningKey = KEY,
    name: str = ALICE.name,
) -> Erased:
    """The command was run, as it is."""
    with database.reading() as connection:
        people = people_known(connection, (), ["okta"])
    person = forgotten([name], people, KEY)
    request = Request(person=person, by=by, reason=f"request 17 of {ALICE.name}")
    return erase_person(database, key, cast("RawVault | None", cellar), request, NOON)
