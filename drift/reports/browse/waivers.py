"""What is waived? Findings and changes with who answers for it, why, and until when; what ends soon first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from drift.model.action import Action, Waived
from drift.reports.browse.change_list import EVER, ListedChange, listed
from drift.reports.browse.finding_list import ListedFinding, listed_findings
from drift.reports.population import Period
from drift.store import actions
from drift.store.upsert import in_chunks

SOON = timedelta(days=14)
"""A waiver that ends within this time is looked at now."""

MOST_WAIVERS = 200
"""That are named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverRow:
    """One waiver, the last of what it is about."""

    action: Action
    """Who waived it when."""
    deed: Waived
    counts: bool
    """It has not ended."""
    ends_soon: bool
    change: ListedChange | None
    finding: ListedFinding | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WaiverList:
    """The waivers, those first that end first; those that have ended stand behind all that count."""

    rows: tuple[WaiverRow, ...]
    count: int
    """Of those that count, the ones too that are not named."""


def waiver_list(connection: Connection, *, now: datetime, within: Period = EVER) -> WaiverList:
    """Return the latest waiver of each finding and change, of what can be seen `within` a period."""
    last = [(one, one.deed) for one in actions.waivers(connection).values() if isinstance(one.deed, Waived)]
    seen = [(one, deed) for one, deed in last if within.holds(one.at)]
    seen.sort(key=lambda pair: (not pair[1].counts(now), _urgency(pair[1], now), pair[0].ref))
    shown = seen[:MOST_WAIVERS]
    refs = [one.ref for one, _ in shown]
    changes = {key: row for some in in_chunks(refs) for key, row in listed(connection, some).items()}
    findings = {
        key: row for some in in_chunks(refs) for key, row in listed_findings(connection, some, now).items()
    }
    return WaiverList(
        rows=tuple(
            WaiverRow(
                action=one,
                deed=deed,
                counts=deed.counts(now),
                ends_soon=deed.counts(now) and deed.expires_at <= now + SOON,
                change=_in(changes.get(one.ref), within),
                finding=findings.get(one.ref),
            )
            for one, deed in shown
        ),
        count=sum(deed.counts(now) for _, deed in seen),
    )


def _in(change: ListedChange | None, within: Period) -> ListedChange | None:
    return change if change and within.holds(change.began_at) else None


def _urgency(deed: Waived, now: datetime) -> timedelta:
    """Order what counts by how soon it ends, and what has ended by how long ago."""
    left = deed.expires_at - now
    return left if deed.counts(now) else -left
