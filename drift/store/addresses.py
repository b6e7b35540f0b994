"""Where is it declared? Leads what a call names to its address in the code."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from drift.model.naming import is_same_place, outer_id
from drift.model.resource import Resource
from drift.store.columns import as_key
from drift.store.schema import baseline, declared, declared_name

is_same_row = (declared_name.c.baseline == declared.c.baseline) & (
    declared_name.c.address == declared.c.address
)
"""Joins a declared resource to its names."""

_OF_STATE = baseline.c.compared_at.label("state_at")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredRow:
    """Where a resource stands in the code."""

    state: str
    """Path or URI of the state that declares it."""
    address: str
    type: str
    resource_id: str | None
    account: str | None
    region: str | None
    provider: str | None
    """The provider configuration that manages it, where the state's reader tells."""
    source: str | None
    code_owners: tuple[str, ...]
    """Who owns the file of the declaration, by CODEOWNERS."""
    tags: tuple[str, ...]
    """`team=network`."""
    compared_at: datetime | None
    """When it was last held against what is there; `None` where it could not be."""
    declared_since: datetime
    """Since when its state is known to say what it says."""


def declared_as(
    connection: Connection, resource: Resource, account: str | None = None, region: str | None = None
) -> tuple[DeclaredRow, ...]:
    """Return where a resource that a call names is declared, by address.

    Names repeat from account to account and from region to region: where both sides tell
    theirs, they must agree. What is declared nowhere may lie in something that is: a rule in its group.
    """
    type_ = None if resource.type is None else as_key(resource.type)
    mine, outer = as_key(resource.id.lower()), outer_id(resource.id.lower())
    rows = [
        row
        for row in connection.execute(
            select(declared, declared_name, _OF_STATE, baseline.c.declared_since)
            .join(declared_name, is_same_row)
            .join(baseline, baseline.c.baseline == declared.c.baseline)
            .where(declared_name.c.name.in_([mine, as_key(outer or mine)]))
            .order_by(declared.c.address, declared.c.baseline)
        )
        if _is_meant(row, resource, type_) and (row.is_unique or _stands_in(row, account, region))
    ]
    rows = _likeliest([row for row in rows if row.name == mine], type_) or rows
    found = {(row.baseline, row.address): _declared_row(row) for row in rows}
    return tuple(found.values())


def declared_at(connection: Connection, address: str) -> tuple[DeclaredRow, ...]:
    """Return what stands at an address: in several states, that may be several resources."""
    rows = connection.execute(
        select(declared, _OF_STATE, baseline.c.declared_since)
        .join(baseline, baseline.c.baseline == declared.c.baseline)
        .where(declared.c.address == as_key(address))
        .order_by(declared.c.baseline)
    )
    return tuple(map(_declared_row, rows))


def sharers_of(connection: Connection, row: DeclaredRow) -> int:
    """Return how many resources the block declares that declares this one."""
    same = (declared.c.baseline == as_key(row.state), declared.c.source == row.source)
    return int(connection.execute(select(func.count()).select_from(declared).where(*same)).scalar_one())


def addresses(connection: Connection) -> list[str]:
    """Return every address that is declared, in order."""
    wanted = select(declared.c.address).distinct().order_by(declared.c.address)
    return list(connection.execute(wanted).scalars())


def provider_of(connection: Connection, type_: str, account: str | None, region: str | None) -> str | None:
    """Return the provider configuration that manages resources in this account and region, if only one does.

    That of the type counts before those of others with the same prefix.
    """
    prefix = type_.partition("_")[0]
    rows = connection.execute(
        select(declared.c.type, declared.c.provider, declared.c.account, declared.c.region)
        .where(declared.c.provider.is_not(None), declared.c.type.startswith(f"{prefix}_", autoescape=True))
        .distinct()
    ).all()
    there = [row for row in rows if _stands_in(row, account, region)]
    of_type = {row.provider for row in there if row.type == type_}
    found = of_type or {row.provider for row in there}
    return str(next(iter(found))) if len(found) == 1 else None


def _likeliest(rows: list[Any], type_: str | None) -> list[Any]:
    """Return the rows that a call about this type means.

    A call may name a resource by a wider or narrower type than the code does (a bucket for its
    policy): where its own type is not declared, the id decides alone. Of several that only share
    a name, such as the attachments of one role, none is meant more than the role itself.
    """
    of_type = [row for row in rows if type_ is not None and type_ in (row.type, row.known_as)]
    by_id = [row for row in rows if row.of_type == ""]
    if surely := [row for row in of_type if row.of_type == ""]:
        return surely
    if of_type and (not by_id or len({row.address for row in of_type}) == 1):
        return of_type
    return by_id or rows


def _is_meant(row: Any, resource: Resource, type_: str | None) -> bool:
    if row.name != as_key(resource.id.lower()):
        return row.exact is None and row.of_type == ""  # only such ids are paths of what lies in what
    is_of_type = row.of_type in ("", type_)
    return is_of_type and row.exact in (None, as_key(resource.id))


def _stands_in(row: Any, account: str | None, region: str | None) -> bool:
    return is_same_place(row.account, account) and is_same_place(row.region, region)


def _declared_row(row: Any) -> DeclaredRow:
    return DeclaredRow(
        state=row.baseline,
        address=row.address,
        type=row.type,
        resource_id=row.resource_id,
        account=row.account,
        region=row.region,
        provider=row.provider,
        source=row.source,
        code_owners=tuple((row.code_owners or "").split()),
        tags=tuple((row.tags or "").splitlines()),
        compared_at=max(row.compared_at or row.state_at, row.state_at) if row.is_compared else None,
        declared_since=row.declared_since,
    )
