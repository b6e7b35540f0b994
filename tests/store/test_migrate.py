"""The migrations: whole or not at all, in step with the tables that the program works with."""

import json
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, text

import drift.store.schema  # noqa: F401  (registers its tables)
from drift.errors import StoreError
from drift.ledger.entry import encode_body
from drift.model.coverage import AskedSince, Trail
from drift.model.enrolment import EnrolmentRules, Mode
from drift.model.resource import Resource
from drift.model.verdict import Statement, Trust
from drift.stages.record import attested_since
from drift.store.addresses import declared_as
from drift.store.attested import attested_trails
from drift.store.changes import changes, last_judgement
from drift.store.columns import UtcTime
from drift.store.database import Database
from drift.store.enrolment import enrolment_now, is_discovery_opened, unopened
from drift.store.metadata import metadata
from drift.store.migrate import HEAD, MIGRATIONS, migrate
from drift.store.sessions import openings_behind
from drift.store.written import changes_to, subject_of
from tests import premigrated
from tests.builders import NOON, a_finding, a_judgement, a_principal, a_session_opened, a_write, an_event

ROOT = Path(__file__).parents[2]

OBJECTS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic_version%'",
    "postgresql": """
        SELECT 'column', table_name || '.' || column_name,
               concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT 'constraint', conname, conrelid::regclass || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT 'comment', objoid::regclass::text, description
          FROM pg_description WHERE classoid = 'pg_class'::regclass
           AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)""",
}
"""Lists everything that a database holds beside its rows."""


@pytest.fixture(autouse=True)
def _really_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the migrations run, whatever other tests do without them."""
    monkeypatch.setattr("drift.store.migrate._upgrade", premigrated.really_upgrade)


def test_migrations_and_tables_agree(database: Database) -> None:
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_migrations_make_what_the_tables_would(database_url: str) -> None:
    """
    Alembic compares no primary keys, triggers or partial indexes; the databases themselves do.
    """
    database = Database(database_url)
    with database.transaction() as connection:
        metadata.create_all(connection)
    created = objects_in(database)
    with database.transaction() as connection:
        metadata.drop_all(connection)

    migrate(database)

    assert objects_in(database) == created
    database.close()


def test_the_newest_migration_is_the_one_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = objects_in(database)

    migrate(database)

    assert objects_in(database) == before


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(database: Database, database_url: str) -> None:
    code = f"""
        import sys
        from drift.store.database import Database
        from drift.store.migrate import migrate
        migrate(Database({database_url!r}))
        sys.exit("alembic" in sys.modules)
    """

    assert run(code).wait() == 0


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))

    with pytest.raises(StoreError, match="is of version 0999") as refused:
        migrate(database)

    assert "newer program" in refused.value.hint


def test_a_program_that_is_killed_while_it_migrates_leaves_nothing_behind(database_url: str) -> None:
    code = f"""
        import os
        import drift.ledger.tables
        from drift.store.database import Database
        from drift.store.migrate import migrate
        drift.ledger.tables.append_only_ddl = lambda *_: os._exit(9)
        migrate(Database({database_url!r}))
    """
    database = Database(database_url)

    assert run(code).wait() == 9

    assert objects_in(database) == set()
    migrate(database)
    assert objects_in(database)
    database.close()


def test_two_programs_that_start_at_once_both_find_the_tables(database_url: str) -> None:
    code = f"""
        from drift.store import outbox
        from drift.store.database import Database
        from drift.store.migrate import migrate
        database = Database({database_url!r})
        migrate(database)
        with database.reading() as connection:
            outbox.counts(connection)
    """

    programs = [run(code) for _ in range(3)]

    assert [program.wait() for program in programs] == [0, 0, 0]


def test_what_the_first_version_kept_is_read_by_this_one(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        to_version(connection, "0001")
        for statement, values in FIRST_VERSION:
            connection.execute(text(statement), {**TIMES, **values})

    migrate(database)

    with database.reading() as connection:
        [row] = changes(connection)
        event = row.change.first.event
        [opened] = openings_behind(connection, event, 5).values()
        assert (event.call.action, event.call.session_keys) == ("CreateTags", ("ASIA1",))
        assert last_judgement(connection, row.change) == row.judgement == a_judgement()
        assert opened.statements == (
            Statement(place="session tag ticket", text="OPS-1", trust=Trust.SESSION),
        )
    database.close()


def test_what_was_declared_is_found_before_the_next_comparison(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        to_version(connection, "0001")
        for statement, values in FIRST_VERSION:
            connection.execute(text(statement), {**TIMES, **values})

    migrate(database)

    with database.reading() as connection:
        [group] = declared_as(connection, Resource(type="aws_security_group", id="sg-0abc"))
        [vpc] = declared_as(connection, Resource(type="aws_vpc", id="VPC-1"))
        subject = subject_of(replace(a_finding(), state="prod.tfstate"))
        assert (group.address, group.source, group.compared_at) == (
            "aws_security_group.web",
            "main.tf:1",
            NOON,
        )
        assert vpc.compared_at is None
        assert [row.change.change_id for row in changes_to(connection, [subject])[subject.key]] == ["chg-1"]
    database.close()


def test_a_store_from_before_enrolment_goes_on_to_alert(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        to_version(connection, "0004")
        for statement in WATCHED_BEFORE:
            connection.execute(text(statement), TIMES)

    migrate(database)

    with database.reading() as connection:
        now = enrolment_now(connection, EnrolmentRules(mode=Mode.OBSERVE))
        treatment = now.treatment("111122223333")
        assert treatment.alerts(NOON)
        assert not treatment.is_before(NOON - timedelta(days=365))
        assert unopened(connection, ["net/west", "later"]) == {"later"}
        assert is_discovery_opened(connection)
    database.close()


def test_a_new_store_only_observes(database: Database) -> None:
    with database.reading() as connection:
        now = enrolment_now(connection, EnrolmentRules(mode=Mode.OBSERVE))

    assert not now.treatment("111122223333").alerts(NOON)


def first_write() -> bytes:
    """Return a write as the first version kept it: what tells of the call stood in the event itself."""
    write = msgspec.to_builtins(a_write(an_event(action="CreateTags", session_key="ASIA1")))
    call = write["event"].pop("call")
    for name in ("behind", "statements"):
        call.pop(name)
    [session_key] = call.pop("session_keys")
    for name in ("operation", "corrects", "shared_id", "is_owners"):
        write["event"].pop(name)
    for name in ("parts", "is_in_progress"):
        write.pop(name)
    write["event"] |= {**call, "session_key": session_key}
    return json.dumps(write).encode()


def first_session() -> bytes:
    """Return a session as the first version kept it: with its tags."""
    opened = msgspec.to_builtins(a_session_opened(a_principal()))
    for name in ("statements", "tools", "is_renewable"):
        opened.pop(name)
    return json.dumps({**opened, "tags": [["ticket", "OPS-1"]]}).encode()


TIMES = {"noon": "2026-11-16 12:00:00.000000+00:00"}

FIRST_VERSION: tuple[tuple[str, dict[str, object]], ...] = (
    ("INSERT INTO write VALUES ('aws:e-1', :noon, 0, :body)", {"body": first_write()}),
    ("INSERT INTO opened_session VALUES ('ASIA1', :noon, :body)", {"body": first_session()}),
    ("INSERT INTO change_session VALUES ('ses-1', 'human:alice', '111122223333', :noon, :noon)", {}),
    (
        """INSERT INTO change VALUES ('chg-1', 'ses-1', 'aws_security_group', 'sg-0abc', :noon, :noon, :no,
           'unticketed', 'high', :body, 1, 1)""",
        {"no": False, "body": encode_body(a_judgement())},
    ),
    ("INSERT INTO change_write VALUES ('chg-1', 'aws:e-1')", {}),
    (
        """INSERT INTO declared (baseline, address, type, resource_id, account, source, compared_at)
           VALUES
           ('prod.tfstate', 'aws_security_group.web', 'aws_security_group',
            'sg-0abc', NULL, 'main.tf:1', :noon),
           ('prod.tfstate', 'aws_vpc.main', 'aws_vpc', 'VPC-1', NULL, NULL, NULL)""",
        {},
    ),
)


WATCHED_BEFORE = (
    """INSERT INTO funnel (source, account, hour, rule, records)
       VALUES ('trail', '111122223333', '2026-11-16T12', 'change', 1)""",
    "INSERT INTO meta (key, value) VALUES ('baseline/net/west/s3://states/net', '{}')",
    "INSERT INTO meta (key, value) VALUES ('outage/trail', 'down')",
    """INSERT INTO baseline (baseline, fingerprint, sha256, declared_since, compared_at)
       VALUES ('s3://states/net', '', '', :noon, :noon),
              ('s3://a/much/longer/path/than/any/key/of/meta/has/network.tfstate', '', '', :noon, :noon)""",
)


def to_version(connection: Connection, version: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, version)


def objects_in(database: Database) -> set[tuple[str, str, str]]:
    with database.reading() as connection:
        rows = connection.execute(text(OBJECTS[connection.dialect.name])).all()
    return {(kind, name, in_any_order(what)) for kind, name, what in rows if "alembic_version" not in name}


def in_any_order(statement: str | None) -> str:
    """Return how SQLite says a table was made: it puts columns that came later behind everything else."""
    found = re.fullmatch(r"(CREATE TABLE \w+ )\((.*)\)([^()]*)", statement or "", re.DOTALL)
    if not found:
        return statement or ""
    parts = (part.strip() for part in re.split(r",(?![^()]*\))", found[2]))
    return f"{found[1]}({', '.join(sorted(parts))}){found[3]}"


def run(code: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], env=environment)


def test_what_the_cloud_vouched_for_is_known_before_trails_were_told_apart(database_url: str) -> None:
    """
    Else what came while the new version was put in place would never be verified.
    """
    database = Database(database_url)
    with database.transaction() as connection:
        to_version(connection, "0008")
        row = {"source": "trail", "account": "1", "region": "eu", "records": 0, "unreadable": 0}
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        told = text(f"INSERT INTO coverage ({names}, attested_to) VALUES ({values}, :at)")  # noqa: S608
        connection.execute(told.bindparams(bindparam("at", NOON, UtcTime)), row)

    migrate(database)

    with database.reading() as connection:
        assert attested_trails(connection, "trail") == {Trail(account="1", region="eu", name=""): NOON}
        asked = attested_since(connection, "trail", NOON + timedelta(days=3))
    assert asked == AskedSince(
        trails={Trail(account="1", region="eu", name=""): NOON}, others=NOON - timedelta(days=1)
    )
    database.close()
