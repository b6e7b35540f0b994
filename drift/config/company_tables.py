"""The shape of the tables by which the company speaks for itself."""

from datetime import date

from drift.config.tables import NamedTable, Table
from drift.model.company import DocumentKind, SystemKind


class Company(Table, frozen=True, kw_only=True):
    """The observation period and the scope, in the company's words."""

    heading = "company"
    period_begins: date | None = None
    period_ends: date | None = None
    period_reason: str | None = None
    scope: str | None = None
    scope_reason: str | None = None


class Document(NamedTable, frozen=True, kw_only=True):
    """A document of the company's own that goes into its packs."""

    heading = "document"
    path: str
    kind: DocumentKind = DocumentKind.OTHER
    version: str | None = None
    owner: str | None = None


class System(NamedTable, frozen=True, kw_only=True):
    """Whether parts of the estate are looked at, and why. The id is a glob."""

    heading = "system"
    kind: SystemKind
    id: str
    in_scope: bool
    reason: str
    owner: str | None = None


class Reviews(Table, frozen=True, kw_only=True):
    """Who signs the weekly report and the review of a quarter, and by when."""

    heading = "reviews"
    weekly: tuple[str, ...] = ()
    quarterly: tuple[str, ...] = ()
    weekly_within: str = "7d"
    quarterly_within: str = "30d"
    since: date | None = None


SINGLE: tuple[type[Table], ...] = (Company, Reviews)
"""The tables that stand once."""

REPEATED: tuple[type[NamedTable], ...] = (Document, System)
"""The tables that may be repeated."""
