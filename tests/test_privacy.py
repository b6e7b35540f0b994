"""What docs/privacy.md says is held about people is what the store holds."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import column, select, table

from drift.invite import Wish, invite
from drift.model.action import Doer, Origin
from drift.model.erasure import Forgotten
from drift.model.verdict import ActorKind
from drift.model.visitor import Role
from drift.store.changes import changes
from drift.store.erasure import written_columns
from drift.store.metadata import metadata
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from tests.web.conftest import told_stories  # noqa: F401 - a fixture
from tests.web.visiting import NAMES, Visited, visited

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "privacy.md").read_text()

LISTED = set(
    re.findall(r"`([a-z_]+\.[a-z_]+)`", PAGE.split("## What is held")[1].split("## For how long")[0])
)
"""The columns that the page lists."""

WRITTEN = {f"{one.name}.{name}" for one in metadata.sorted_tables for name in written_columns(one)}


@pytest.fixture(scope="module")
def lived_in(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:  # noqa: F811
    """A store in which people changed things, look, are invited, and are about to sign in."""
    folder = tmp_path_factory.mktemp("privacy") / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        now = wall_clock()
        wish = Wish(
            name="audrey@audit.example",
            since=datetime(2026, 11, 1, tzinfo=UTC),
            until=datetime(2026, 12, 1, tzinfo=UTC),
            expires_at=now + timedelta(days=1),
        )
        by = Doer(name=NAMES[Role.ADMIN], origin=Origin.WEB)
        invite(made.database, wish, by, now=now, at=made.site.now())
        with made.database.transaction() as connection:
            make_link(connection, NAMES[Role.APPROVER], now + timedelta(minutes=10))
        made.visitor(Role.VIEWER)
        yield made


def test_every_column_that_is_listed_is_one() -> None:
    assert LISTED
    assert sorted(LISTED - WRITTEN) == []


def test_every_column_in_which_a_name_was_found_is_listed(lived_in: Visited) -> None:
    with lived_in.database.reading() as connection:
        makers = {
            write.actor.name
            for row in changes(connection)
            for write in row.change.writes
            if write.actor.kind is ActorKind.HUMAN
        }
        person = Forgotten.called({*makers, *NAMES.values(), "audrey@audit.example"}, "erased")
        found = {
            f"{one.name}.{name}"
            for one in metadata.sorted_tables
            for name in written_columns(one)
            for value in connection.execute(select(column(name)).select_from(table(one.name))).scalars()
            if value is not None and person.is_in(value)
        }

    assert len(found) > 8
    assert sorted(found - LISTED) == []
