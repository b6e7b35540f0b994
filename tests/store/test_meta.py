"""Single values that outlive a run."""

from drift.store import meta
from drift.store.database import Database


def test_the_last_value_is_remembered_until_it_is_forgotten(database: Database) -> None:
    with database.transaction() as connection:
        meta.write(connection, "key", "one")
        meta.write(connection, "key", "two")

        assert meta.read(connection, "key") == "two"

        meta.forget(connection, "key")
        meta.forget(connection, "key")

        assert meta.read(connection, "key") is None
