"""Reports for the tests of the weekly report: a quiet week, to which a test adds what matters."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from drift.model.evidence import Checkpoint
from drift.model.missing import Missing
from drift.model.verdict import Severity
from drift.reports.week import Week
from drift.reports.weekly.counts import Watch
from drift.reports.weekly.report import Action, Alerts, Figure, Seen, SourceSeen, WeeklyReport
from tests.builders import NOON

SEEN = Seen(
    sources=(SourceSeen(name="trail", records=1204, outage=None),),
    unreadable=0,
    unread=(),
    outages=0,
    declared=40,
    compared=40,
    watch=Watch(covered=7 * 24 * 60, of=7 * 24 * 60, lag=timedelta(minutes=4), lag_p95=timedelta(minutes=12)),
)

ROOT = "VkQt64YSqqBcX2gC7qHaqRhviIRQDjDPZlLREAMz5u4="


def a_report(**but: Any) -> WeeklyReport:
    """A week in which everything was seen and nothing needs anybody."""
    week = Week(year=2026, number=47)
    report = WeeklyReport(
        organisation="example",
        week=week,
        as_of=week.until,
        seen=SEEN,
        changes=14,
        manual_writes=Figure(now=0, before=3),
        manual_changes=0,
        unticketed=Figure(now=0, before=0),
        pending=0,
        emergencies=Figure(now=0, before=1),
        production_changes=Figure(now=9, before=12),
        open_drift=Figure(now=0, before=0),
        oldest_drift_at=None,
        actions=(),
        closed=(),
        changed_resources=(),
        alerts=Alerts(sent=7, waiting=0, dead=0, has_notifier=True),
        checkpoint=Checkpoint(
            size=61,
            root=ROOT,
            note=f"driftledger/example\n61\n{ROOT}\n\n— driftledger/example EeWQKYOh\n",
            made_at=week.until - timedelta(minutes=5),
        ),
        configuration_sha256="c" * 64,
        tool_version="driftledger 0.1.0",
    )
    return replace(report, **but)


def an_action(**but: Any) -> Action:
    """A security group that was opened without a ticket."""
    action = Action(
        ref="chg-20261116T120000-1a2b3c4d",
        since=NOON,
        severity=Severity.CRITICAL,
        resource="aws_security_group.web",
        who="alice@example.com",
        what="opened tcp/22 to 0.0.0.0/0",
        owner=None,
        team=None,
        is_finding=False,
        missing=(Missing.TICKET,),
        is_pending=False,
        due_at=NOON + timedelta(hours=4),
    )
    return replace(action, **but)
