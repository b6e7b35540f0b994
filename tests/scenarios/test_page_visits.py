"""The pack lists who looked at the pages, and who was invited to."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.invite import Wish, invite, withdraw
from drift.ledger.verify import verify_pack
from drift.model.action import Doer, Origin
from drift.model.visitor import Identity, Role, SignedInBy, Visitor
from drift.store.database import Database
from drift.web.visits import Visits
from tests.reports.packs import a_pack
from tests.reports.test_pack import table_of
from tests.scenarios.cloud import Watch
from tests.world import KEY


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    """A watch over a store that is empty at first."""
    return Watch(database=sqlite_database)


ADAM = Doer(name="adam@example.com", origin=Origin.WEB)


def test_the_pack_lists_who_looked_and_who_was_invited(watch: Watch, tmp_path: Path) -> None:
    watch.cycle()
    now = watch.clock.now()
    wish = Wish(
        name="=audrey@audit.example",
        since=datetime(2026, 11, 1, tzinfo=UTC),
        until=datetime(2026, 12, 1, tzinfo=UTC),
        expires_at=now + timedelta(days=7),
    )
    invite(watch.database, wish, ADAM, now=now, at=now)
    withdraw(watch.database, wish.name, ADAM, now)
    visits = Visits()
    erin = Visitor(
        identity=Identity(name="erin@example.com", by=SignedInBy.OIDC), roles=frozenset({Role.APPROVER})
    )
    with watch.database.transaction() as connection:
        visits.came(connection, erin, now)
    visits.refused(watch.database, SignedInBy.OIDC, "link", now)
    watch.cycle()

    a_pack(watch.database, tmp_path / "pack", key=KEY)

    looked = table_of(tmp_path / "pack/13_access/page_sign_ins.csv")
    assert [(one["turn"], one["name"], one["roles"], one["refused"]) for one in looked] == [
        ("signed-in", "erin@example.com", "approver", ""),
        ("refused", "", "", "1"),
    ]
    invited = table_of(tmp_path / "pack/13_access/invitations.csv")
    assert [(one["turn"], one["name"], one["by"]) for one in invited] == [
        ("invited", "'=audrey@audit.example", "adam@example.com"),
        ("withdrawn", "'=audrey@audit.example", "adam@example.com"),
    ]
    assert verify_pack(str(tmp_path / "pack")).all_problems == []
