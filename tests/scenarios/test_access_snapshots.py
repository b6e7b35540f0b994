"""Once a month it is recorded who may write, with the difference to the month before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError
from drift.ledger.verify import verify_pack
from drift.model.access import Entitlement
from drift.model.evidence import EntryKind
from drift.model.verdict import ActorKind
from drift.store.database import Database
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of
from tests.scenarios.cloud import Watch
from tests.world import KEY

MONTH = 31 * 24 * 60
"""Minutes."""


@dataclass(kw_only=True)
class Rights:
    """An account in memory, and who may write to it."""

    names: list[str] = field(default_factory=lambda: ["alice", "bob"])
    refusal: str | None = None

    def check(self) -> str:
        """Say that it is there."""
        return "rights"

    def entitlements(self) -> Sequence[Entitlement]:
        """Return who may write, or refuse."""
        if self.refusal:
            raise ProviderAccessError(self.refusal, hint="grant it")
        return [an_entitlement(name) for name in self.names]


def an_entitlement(name: str) -> Entitlement:
    return Entitlement(
        account="111122223333",
        principal=f"arn:aws:iam::111122223333:user/{name}",
        name=name,
        kind=ActorKind.HUMAN,
        has_console=True,
        via="itself",
        right="admin",
    )


@pytest.fixture
def rights() -> Rights:
    return Rights()


@pytest.fixture
def watch(sqlite_database: Database, rights: Rights) -> Watch:
    return Watch(database=sqlite_database, access_lists={"shop": rights})


def test_a_snapshot_is_taken_once_a_month_with_what_is_different(watch: Watch, rights: Rights) -> None:
    watch.cycle()
    rights.names = ["bob", "carol"]
    watch.cycle(60)
    watch.cycle(MONTH)

    first, second = watch.bodies(EntryKind.ACCESS_SNAPSHOT)
    assert (first["month"], first["is_first"], first["added"], first["removed"]) == ("2026-11", True, [], [])
    assert [one["name"] for one in first["entitlements"]] == ["alice", "bob"]
    assert [one["name"] for one in second["added"]] == ["carol"]
    assert [one["name"] for one in second["removed"]] == ["alice"]


def test_what_cannot_be_read_takes_no_right_away_and_is_tried_again(watch: Watch, rights: Rights) -> None:
    watch.cycle()
    rights.refusal = "the permission is missing"

    problems = watch.problems(MONTH)
    rights.refusal = None
    watch.cycle(MONTH + 60)

    assert problems == ("shop: the permission is missing (grant it)",)
    assert [one["removed"] for one in watch.bodies(EntryKind.ACCESS_SNAPSHOT)] == [[], []]


def test_the_pack_lists_who_could_write_and_what_changed(
    watch: Watch, rights: Rights, tmp_path: Path
) -> None:
    watch.cycle()
    rights.names = ["=bob", "alice"]
    watch.cycle(MONTH)

    a_pack(watch.database, tmp_path / "pack", key=KEY)

    rows = table_of(tmp_path / "pack/13_access/entitlements.csv")
    assert [(row["month"], row["change"], row["name"]) for row in rows] == [
        ("2026-11", "first snapshot", "alice"),
        ("2026-11", "first snapshot", "bob"),
        ("2026-12", "added", "'=bob"),
        ("2026-12", "as before", "alice"),
        ("2026-12", "removed", "bob"),
    ]
    assert verify_pack(str(tmp_path / "pack")).all_problems == []
