"""Brings a database to the tables of this version."""

from drift.store.database import Database


def migrate(database: Database) -> None:
    """Create or upgrade the tables.

    Raises:
        StoreError: The database is of a newer version than this program.
    """
    import drift.ledger.tables  # noqa: F401  (registers its tables)
    from drift.store.metadata import metadata

    with database.transaction() as connection:
        metadata.create_all(connection)
