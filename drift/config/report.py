"""Says what the weekly report tells, and where it goes."""

from pathlib import Path

from drift.config import tables, values
from drift.config.reader import Reader
from drift.config.report_settings import ReportSettings


def report_settings(reader: Reader) -> ReportSettings:
    """Return what is configured of reports."""
    row = reader.one(tables.Report)
    folder = row.table.folder
    return ReportSettings(
        folder=None
        if folder is None
        else Path(values.absolute(row.place, "folder", folder, reader.document.folder)),
        names_people=row.table.people,
    )
