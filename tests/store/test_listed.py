"""How judged changes are listed, by this version and by the migration from one that listed none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from drift.model.verdict import Disposition, Lane
from drift.store.changes import leave_changes
from drift.store.database import Database
from drift.store.listed import LONGEST_SUMMARY
from drift.store.lookup import change_called
from drift.store.migrate import MIGRATIONS
from drift.store.schema import change_kind, change_line, finding
from tests.builders import (
    NOON,
    a_classification,
    a_finding,
    a_judgement,
    a_match,
    a_standing,
    a_ticket,
    a_write,
    an_event,
)
from tests.reports.browse.listing import filled
from tests.world import World

BACK = (
    "DROP TABLE change_line",
    "DROP TABLE change_kind",
    *(f"DROP INDEX ix_finding_{name}" for name in ("seen", "stands", "account", "type")),
    *(f"ALTER TABLE finding DROP COLUMN {name}" for name in ("account", "type", "baseline", "address")),
    "CREATE INDEX ix_finding_status ON finding (status)",
    *(f"DROP INDEX ix_ledger_{name}" for name in ("kind", "ref")),
    "DROP INDEX ix_action_by",
    "ALTER TABLE action DROP COLUMN by_key",
)
"""Make of a store what the version before left."""


def test_changes_with_all_in_common_but_their_resources_are_of_one_kind(database: Database) -> None:
    world = World(database=database)
    for number in range(3):
        world.happened(at=NOON + timedelta(hours=number), judged=a_judgement())

    with database.reading() as connection:
        assert len(connection.execute(select(change_line)).all()) == 3
        assert len(connection.execute(select(change_kind)).all()) == 1


def test_what_was_done_is_cut_to_what_a_list_has_room_for(database: Database) -> None:
    World(database=database).happened("x" * 1000, judged=a_judgement())

    with database.reading() as connection:
        [summary] = connection.execute(select(change_line.c.summary)).scalars()
    assert summary == "x" * LONGEST_SUMMARY


def test_the_migration_lists_what_was_judged_before_as_this_version_does(database: Database) -> None:
    filled(database, 40)
    _in_every_way(database)
    World(database=database).compared(a_finding(), a_finding("f-2", address=None, baseline=None))
    listed, found = _lines(database), _findings(database)
    with database.transaction() as connection:
        for statement in BACK:
            connection.execute(text(statement))

        with Operations.context(MigrationContext.configure(connection)):
            _migration().upgrade()

    assert _lines(database) == listed
    assert _findings(database) == found


def _in_every_way(database: Database) -> None:
    """Changes that lack something, and changes that lack nothing any more."""
    world, hour = World(database=database), timedelta(hours=1)
    approved = {"approver": "erin", "approved_at": NOON + 50 * hour}
    for number, (disposition, match, standing) in enumerate(
        (
            (Disposition.RETROACTIVE, a_match(ticket=a_ticket()), None),
            (Disposition.RETROACTIVE, replace(a_match(ticket=a_ticket()), **approved), None),
            (Disposition.EMERGENCY, a_match(), None),
            (Disposition.EMERGENCY, replace(a_match(), **approved), None),
            (Disposition.AUTHORISED, a_match(), a_standing(a_finding())),
        )
    ):
        judgement = a_judgement(disposition, match=match, standing=standing)
        world.happened("one", "two", at=NOON + (40 + number) * hour, judged=judgement)
    emergency = a_write(
        an_event(event_id="e", at=NOON + 60 * hour), None, a_classification(lane=Lane.EMERGENCY)
    )
    world.happened(writes=[emergency], judged=a_judgement(Disposition.AUTHORISED))
    left = world.happened(at=NOON + 70 * hour)
    with database.transaction() as connection:
        leave_changes(connection, left.first, (), "it failed")
        again = change_called(connection, left.change_id).change
    world.judged(again, replace(a_judgement(Disposition.EXPLAINED), corrected_actor="Zoe"))


def _migration() -> Any:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    found = ScriptDirectory.from_config(config).get_revision("0023")
    assert found is not None
    return found.module


def _findings(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(finding).order_by(finding.c.finding_id)).all())


def _lines(database: Database) -> list[dict[str, Any]]:
    joined = select(change_line, change_kind).join(change_kind, change_kind.c.number == change_line.c.kind)
    with database.reading() as connection:
        rows = connection.execute(joined.order_by(change_line.c.change_id)).mappings()
        return [{name: row[name] for name in row if name not in ("kind", "number")} for row in rows]
