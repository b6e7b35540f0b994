"""Checks what a source may cost."""

from math import isfinite

from drift.config.place import Place
from drift.config.tables import AuditLogTable
from drift.model.budget import GIGABYTE, Budget


def budget_of(place: Place, table: AuditLogTable) -> Budget:
    """Return the budget of an audit log.

    Raises:
        ConfigError: It allows nothing, or is no number.
    """
    requests, gigabytes = table.max_requests_per_day, table.max_gigabytes_per_month
    for key, number in (("max_requests_per_day", requests), ("max_gigabytes_per_month", gigabytes)):
        if number is not None and not (isfinite(number) and number > 0):
            raise place.error(f'"{key}" allows nothing', hint="write a number above 0, or leave it out")
    return Budget(
        requests_a_day=requests,
        bytes_a_month=None if gigabytes is None else max(1, round(gigabytes * GIGABYTE)),
    )
