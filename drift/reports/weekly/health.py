"""What the weekly report says of the watch itself, and of the tests of controls."""

from collections.abc import Iterator
from datetime import timedelta

from drift.ledger.note import signers_of
from drift.model.evidence import Checkpoint
from drift.reports.figures import percent
from drift.reports.weekly.alarms import alarm_lines
from drift.reports.weekly.counts import ControlCount, Watch
from drift.reports.weekly.layout import Health
from drift.reports.weekly.report import Seen, WeeklyReport
from drift.reports.weekly.sentences import unseen
from drift.reports.weekly.unowned import unowned_line
from drift.reports.wording import counted, duration, moment

STALE_AFTER = timedelta(days=1)
"""A running service seals its ledger more often."""

_ASKS = {"CC8.1": "authorised change, t1 to t7", "CC7.1": "runs as declared, t8"}


def health(report: WeeklyReport) -> Iterator[Health]:
    """Yield a line on each thing that tells whether the detector works."""
    yield from _watch(report.seen.watch, report.seen)
    alerts = report.alerts
    parts = [f"{alerts.sent} sent", f"{alerts.waiting} waiting", f"{alerts.dead} given up"]
    unrouted = bool(alerts.waiting) and not alerts.has_notifier
    yield Health(
        text=f"Alerts: {', '.join(parts)}" + ("; no notifier is configured" if unrouted else ""),
        is_bad=bool(alerts.dead) or unrouted,
    )
    yield from (Health(text=f"Reviews: {line}", is_bad=is_bad) for line, is_bad in report.reviews)
    if report.unowned:
        yield Health(text=unowned_line(report.unowned), is_bad=False)
    yield from (Health(text=line, is_bad=is_bad) for line, is_bad in alarm_lines(report.seen.alarms))
    yield from (Health(text=line, is_bad=True) for line in unseen(report.seen))
    yield _sealed(report)


def controls(report: WeeklyReport) -> Iterator[Health]:
    """Yield a line on each criterion. It says what the tests found, and never that anything is compliant."""
    for one in report.controls:
        yield Health(text=_control(one, report.seen), is_bad=bool(one.failed))


def ledger_line(checkpoint: Checkpoint | None) -> str:
    """Say how far the ledger goes, and who signed that; nothing of one that was never sealed."""
    if checkpoint is None:
        return ""
    signed = ", ".join(f"{name}+{key_id}" for name, key_id in signers_of(checkpoint.note))
    size = counted(checkpoint.size, "entry", "entries")
    return f"Ledger: {size}, root {checkpoint.root}, signed with {signed or 'no known key'}."


def _watch(watch: Watch, seen: Seen) -> Iterator[Health]:
    if seen.sources:
        share = percent(watch.covered, watch.of) or "0.0"
        minutes = f"{watch.covered:,} of {counted(watch.of, 'minute')} covered by every source"
        yield Health(text=f"Uptime: {share} %, {minutes}", is_bad=not watch.is_complete)
    if watch.lag is not None and watch.lag_p95 is not None:
        half, most = _within(watch.lag), _within(watch.lag_p95)
        yield Health(text=f"Lag: half of all writes recorded within {half}, 95 % within {most}", is_bad=False)
    if watch.canaries_due:
        seen_of = f"{watch.canaries_seen:,} of {watch.canaries_due:,} seen in time"
        yield Health(text=f"Canary: {seen_of}", is_bad=watch.canaries_seen < watch.canaries_due)
    else:
        yield Health(text="Canary: none was due", is_bad=False)
    gaps = f"{watch.open_gaps:,} open: drift gaps lists them" if watch.open_gaps else "none open"
    yield Health(text=f"Gaps: {gaps}", is_bad=bool(watch.open_gaps))


def _within(length: timedelta) -> str:
    return "a minute" if length < timedelta(minutes=1) else duration(length + timedelta(minutes=1))


def _control(one: ControlCount, seen: Seen) -> str:
    what = f"{one.criterion} ({_ASKS[one.criterion]})"
    if not one.of:
        return f"{what}: no change to test" if seen.is_everything_read else f"{what}: no change seen to test"
    return (
        f"{what}: of {counted(one.of, 'change')} {one.passed:,} pass, {one.failed:,} fail, "
        f"{one.not_evaluable:,} not evaluable"
    )


def _sealed(report: WeeklyReport) -> Health:
    if report.checkpoint is None:
        return Health(text="Evidence: the ledger was never sealed", is_bad=True)
    sealed, age = report.checkpoint, report.as_of - report.checkpoint.made_at
    size = counted(sealed.size, "entry", "entries")
    is_stale = age > STALE_AFTER
    how_old = f", {duration(age)} before the end of this report" if is_stale else ""
    return Health(text=f"Evidence: sealed {moment(sealed.made_at)} at {size}{how_old}", is_bad=is_stale)
