"""Looks once a month who may write, and records it with the difference to the month before."""

from datetime import datetime

from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.reports.month import month_at
from drift.stages.record import last_snapshot, record_access


def take_snapshots(have: Equipment, now: datetime) -> tuple[str, ...]:
    """Read every list that was not read this month; return what could not be read, a line each.

    One that fails is tried again at the next turn.
    """
    problems, month = list[str](), str(month_at(now))
    for name, access in have.access_lists.items():
        with have.database.reading() as connection:
            last = last_snapshot(connection, name)
        if last is not None and last.month == month:
            continue
        try:
            with only_provider_errors(f"reading who may write by {name}"):
                found = access.entitlements()
        except ProviderError as error:
            problems.append(f"{name}: {error}")
            continue
        with have.database.transaction() as connection:
            record_access(connection, name, found, month, now)
    return tuple(problems)
