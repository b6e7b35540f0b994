"""Single values that outlive a run."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from drift.store.schema import meta
from drift.store.upsert import insert_or_update

DIRECTORY = "directory-"
"""Begins the keys of directories of people."""

DOCUMENT = "document/"
"""Begins the keys under which stands which entry tells of a document last."""

DOCUMENTS_LOOKED_AT = "documents"
"""The key under which it stands when the company's own documents were last looked at."""

PAGES_URL = "pages-url"
"""The key under which it stands where the pages were when the service started last."""

LEDGER_KEY = "ledger-key"
"""The key under which the public key stands that made the last checkpoint."""


def outage_of(source: str) -> str:
    """Return the key under which it stands why a source could not be read."""
    return f"outage/{source}"


def baseline_of(name: str, origin: str) -> str:
    """Return the key under which it stands what a state of a baseline was when it was last read."""
    return f"baseline/{name}/{origin}"


def controls_of(host: str) -> str:
    """Return the key under which it stands when the repositories of a code host were last looked at."""
    return f"controls/{host}"


def access_of(access_list: str) -> str:
    """Return the key under which it stands which entry has the last snapshot of a list."""
    return f"access-list/{access_list}"


def accounts_of(tree: str) -> str:
    """Return the key under which it stands when an organisation was last read."""
    return f"accounts-read/{tree}"


def trust_of(source: str) -> str:
    """Return the key under which it stands when a source of trust was last looked at."""
    return f"trust-read/{source}"


def trusted_by(source: str) -> str:
    """Return how the keys begin under which stands which entry tells of an identity last."""
    return f"trust/{source}/"


def directory_of(name: str) -> str:
    """Return the key under which it stands when a directory was last read."""
    return f"{DIRECTORY}read/{name}"


def directory_outage_of(name: str) -> str:
    """Return the key under which it stands why a directory cannot be read."""
    return f"{DIRECTORY}outage/{name}"


def held_until_of(notifier: str) -> str:
    """Return the key under which it stands until when a notifier's channel asked to be left alone."""
    return f"held/{notifier}"


def read(connection: Connection, key: str) -> str | None:
    """Return a value, or `None` if it was never written or is forgotten."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def write(connection: Connection, key: str, value: str) -> None:
    """Remember a value."""
    insert_or_update(connection, meta, {"key": key, "value": value}, {"value": value})


def keys(connection: Connection, begin: str) -> Sequence[str]:
    """Return the keys that begin like this."""
    query = select(meta.c.key).where(meta.c.key.startswith(begin, autoescape=True))
    return list(connection.execute(query).scalars())


def forget(connection: Connection, key: str) -> None:
    """Forget a value, if it is there."""
    connection.execute(delete(meta).where(meta.c.key == key))
