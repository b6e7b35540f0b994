"""The shape of the tables about reports by mail."""

from typing import Annotated

import msgspec

from drift.config.tables import NamedTable
from drift.model.audience import Audience


class ReportMail(NamedTable, frozen=True, kw_only=True):
    """Who gets the weekly report by mail, and what of it."""

    heading = "report_mail"
    to: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    audience: Audience | None = None
    team: str | None = None
    xlsx: bool = False
    monthly: bool = False


REPEATED: tuple[type[NamedTable], ...] = (ReportMail,)
"""The tables that may be repeated."""
