"""In which organisational unit each account lies, as it was read last."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select

from drift.model.account import PlacedAccount
from drift.store import meta
from drift.store.columns import as_key
from drift.store.schema import account_unit
from drift.store.upsert import insert_all_new


def keep_accounts(connection: Connection, tree: str, found: Sequence[PlacedAccount]) -> None:
    """Keep where the accounts of an organisation lie now, in the place of what was known of it."""
    _forget(connection, tree)
    rows = [{"tree": tree, "account": as_key(one.account.lower()), "unit": one.unit} for one in found]
    insert_all_new(connection, account_unit, rows)


def forget_other_trees(connection: Connection, still: Collection[str]) -> None:
    """Forget organisations that are configured no more."""
    known = connection.execute(select(account_unit.c.tree).distinct()).scalars().all()
    for tree in set(known) - set(still):
        _forget(connection, tree)
        meta.forget(connection, meta.accounts_of(tree))


def unit_of(connection: Connection, account: str | None) -> str | None:
    """Return the unit that an account lies in; `None` where no organisation that was read has it."""
    if account is None:
        return None
    mine = account_unit.c.account == as_key(account.lower())
    query = select(account_unit.c.unit).where(mine).order_by(account_unit.c.tree).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _forget(connection: Connection, tree: str) -> None:
    connection.execute(delete(account_unit).where(account_unit.c.tree == tree))
