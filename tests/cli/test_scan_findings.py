"""What `drift scan`, `findings` and `check` say of ignored drift and of suspected noise."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Ran, run

CONFIG = """
[clock]
source = "records"

[[baseline]]
name = "queues"
type = "terraform-state"
state = "terraform.tfstate"
live = "recorded"

[[live]]
name = "recorded"
type = "recorded"
path = "live.json"
"""

IGNORE = """
[[ignore]]
name = "scanner"
reason = "It writes its last run."
owner = "ops@example.com"
expires = 2026-11-{day}
attribute = "tags.scan"
"""


def queue(number: int, **values: Any) -> dict[str, Any]:
    url = f"https://sqs.eu-west-1.amazonaws.com/111122223333/q-{number}"
    arn = f"arn:aws:sqs:eu-west-1:111122223333:q-{number}"
    return {"id": url, "arn": arn, "delay_seconds": 0, "tags": {"scan": "a"}} | values


def lay_out(folder: Path, count: int, *, ignore: str = "", **drift: Any) -> None:
    """Declare so many queues, all of which have the values of `drift` instead."""
    instances = [
        {"index_key": number, "schema_version": 0, "attributes": queue(number)} for number in range(count)
    ]
    state = {
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 1,
        "lineage": "l",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "aws_sqs_queue",
                "name": "q",
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": instances,
            }
        ],
    }
    resources = [
        {
            "type": "aws_sqs_queue",
            "id": queue(number)["id"],
            "account": "111122223333",
            "region": "eu-west-1",
            "attributes": queue(number, **drift),
        }
        for number in range(count)
    ]
    live = {
        "read_at": "2026-11-20T12:00:00Z",
        "schemas": {"aws_sqs_queue": {"computed": ["arn"]}},
        "resources": resources,
    }
    (folder / "terraform.tfstate").write_text(json.dumps(state))
    (folder / "live.json").write_text(json.dumps(live))
    (folder / "config.toml").write_text(CONFIG + ignore)


@pytest.fixture
def scan(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    def scanned(*arguments: str) -> Ran:
        return run(capsys, tmp_path, "scan", *arguments)

    return scanned


def test_noise_is_one_finding_with_a_rule_to_paste(scan: Any, tmp_path: Path) -> None:
    lay_out(tmp_path, 12, delay_seconds=5)

    told, report = scan(), json.loads(scan("--json").out)

    assert told.code == 1
    assert told.lines[0].startswith("low       12 of type aws_sqs_queue differ alike")
    assert '            attribute = "delay_seconds"' in told.lines
    assert told.lines[-1] == "12 declared, 12 compared: 0 drifted, 0 missing, 0 unmanaged, 1 suspected noise"
    [finding] = report["findings"]
    assert (finding["kind"], finding["address"]) == ("suspected-noise", None)
    assert finding["attributes"] == [{"path": "delay_seconds", "declared": 0, "live": 5, "sensitive": False}]
    assert set(finding) == {
        *("id", "kind", "address", "type", "resource_id", "account", "region", "severity"),
        *("attributes", "explained_by"),
    }
    assert set(report["summary"]) == {
        *(
            "declared",
            "compared",
            "drifted",
            "missing",
            "unmanaged",
            "unapplied",
            "unreadable",
            "unsupported",
        ),
    }


def test_a_few_are_told_one_by_one(scan: Any, tmp_path: Path) -> None:
    lay_out(tmp_path, 9, delay_seconds=5)

    assert json.loads(scan("--json").out)["summary"]["drifted"] == 9


def test_what_is_ignored_is_counted_beside_the_report(scan: Any, tmp_path: Path) -> None:
    lay_out(tmp_path, 2, ignore=IGNORE.format(day=20), tags={"scan": "b"})

    ran = scan("--json")

    assert ran.code == 0
    assert json.loads(ran.out)["findings"] == []
    assert ran.err == '2 differences ignored by "scanner" of ops@example.com: It writes its last run.\n'


def test_an_expired_rule_hides_nothing_and_check_says_so(
    scan: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lay_out(tmp_path, 2, ignore=IGNORE.format(day=19), tags={"scan": "b"})

    ran, checked = scan(), run(capsys, tmp_path, "check")

    assert ran.code == 1
    assert "2 drifted" in ran.lines[-1]
    assert (
        'note    ignore "scanner" of ops@example.com has expired: what it hid is drift again' in checked.lines
    )
    assert checked.code == 0


def test_a_rule_that_counts_is_no_news(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lay_out(tmp_path, 2, ignore=IGNORE.format(day=20))

    assert "scanner" not in run(capsys, tmp_path, "check").out
