"""Says what the company says of itself."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from drift.config import company_tables as tables
from drift.config import values
from drift.config.place import quoted
from drift.config.reader import Reader, Row
from drift.model.company import Company, CompanyDocument, StatedScope
from drift.model.review import ReviewRules


def company(reader: Reader) -> Company:
    """Return what the company says of itself. Its documents are not opened: they may come and go.

    Raises:
        ConfigError: The period ends before it begins, or a path leads nowhere that files lie.
    """
    row = reader.one(tables.Company)
    given = row.table
    if given.period_begins and given.period_ends and given.period_ends < given.period_begins:
        raise row.place.error(
            "the period ends before it begins", hint='"period_ends" is its last day, which still counts'
        )
    return Company(
        period_begins=given.period_begins,
        period_ends=given.period_ends,
        period_reason=given.period_reason,
        scope=given.scope,
        scope_reason=given.scope_reason,
        documents=tuple(_document(reader, one) for one in reader.many(tables.Document)),
        systems=tuple(_system(one) for one in reader.many(tables.System)),
    )


def _system(row: Row[tables.System]) -> StatedScope:
    given = row.table
    for key in ("id", "reason"):
        if not getattr(given, key).strip():
            raise row.place.error(f'"{key}" is empty', hint="write it: an auditor will ask")
    return StatedScope(
        name=given.name,
        kind=given.kind,
        id=values.id_glob(given.id),
        written=given.id,
        is_in_scope=given.in_scope,
        reason=given.reason,
        owner=given.owner,
    )


def review_rules(reader: Reader) -> ReviewRules:
    """Return who reviews what, and by when.

    Raises:
        ConfigError: A reviewer has no name, or a deadline is no duration.
    """
    row = reader.one(tables.Reviews)
    given, day = row.table, timedelta(days=1)
    for key in ("weekly", "quarterly"):
        if not all(name.strip() for name in getattr(given, key)):
            raise row.place.error(f'"{key}" holds an empty name', hint="write a name as in [[person]]")
    return ReviewRules(
        weekly_reviewers=given.weekly,
        quarterly_reviewers=given.quarterly,
        weekly_within=values.duration(row.place, "weekly_within", given.weekly_within, least=day),
        quarterly_within=values.duration(row.place, "quarterly_within", given.quarterly_within, least=day),
        since=datetime.combine(given.since, time(), UTC) if given.since else None,
    )


def _document(reader: Reader, row: Row[tables.Document]) -> CompanyDocument:
    path = values.absolute(row.place, "path", row.table.path, reader.document.folder)
    if "://" in path:
        raise row.place.error(
            f'"path" is no file: {quoted(row.table.path)}',
            hint="keep a copy beside the configuration: an address may show something else tomorrow",
        )
    return CompanyDocument(
        name=row.table.name,
        kind=row.table.kind,
        path=Path(path),
        version=row.table.version,
        owner=row.table.owner,
    )
