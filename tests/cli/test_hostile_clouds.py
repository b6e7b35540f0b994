"""Whoever names a resource or sends a request chooses text, in every cloud: it is shown, never obeyed."""

import csv
import json
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drift.ledger.verify import verify_pack
from tests.cli.running import Drift, run
from tests.providers.aws import records as aws
from tests.providers.azure import records as azure
from tests.providers.gcp import entries as gcp

CONFIG = """
[clock]
source = "records"

[enrolment]
mode = "enforce"

[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[[notifier]]
name = "terminal"
type = "slack-preview"
folder = "alerts"

[[environment]]
name = "production"
accounts = ["*"]
"""

HOSTILE = {
    "ansi": "\x1b[2J\x1b]8;;https://evil.example.com\x07",
    "lines": "two\nlines\r\n2026-11-20  low  authorised\u2028",
    "c1": "c1 \x9b31m \x00 \x7f",
    "direction": "\u202egnp.exe\u2066\u200b",
    "markup": "<script>alert(1)</script> <!channel> &amp; [x](https://evil.example.com)",
    "formula": "=cmd()|' /C calc'!A0",
    "surrogate": "half \ud83d",
    "long": "x" * 1_000_000,
    "braces": "{" * 5_000,
}

LONGEST_LINE = 250
"""Columns of a line that lists anything."""

LONGEST_FACT = 4_012
"""Of a fact that `drift show` tells in full, with its label."""


def of_aws(text: str) -> dict[str, Any]:
    """An open port, by somebody of that name."""
    return aws.a_record(
        eventID=text,
        eventName="AuthorizeSecurityGroupIngress",
        userAgent=text,
        userIdentity=aws.a_role_session(text, text),
        requestParameters={
            "groupId": text,
            "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22}]},
            "description": text,
        },
        responseElements={"tagSet": {"items": [{"key": text, "value": text}]}},
    )


def of_gcp(text: str) -> dict[str, Any]:
    """The same in Google Cloud."""
    return gcp.an_entry(
        insertId=text,
        authenticationInfo=gcp.identity(f"{text}@example.com", client=text, serviceAccountKeyName=text),
        requestMetadata=gcp.metadata(f"gcloud/1 command/{text} {text}", reason=text),
        resourceName=f"projects/{gcp.PROJECT}/global/firewalls/{text}",
        request={"name": text, "description": text, "labels": {text: text}},
        response={"selfLink": text},
        labels={text: text},
    )


def of_azure(text: str) -> dict[str, Any]:
    """The same in Azure."""
    claims = azure.a_person(app=text, upn=f"{text}@example.com", name=text)
    return azure.a_record(
        resource=f"{azure.GROUP}/providers/Microsoft.Network/networkSecurityGroups/{text}",
        claims=claims,
        eventDataId=text,
        caller=f"{text}@example.com",
        request={"tags": {text: text}, "properties": {"securityRules": [{"name": text, **azure.a_rule()}]}},
        description=text,
    )


CLOUDS = {"aws": of_aws, "gcp": of_gcp, "azure": of_azure}

Record = Callable[[str], dict[str, Any]]


@pytest.fixture
def drift(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drift:
    """The command line in a folder of its own, with a trail and a notifier that draws."""
    monkeypatch.chdir(tmp_path)
    Path("trail").mkdir()
    Path("config.toml").write_text(CONFIG)
    return partial(run, capsys, tmp_path)


def is_inert(text: str) -> bool:
    """Tell whether a terminal shows all of it, and obeys none but ends of lines."""
    return not {unicodedata.category(char) for char in text if char != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("record", CLOUDS.values(), ids=CLOUDS)
def test_what_strangers_choose_is_shown_and_never_obeyed(record: Record, text: str, drift: Drift) -> None:
    Path("trail/a.json").write_text(json.dumps(record(text)))

    classified = drift("classify", "trail")
    learned = drift("learn", "trail")
    ran = drift("run", "--once")
    listed = drift("changes")
    (line,) = drift("changes", "--json").lines
    shown = drift("show", json.loads(line)["change_id"])
    reported = drift("report", "weekly")

    every = (classified, learned, ran, listed, shown, reported)
    assert [(one.code, one.err.count("Traceback")) for one in every] == [(0, 0)] * len(every)
    assert [is_inert(one.out + one.err) for one in every] == [True] * len(every)
    assert len(classified.lines) == 1
    for one in (classified, learned, ran, listed, reported):
        assert max(map(len, one.lines)) <= LONGEST_LINE
    assert max(map(len, shown.lines)) <= LONGEST_FACT


@pytest.mark.parametrize("record", CLOUDS.values(), ids=CLOUDS)
def test_what_strangers_choose_breaks_no_page_and_no_table(record: Record, drift: Drift) -> None:
    for number, text in enumerate(("<script>alert(1)</script>", "=cmd()", "\x1b[2J", "half \ud83d")):
        Path(f"trail/{number}.json").write_text(json.dumps(record(text)))
    drift("run", "--once")

    drift("report", "weekly", "--out", "weekly.html")
    exported = drift("evidence", "export", "--out", "pack")

    page = Path("weekly.html").read_text()
    assert "<script>alert" not in page
    assert is_inert(page)
    assert exported.code == 0
    table = Path("pack/02_population/changes.csv").read_text()
    assert is_inert(table.replace("\r\n", "\n"))
    cells = [cell for row in csv.reader(table.splitlines()) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert verify_pack("pack").all_problems == []


@pytest.mark.parametrize("record", CLOUDS.values(), ids=CLOUDS)
def test_json_that_is_nested_beyond_measure_hides_no_neighbour(record: Record, drift: Drift) -> None:
    deep = json.dumps(record("deep")).replace('"deep"', '{"a":' * 20_000 + "1" + "}" * 20_000)
    Path("trail/a.ndjson").write_text(f"{deep}\n{json.dumps(record('plain'))}\n")

    classified = drift("classify", "trail")

    assert len(classified.lines) == 2
    assert "plain" in classified.lines[1]
    assert max(map(len, classified.lines)) <= LONGEST_LINE
