"""What a comparison found, as a time line tells it."""

from drift.model.evidence import FindingRecord
from drift.model.finding import FindingStatus
from drift.reports.entries import Entry
from drift.reports.moment import Moment
from drift.reports.wording import AGREEMENT, DIFFERENCE


def found(entry: Entry, finding_id: str | None = None) -> Moment:
    """Return what a `finding` entry tells."""
    record = entry.read_as(FindingRecord)
    if record is None:
        what = "recorded; the record was erased"
    elif record.status is FindingStatus.RESOLVED:
        what = f"resolved: {AGREEMENT[record.finding.kind]}"
    elif record.status is FindingStatus.IGNORED:
        what = "no longer told of: the configuration ignores it"
    elif record.status is FindingStatus.ACKNOWLEDGED:
        what = f"acknowledged by {record.by}: {record.reason}"
    elif record.status is FindingStatus.PRE_EXISTING:
        what = f"was there before the watch began: it {DIFFERENCE[record.finding.kind]}"
    elif record.status is FindingStatus.REOPENED:
        what = f"found again that it {DIFFERENCE[record.finding.kind]}"
    else:
        what = f"found that it {DIFFERENCE[record.finding.kind]}"
    return Moment(at=entry.recorded_at, what=what, detail=finding_id, ledger_seq=entry.seq)
