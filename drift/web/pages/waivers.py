"""What is waived: why, by whom, and until when; what ends soon stands first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from starlette.responses import Response

from drift.model.verdict import Severity
from drift.reports.browse.waivers import WaiverList, WaiverRow, waiver_list
from drift.reports.wording import counted, finding_name
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.naming import for_reader
from drift.web.people import people_listed, people_who_acted


class Standing(StrEnum):
    """How a waiver stands."""

    COUNTS = "counts"
    ENDS_SOON = "ends soon"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverLine:
    """One waiver."""

    href: str
    """Empty where what it is about cannot be seen."""
    name: str
    severity: Severity | None
    reason: str
    owner: str
    by: str
    at: datetime
    expires_at: datetime
    standing: Standing


def waivers(ask: Ask) -> Response:
    """Show the waivers."""
    with ask.site.database.reading() as connection:
        found = waiver_list(connection, now=ask.now, within=within(ask))
    soon = sum(row.ends_soon for row in found.rows)
    return answers.page(
        ask,
        "waivers.html.j2",
        title="Waivers",
        verdict=_verdict(found, soon),
        tone="warn" if soon else "good",
        rows=for_reader(ask, tuple(map(_line, found.rows)), people_in(found)),
    )


def ending(found: WaiverList) -> tuple[WaiverLine, ...]:
    """Return those waivers that end soon, with everybody's names."""
    return tuple(_line(row) for row in found.rows if row.ends_soon)


def _verdict(found: WaiverList, soon: int) -> str:
    if not found.count:
        return "Nothing is waived."
    ends = f"; {soon:,} {'ends' if soon == 1 else 'end'} within two weeks" if soon else ""
    counts = "counts" if found.count == 1 else "count"
    return f"{counted(found.count, 'waiver')} {counts}{ends}."


def _line(row: WaiverRow) -> WaiverLine:
    standing = Standing.COUNTS if row.counts else Standing.ENDED
    return WaiverLine(
        href=_href(row),
        name=_name(row),
        severity=row.finding.finding.severity if row.finding else row.change.severity if row.change else None,
        reason=row.deed.reason,
        owner=row.deed.owner,
        by=row.action.by.name,
        at=row.action.at,
        expires_at=row.deed.expires_at,
        standing=Standing.ENDS_SOON if row.ends_soon else standing,
    )


def _href(row: WaiverRow) -> str:
    if row.finding:
        return f"/findings/{answers.quoted(row.action.ref)}"
    return f"/changes/{answers.quoted(row.action.ref)}" if row.change else ""


def _name(row: WaiverRow) -> str:
    if row.finding:
        return finding_name(row.finding.finding)
    if row.change:
        return f"{row.change.address or row.change.resource_id}: {row.change.summary}"
    return row.action.ref


def people_in(found: WaiverList) -> Iterator[str | None]:
    """Yield every name of a person that the records of waivers know."""
    yield from people_who_acted(row.action for row in found.rows)
    yield from people_listed(row.change for row in found.rows if row.change)
