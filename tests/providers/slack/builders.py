"""Builds alerts as the pipeline makes them; a test states only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from drift.model.alert import Alert, AlertedChange
from drift.model.finding import AttributeDrift
from drift.model.verdict import Disposition, Severity

BEGAN_AT = datetime(2026, 11, 20, 2, 11, 12, tzinfo=UTC)


def an_alert(**but: Any) -> Alert:
    """A security group that dana opened to the world in the console, without a ticket."""
    alert = Alert(
        client_id="a-7f3c9e21",
        session_id="s-1c52d08b",
        severity=Severity.CRITICAL,
        headline="dana@example.com opened tcp/22 to 0.0.0.0/0 on module.web.aws_security_group.public",
        call_to_action="Act now: revert it unless it is meant. "
        "Name sg-0abc in its ticket by Fri 20 Nov 06:12 UTC.",
        actor="dana@example.com",
        identity="recorded under arn:aws:sts::111122223333:assumed-role/"
        "AWSReservedSSO_AdministratorAccess_5f1c52d08b7f3c9e/dana@example.com, "
        "with MFA, from 198.51.100.7, confidence high",
        channel="by hand in the console",
        account="111122223333",
        environment="production",
        began_at=BEGAN_AT,
        detected_at=BEGAN_AT + timedelta(seconds=74),
        changes=(a_change(),),
        fallback_text="CRITICAL: dana@example.com opened tcp/22 to 0.0.0.0/0 in production, without a ticket",
    )
    return replace(alert, **but)


def a_change(**but: Any) -> AlertedChange:
    """The one change of `an_alert`."""
    change = AlertedChange(
        change_id="c-0a41f6d2",
        ledger_seq=42,
        resource="module.web.aws_security_group.public (sg-0abc)",
        actions=("opened tcp/22 to 0.0.0.0/0",),
        disposition=Disposition.UNTICKETED,
        severity=Severity.CRITICAL,
        ticket=None,
        ticket_url=None,
        drift=(
            AttributeDrift(
                path="ingress",
                declared=[],
                live=[
                    {
                        "cidr_blocks": ["0.0.0.0/0"],
                        "description": "",
                        "from_port": 22,
                        "ipv6_cidr_blocks": [],
                        "protocol": "tcp",
                        "self": False,
                        "to_port": 22,
                    }
                ],
            ),
            AttributeDrift(path="description", declared="web tier", live="web tier (temp)"),
        ),
        declared_at="modules/web/main.tf:12",
        reasons=("a person, with the console", "no ticket was named or approved before 02:11 UTC"),
    )
    return replace(change, **but)
