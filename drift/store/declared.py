"""Keeps what is declared: where each resource stands in the code, and every name of it.

A state that says what it said at the last comparison costs one row, not all of them.
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.naming import NamingRules
from drift.redact import redact
from drift.store.columns import as_key
from drift.store.schema import baseline, declared, declared_name
from drift.store.upsert import in_chunks, insert_all_new, insert_or_update


def keep_declared(
    connection: Connection,
    declarations: Iterable[Declaration],
    not_compared: set[tuple[str, str]],
    at: datetime,
    naming: NamingRules = NamingRules(),  # noqa: B008 - frozen
) -> None:
    """Keep what the baselines declare, and when they were compared.

    `not_compared` are origins of states, each with an address that could not be compared.
    """
    known = {row.baseline: row for row in connection.execute(select(baseline))}
    for one in declarations:
        before = known.get(as_key(one.origin))
        fingerprint = _fingerprint(one, not_compared, naming)
        if before is None or before.fingerprint != fingerprint:
            _forget(connection, [as_key(one.origin)])
            # A state that was edited by hand may repeat an address.
            rows = [_row(one.origin, resource, not_compared, naming) for resource in one.resources]
            insert_all_new(connection, declared, rows)
            names = [name for resource in one.resources for name in _names(one.origin, resource, naming)]
            insert_all_new(connection, declared_name, names)
        is_same = before is not None and before.sha256 == one.sha256
        values = {
            "fingerprint": fingerprint,
            "sha256": one.sha256,
            "declared_since": before.declared_since if before is not None and is_same else at,
            "compared_at": at,
            "name": one.name,
        }
        insert_or_update(connection, baseline, {"baseline": one.origin, **values}, values)


def keep_compared_again(
    connection: Connection,
    declarations: Iterable[Declaration],
    compared: Collection[tuple[str, str]],
    unread: Collection[tuple[str, str]],
    at: datetime,
    naming: NamingRules = NamingRules(),  # noqa: B008 - frozen
) -> None:
    """Keep that some resources were compared by themselves, or could not be, and where they stand by now.

    `declarations` are whole; the rest of what they declare counts as compared when it was.
    """
    for one in declarations:
        known = connection.execute(select(baseline).where(baseline.c.baseline == one.origin)).one_or_none()
        if known is not None and known.sha256 != one.sha256:
            _rewrite(connection, one, known.compared_at, at, naming)
    for origin, address in compared:
        _set(connection, origin, address, compared_at=at, is_compared=True)
    for origin, address in unread:
        _set(connection, origin, address, is_compared=False)
    # Without a fingerprint the next comparison of all writes every row anew: these say something else now.
    for origin in {origin for origin, _ in unread}:
        connection.execute(update(baseline).where(baseline.c.baseline == origin).values(fingerprint=""))


def forget_declared(connection: Connection, still_declared: Iterable[Declaration]) -> None:
    """Drop what baselines declared that are watched no more."""
    gone = set(connection.execute(select(baseline.c.baseline)).scalars())
    for some in in_chunks(gone - {as_key(one.origin) for one in still_declared}):
        _forget(connection, some)


def _rewrite(
    connection: Connection, one: Declaration, compared_at: datetime, at: datetime, naming: NamingRules
) -> None:
    """Keep what a state declares by now; what was never compared is not taken to be."""
    rows = connection.execute(select(declared).where(declared.c.baseline == one.origin)).all()
    before = {row.address: row for row in rows}
    never = {
        (one.origin, resource.address)
        for resource in one.resources
        if (row := before.get(as_key(resource.address))) is None or not row.is_compared
    }
    keep_declared(connection, [one], never, at, naming)
    mine = baseline.c.baseline == one.origin
    connection.execute(update(baseline).where(mine).values(compared_at=compared_at, fingerprint=""))
    for row in rows:
        if row.compared_at is not None:
            _set(connection, one.origin, row.address, compared_at=row.compared_at)


def _set(connection: Connection, origin: str, address: str, **values: Any) -> None:
    mine = (declared.c.baseline == origin, declared.c.address == address)
    connection.execute(update(declared).where(*mine).values(**values))


def _row(
    origin: str, resource: DeclaredResource, not_compared: set[tuple[str, str]], naming: NamingRules
) -> dict[str, Any]:
    return {
        "baseline": origin,
        "address": resource.address,
        "type": resource.type,
        "known_as": naming.known_as(resource.type),
        "resource_id": resource.resource_id,
        "account": resource.account,
        "region": resource.region,
        "provider": resource.stored.configuration if resource.stored else None,
        "source": resource.source,
        "code_owners": " ".join(resource.code_owners) or None,
        "tags": "\n".join(map(_clean, resource.tags)) or None,
        "is_compared": (origin, resource.address) not in not_compared,
    }


def _clean(tag: str) -> str:
    """Return a tag on one line, and without a secret: somebody may have put one there."""
    name, _, value = tag.partition("=")
    return " ".join(f"{name}={redact(value, name=name).value}".split())


def _names(origin: str, resource: DeclaredResource, naming: NamingRules) -> list[dict[str, Any]]:
    return [
        {
            "baseline": origin,
            "address": resource.address,
            "name": name.text,
            "of_type": name.of_type or "",
            "exact": name.exact,
            "is_unique": name.is_unique,
        }
        for name in naming.names_of(resource)
    ]


def _fingerprint(one: Declaration, not_compared: set[tuple[str, str]], naming: NamingRules) -> str:
    """Return a hash of all that the rows follow from, hex SHA-256: for most states that is all it takes."""
    digest = hashlib.sha256(f"{one.sha256}{naming!r}".encode())
    for resource in one.resources:
        is_compared = (one.origin, resource.address) not in not_compared
        place = (resource.address, resource.source, resource.account, resource.region)
        facts = (*place, resource.code_owners, resource.tags, is_compared)
        digest.update(repr(facts).encode(errors="backslashreplace"))
    return digest.hexdigest()


def _forget(connection: Connection, origins: list[str]) -> None:
    for table in (declared_name, declared, baseline):
        connection.execute(delete(table).where(table.c.baseline.in_(origins)))
