"""Says which drift the owner of the configuration does not want to be told of."""

from datetime import UTC, datetime, time, timedelta

from drift.config import tables
from drift.config.reader import Reader, Row
from drift.model.ignore import IgnoreRule

_IGNORED_BY = ("address", "type", "attribute", "resource", "account")


def ignore_rules(reader: Reader) -> tuple[IgnoreRule, ...]:
    """Return the rules, also those that have expired: they count no more, and `drift check` tells of them.

    Raises:
        ConfigError: A rule would hide everything, or says not why, or on whose word.
    """
    return tuple(_ignore_rule(row) for row in reader.many(tables.Ignore))


def _ignore_rule(row: Row[tables.Ignore]) -> IgnoreRule:
    given, place = row.table, row.place
    for key in ("reason", "owner"):
        if not getattr(given, key).strip():
            raise place.error(f'"{key}" is empty', hint="say why it is no drift, and on whose word")
    globs = {key: text for key in _IGNORED_BY if (text := getattr(given, key)) is not None}
    if not any(text.strip("*? ") for text in globs.values()):
        raise place.error(
            "would ignore all drift" if globs else "does not say which drift it ignores",
            hint=f"name at least one of {', '.join(_IGNORED_BY)}",
        )
    return IgnoreRule(
        name=given.name,
        reason=given.reason,
        owner=given.owner,
        # The day itself still counts.
        expires_at=datetime.combine(given.expires, time(), UTC) + timedelta(days=1),
        address=given.address,
        type=given.type,
        attribute=given.attribute,
        resource_id=given.resource,
        account=given.account,
    )
