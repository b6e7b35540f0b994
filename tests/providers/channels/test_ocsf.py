"""OCSF: each event has what its class requires, with the numbers of the schema, and repeats can be told.

The tables are from https://github.com/ocsf/ocsf-schema, version 1.3.0: `events/base_event.json`,
`events/application/api_activity.json`, `events/findings/finding.json` and `compliance_finding.json`, and the
objects that these require.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.alert import Alert, AlertedWrite, AlertState
from drift.model.verdict import Disposition, Severity
from providers.ocsf.events import events_of
from providers.ocsf.files import OcsfFiles, OcsfFilesSettings
from tests.providers.slack.builders import a_change, an_alert

BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
REQUIRED = {
    6003: BASE | {"actor", "api", "src_endpoint", "cloud"},
    2003: BASE | {"finding_info", "compliance", "cloud"},
}
OBJECTS = {
    "metadata": {"product", "version"},
    "api": {"operation"},
    "cloud": {"provider"},
    "compliance": {"standards"},
    "finding_info": {"uid", "title"},
}
CATEGORIES = {6003: 6, 2003: 2}
ACTIVITIES = {6003: {1, 2, 3, 4, 99}, 2003: {1, 2, 3, 99}}
ENDPOINT = {"ip", "svc_name", "name", "hostname", "uid", "instance_uid", "interface_uid", "interface_name"}
"""Of these an endpoint has one at least."""

WRITE = AlertedWrite(
    event_id="e-1",
    cloud="aws",
    occurred_at=datetime(2026, 11, 20, 2, 11, 12, tzinfo=UTC),
    service="ec2",
    action="AuthorizeSecurityGroupIngress",
    region="eu-west-1",
    source_ip="198.51.100.7",
)


def told(**but: Any) -> Alert:
    change = a_change(writes=(WRITE,), resource_id="sg-0abc", resource_type="aws_security_group")
    return replace(an_alert(changes=(replace(change, **but),)))


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("state", AlertState)
def test_every_event_has_what_its_class_requires(severity: Severity, state: AlertState) -> None:
    events = list(events_of(replace(told(severity=severity), state=state)))

    assert [event["class_uid"] for event in events] == [6003, 2003]
    for event in events:
        uid = event["class_uid"]
        assert event.keys() >= REQUIRED[uid]
        assert event["category_uid"] == CATEGORIES[uid]
        assert event["activity_id"] in ACTIVITIES[uid]
        assert event["type_uid"] == uid * 100 + event["activity_id"]
        assert event["severity_id"] in range(1, 6)
        assert event["time"] > 1_700_000_000_000, "milliseconds"
        for name, keys in OBJECTS.items():
            assert event.get(name, dict.fromkeys(keys)).keys() >= keys
        assert event["metadata"]["product"]["vendor_name"]


def test_an_api_activity_says_who_called_what_from_where() -> None:
    activity = next(events_of(told()))

    assert activity["actor"]["user"]["name"] == "dana@example.com"
    assert activity["api"] == {"operation": "AuthorizeSecurityGroupIngress", "service": {"name": "ec2"}}
    assert activity["src_endpoint"] == {"ip": "198.51.100.7"}
    assert activity["cloud"] == {"provider": "aws", "account": {"uid": "111122223333"}, "region": "eu-west-1"}
    assert activity["resources"][0]["uid"] == "sg-0abc"


@pytest.mark.parametrize("address", [None, "cloudformation.amazonaws.com", "AWS Internal", "", "\ud800"])
def test_an_endpoint_that_is_no_address_is_a_service(address: str | None) -> None:
    activity = next(events_of(told(writes=(replace(WRITE, source_ip=address),))))

    assert activity["src_endpoint"].keys() & ENDPOINT
    assert "ip" not in activity["src_endpoint"]


@pytest.mark.parametrize(
    ("action", "activity"),
    [
        ("CreateBucket", 1),
        ("RunInstances", 1),
        ("v1.compute.firewalls.insert", 1),
        ("DeleteBucket", 4),
        ("Microsoft.Network/networkSecurityGroups/securityRules/delete", 4),
        ("TerminateInstances", 4),
        ("AuthorizeSecurityGroupIngress", 3),
        ("Microsoft.Network/networkSecurityGroups/securityRules/write", 3),
        ("", 3),
    ],
)
def test_the_kind_of_a_write_is_told_by_its_verb(action: str, activity: int) -> None:
    assert next(events_of(told(writes=(replace(WRITE, action=action),))))["activity_id"] == activity


@pytest.mark.parametrize(
    ("disposition", "status"),
    [
        (Disposition.AUTHORISED, 1),
        (Disposition.WAIVED, 1),
        (Disposition.PENDING, 2),
        (Disposition.UNTICKETED, 3),
        (Disposition.RETROACTIVE, 3),
        (Disposition.EMERGENCY, 3),
    ],
)
def test_a_finding_passes_only_where_the_control_operated(disposition: Disposition, status: int) -> None:
    """
    Mending it afterwards never erases the deviation.
    """
    *_, finding = events_of(told(disposition=disposition))

    assert finding["compliance"]["status_id"] == status


def test_a_finding_keeps_its_uid_from_new_to_resolved() -> None:
    findings = [list(events_of(replace(told(), state=state)))[-1] for state in AlertState]

    assert {one["finding_info"]["uid"] for one in findings} == {"c-0a41f6d2"}
    assert [(one["activity_id"], one["status_id"]) for one in findings] == [(1, 1), (2, 2), (3, 4)]


def test_events_are_appended_line_by_line_to_the_file_of_the_day(tmp_path: Path) -> None:
    files = OcsfFiles(OcsfFilesSettings(folder=str(tmp_path)))

    files.send(told(), replaces=None)
    files.send(told(), replaces=None)

    [file] = tmp_path.iterdir()
    assert file.name == "ocsf-2026-11-20.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == 4
    assert lines[:2] == lines[2:], "a repeat is the same to the last letter"
    assert len({line["metadata"]["uid"] for line in lines}) == 2


def test_nothing_is_half_written_where_there_is_no_space() -> None:
    full = OcsfFiles(OcsfFilesSettings(folder="/dev/full/ocsf"))

    with pytest.raises(ProviderUnavailableError):
        full.send(told(), replaces=None)


def test_alarms_and_digests_are_in_neither_class() -> None:
    files = OcsfFiles(OcsfFilesSettings(folder="unused"))

    assert files.takes(told())
    assert not files.takes(an_alert(changes=()))
    assert not files.takes(replace(told(), notice=("Judged: nothing.",)))
