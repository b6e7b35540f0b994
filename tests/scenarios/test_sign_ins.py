"""Who signed in to a console is evidence, once, and no change."""

import csv
from pathlib import Path

import pytest
from msgspec import structs

from drift.ledger.verify import verify_pack
from drift.model.event import ChangeEvent, Effect, Outcome
from drift.model.evidence import EntryKind
from drift.store.database import Database
from tests.builders import NOON, a_principal, an_event, minutes
from tests.reports.packs import a_pack
from tests.scenarios.cloud import Watch
from tests.world import KEY


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database=database)


def a_sign_in(
    event_id: str = "in", *, minute: int = 0, mfa: bool | None = True, error: str | None = None
) -> ChangeEvent:
    """Alice signs in to the console, in the role of an administrator."""
    alice = structs.replace(a_principal("alice@example.com"), role="Admin", mfa=mfa)
    facts = {"service": "signin", "action": "ConsoleLogin", "effect": Effect.AUTH, "resources": ()}
    event = an_event(event_id=event_id, at=NOON + minutes(minute), principal=alice, **facts)  # type: ignore[arg-type]
    return event if error is None else structs.replace(event, outcome=Outcome.FAILURE, error=error)


def test_a_sign_in_is_recorded_once_and_changes_nothing(watch: Watch) -> None:
    """
    A second source, or a queue, may deliver it again.
    """
    watch.told(a_sign_in())
    watch.told(a_sign_in(), an_event(event_id="key", action="GetSessionToken", effect=Effect.AUTH), minute=5)

    [found] = watch.bodies(EntryKind.SIGN_IN)
    assert (found["person"], found["role"], found["mfa"]) == ("alice@example.com", "Admin", True)
    assert (found["to"], found["outcome"], found["source"]) == ("console", "success", "trail")
    assert watch.changes() == []
    assert watch.counts() == {"auth": 3}


def test_the_pack_lists_sign_ins_and_counts_them_by_month(watch: Watch, tmp_path: Path) -> None:
    watch.told(
        a_sign_in("1"),
        a_sign_in("2", minute=1, error="wrong password"),
        a_sign_in("3", minute=2, mfa=None),
        a_sign_in("4", minute=31 * 24 * 60),
    )

    a_pack(watch.database, tmp_path / "pack", key=KEY, until=NOON + minutes(30))

    rows = table_of(tmp_path / "pack/13_access/sign_ins.csv")
    months = table_of(tmp_path / "pack/13_access/sign_ins_by_month.csv")
    assert [(row["outcome"], row["mfa"], row["is_production"]) for row in rows] == [
        ("success", "yes", "true"),
        ("failure", "yes", "true"),
        ("success", "not recorded", "true"),
    ]
    assert [(row["month"], row["mfa"], row["sign_ins"], row["failed"]) for row in months] == [
        ("2026-11", "not recorded", "1", "0"),
        ("2026-11", "yes", "1", "1"),
    ]
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
