"""Weeks as they come: a busy one with all there is to say, and an empty one in which nobody looked."""

from dataclasses import replace
from datetime import timedelta

from drift.model.missing import Missing
from drift.model.verdict import Severity
from drift.reports.weekly.counts import ControlCount, TeamChanges, Watch, WeekCount
from drift.reports.weekly.report import (
    Action,
    Alerts,
    ChangedResource,
    Closed,
    Figure,
    Seen,
    SourceSeen,
    WeeklyReport,
)
from tests.builders import NOON
from tests.reports.reporting import SEEN, a_report, an_action

DAY = timedelta(days=1)
MINUTES = 7 * 24 * 60

_RESOURCES = (
    "aws_security_group.web",
    "aws_s3_bucket_public_access_block.assets",
    'module.network.aws_route_table.private["eu-west-1a"]',
    "aws_db_instance.orders",
    "aws_iam_role_policy.deploy",
    "google_compute_firewall.allow_ssh",
    "azurerm_network_security_rule.jump_host",
    "aws_cloudwatch_log_group.search_api",
    "aws_s3_bucket example-heidi-churn-export",
    "aws_kms_key.backups",
    "aws_lambda_function.rotate",
    "aws_sqs_queue.orders",
)


def a_busy_report() -> WeeklyReport:
    """Every part of the report has something to say."""
    weeks = (0, 0, 9, 14, 11, 17, 6, 8, 21, 12, 4, 21)
    return a_report(
        changes=214,
        manual_writes=Figure(now=21, before=4),
        manual_changes=17,
        unticketed=Figure(now=6, before=9),
        pending=2,
        emergencies=Figure(now=1, before=3),
        production_changes=Figure(now=163, before=151),
        open_drift=Figure(now=4, before=4),
        oldest_drift_at=NOON - 41 * DAY,
        actions=tuple(_action(number, name) for number, name in enumerate(_RESOURCES)),
        closed=(
            Closed(at=NOON, resource="aws_sqs_queue.mail", how="code and cloud agree again", team="payments"),
            Closed(
                at=NOON + 2 * DAY,
                resource="aws_iam_role.batch",
                how="retroactive: OPS-1412, approved by erin@example.com",
                team="platform",
            ),
        ),
        changed_resources=(
            ChangedResource(name="aws_security_group.web", changes=5, writes=8),
            ChangedResource(name="aws_db_instance.orders", changes=2, writes=2),
        ),
        teams=(
            TeamChanges(team="platform", changes=9, writes=12, unticketed=4),
            TeamChanges(team="payments", changes=6, writes=7, unticketed=2),
            TeamChanges(team=None, changes=2, writes=2, unticketed=0),
        ),
        weeks=tuple(
            WeekCount(
                since=NOON - timedelta(hours=12) - (11 - week) * 7 * DAY,
                manual_writes=number,
                unticketed=number // 3,
                is_watched=week > 1,
            )
            for week, number in enumerate(weeks)
        ),
        controls=(
            ControlCount(criterion="CC8.1", passed=196, failed=11, not_evaluable=7),
            ControlCount(criterion="CC7.1", passed=188, failed=4, not_evaluable=22),
        ),
        seen=replace(
            SEEN,
            sources=(
                SourceSeen(name="aws-trail", records=184_204, outage=None),
                SourceSeen(name="gcp-audit", records=20_411, outage=None),
            ),
            watch=Watch(
                covered=MINUTES,
                of=MINUTES,
                lag=timedelta(minutes=4),
                lag_p95=timedelta(minutes=11),
                canaries_seen=7,
                canaries_due=7,
            ),
            declared=4012,
            compared=4012,
        ),
        links="https://drift.example.com",
    )


def an_empty_report() -> WeeklyReport:
    """Nothing happened as far as anybody knows, and nobody knows much."""
    return a_report(
        changes=0,
        manual_writes=Figure(now=0, before=None),
        unticketed=Figure(now=0, before=None),
        emergencies=Figure(now=0, before=None),
        production_changes=Figure(now=0, before=None),
        open_drift=Figure(now=0, before=None),
        seen=Seen(
            sources=(SourceSeen(name="aws-trail", records=12, outage="the bucket does not answer"),),
            unreadable=0,
            unread=(),
            outages=1,
            declared=40,
            compared=38,
            watch=Watch(covered=9798, of=MINUTES, open_gaps=1),
        ),
        alerts=Alerts(sent=0, waiting=0, dead=0, has_notifier=True),
        controls=(ControlCount(criterion="CC8.1"), ControlCount(criterion="CC7.1")),
    )


def _action(number: int, resource: str) -> Action:
    is_finding = number % 3 == 1
    return an_action(
        ref=f"{number:016x}" if is_finding else f"chg-202611{16 + number % 6}T1{number % 10}1231-ac41025e",
        since=NOON + number * timedelta(hours=7),
        severity=(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)[number // 4],
        resource=resource,
        who=None if number == 4 else "alice@example.com",
        what="differs from the code: ingress, egress" if is_finding else "opened tcp/22 to 0.0.0.0/0",
        missing=(Missing.CODE,) if is_finding else (Missing.TICKET, Missing.CODE),
        owner=None if number == 5 else ("platform", "payments")[number % 2],
        team=None if number == 5 else ("platform", "payments")[number % 2],
        is_finding=is_finding,
        due_at=None if is_finding else NOON + number * timedelta(hours=7) + timedelta(hours=4),
    )
