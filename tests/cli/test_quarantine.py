"""`drift quarantine`: what could not be read, and another attempt at it, on files as people have them."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Drift

RECORD = {
    "eventVersion": "1.11",
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "userName": "alice"},
    "eventTime": "2026-11-16T12:00:00Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "AuthorizeSecurityGroupIngress",
    "awsRegion": "eu-west-1",
    "requestParameters": {"groupId": "sg-0abc"},
    "eventID": "e-1",
    "recipientAccountId": "111122223333",
}


@pytest.fixture
def half(drift: Drift, tmp_path: Path) -> Path:
    """A file that was read while it was still being copied."""
    file = tmp_path / "trail" / "a.json"
    file.write_text('{"Records": [')
    ran = drift("run", "--once")
    assert ran.code == 2
    assert "unread    1 in quarantine (`drift quarantine` lists them)" in ran.lines
    return file


def test_without_anything_nothing_is_listed(drift: Drift) -> None:
    ran = drift("quarantine")

    assert (ran.code, ran.out, ran.err) == (0, "", "0 in quarantine\n")


def test_what_could_not_be_read_is_listed_with_the_reason(drift: Drift, half: Path) -> None:
    ran = drift("quarantine")

    assert ran.code == 0
    assert ran.lines[0] == f"trail: {half} record 0"
    assert ran.lines[1].startswith("          the text ends inside a list of records (tried 1 time, last ")
    assert ran.err == "1 in quarantine\n"


def test_json_has_every_key(drift: Drift, half: Path) -> None:
    [line] = drift("quarantine", "--json").lines

    found = json.loads(line)
    assert list(found) == [
        "source",
        "name",
        "version",
        "index",
        "sha256",
        "error",
        "attempts",
        "first_at",
        "last_at",
    ]
    assert (found["source"], found["name"], found["index"]) == ("trail", str(half), 0)


def test_a_retry_that_fails_leaves_with_2_and_keeps_it(drift: Drift, half: Path) -> None:
    ran = drift("quarantine", "retry")

    assert ran.code == 2
    assert ran.lines == [f"{half} record 0: still unread: neither the vault nor the source has these bytes"]
    assert ran.err == "0 read, 1 still in quarantine\n"
    assert json.loads(drift("quarantine", "--json").lines[0])["attempts"] == 2


def test_a_file_that_came_whole_since_is_in_quarantine_no_more(drift: Drift, half: Path) -> None:
    half.write_text(json.dumps({"Records": [RECORD]}))
    assert drift("run", "--once").code == 0

    ran = drift("quarantine", "retry", str(half))

    assert ran.code == 0
    assert ran.lines == [f"{half} record 0: read"]
    assert drift("quarantine").err == "0 in quarantine\n"


def test_a_name_that_is_not_there_is_an_error(drift: Drift, half: Path) -> None:
    ran = drift("quarantine", "retry", "b.json")

    assert ran.code == 2
    assert ran.err == 'drift: "b.json" is not in quarantine; `drift quarantine` lists what is\n'
