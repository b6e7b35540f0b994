"""Reads once a day in which organisational units accounts lie: by that, teams may answer for them.

What was read is kept: an organisation that cannot be asked moves no account.
"""

from dataclasses import dataclass
from datetime import datetime

from drift import daily
from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.store import meta
from drift.store.accounts import forget_other_trees, keep_accounts


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountsRead:
    """What was read."""

    accounts: int = 0
    problems: tuple[str, ...] = ()


def read_accounts(have: Equipment, now: datetime) -> AccountsRead:
    """Read every organisation that was not read today, and forget those that are configured no more."""
    with have.database.transaction() as connection:
        forget_other_trees(connection, have.account_trees)
    read, problems = 0, list[str]()
    for name, tree in have.account_trees.items():
        if not daily.is_due(have.database, meta.accounts_of(name), now):
            continue
        try:
            with only_provider_errors(f"reading the accounts of {name}"):
                found = tree.accounts()
        except ProviderError as error:
            problems.append(f"{name}: {error}")
            continue
        with have.database.transaction() as connection:
            keep_accounts(connection, name, found)
            daily.note_done(connection, meta.accounts_of(name), now)
        read += len(found)
    return AccountsRead(accounts=read, problems=tuple(problems))
