"""Several processes give what one gives: byte for byte, whatever the files rest on."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.providers.aws.records import Fields, a_record, a_role_session

PROJECT = Path(__file__).parents[1]


def an_opening(role: str, key: str, opener: Fields | None = None) -> Fields:
    """Somebody assumes a role, and gets this key."""
    identity = {"userIdentity": opener} if opener else {}
    return a_record(
        eventID=f"opens-{key}",
        eventSource="sts.amazonaws.com",
        eventName="AssumeRole",
        requestParameters={
            "roleArn": f"arn:aws:iam::111122223333:role/{role}",
            "roleSessionName": "botocore-session-1",
            "tags": [{"key": "ticket", "value": f"OPS-{len(key)}"}],
        },
        responseElements={"credentials": {"accessKeyId": key}},
        readOnly=True,
        **identity,
    )


def a_call(role: str, key: str) -> Fields:
    """A write in the session of a role."""
    return a_record(
        eventID=f"in-{key}", userIdentity=a_role_session(role, "botocore-session-1") | {"accessKeyId": key}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of which each rests on ones before it, and one that is damaged."""
    chained = a_role_session("First", "botocore-session-1") | {"accessKeyId": "ASIA1"}
    files: list[list[Fields]] = [
        [a_call("Second", "ASIA22")],
        [an_opening("First", "ASIA1")],
        [a_record(eventID=f"read-{number}", eventName="DescribeVpcs", readOnly=True) for number in range(9)],
        [a_call("First", "ASIA1"), an_opening("Second", "ASIA22", chained)],
        [a_call("Second", "ASIA22"), a_call("First", "ASIA1")],
        [],
        [a_call("Second", "ASIA22")],
    ]
    for number, records in enumerate(files):
        text = json.dumps({"Records": records}).encode()
        (tmp_path / f"{number}.json.gz").write_bytes(gzip.compress(text))
    (tmp_path / "8.json.gz").write_bytes(gzip.compress(json.dumps({"Records": files[4]}).encode())[:-40])
    return tmp_path


def classified(folder: Path, jobs: int, *more: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "drift", "classify", "--jobs", str(jobs), *more, "."]
    environ = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False)


@pytest.mark.parametrize("form", [("--json",), ()])
def test_any_number_of_processes_gives_the_same_lines(folder: Path, form: tuple[str, ...]) -> None:
    alone = classified(folder, 1, *form)

    together = [classified(folder, jobs, *form) for jobs in (2, 5)]

    assert alone.returncode == 2, alone.stderr
    for run in together:
        assert (run.stdout, run.stderr, run.returncode) == (alone.stdout, alone.stderr, 2)


def test_a_session_that_an_earlier_file_opened_is_known_whoever_judged_that_file(folder: Path) -> None:
    run = classified(folder, 2, "--json")

    lines = [json.loads(line) for line in run.stdout.splitlines()]
    seen = [
        (one["source"]["file"], one["actor"]["name"]) for one in lines if one.get("event_id") == "in-ASIA22"
    ]
    assert seen[0] == ("0.json.gz", "Second")
    assert {name for _, name in seen[1:]} == {"alice@example.com"}
    assert len(seen) >= 3


def test_a_configuration_that_is_wrong_is_told_once(folder: Path) -> None:
    (folder / "config.toml").write_text("[nonsense]\n")

    run = classified(folder, 3)

    assert (run.returncode, run.stdout) == (2, b"")
    assert len(run.stderr.splitlines()) == 1


def test_no_process_at_all_is_refused(folder: Path) -> None:
    run = classified(folder, 0)

    assert run.returncode == 2
    assert b"--jobs" in run.stderr
