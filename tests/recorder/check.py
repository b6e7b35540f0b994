"""Prove the recorded files against each other: `python -m tests.recorder.check [--noise]`."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.recorder.__main__ import FIXTURES
from tests.recorder.compare import differences, undeclared
from tests.recorder.model import Json, Story
from tests.recorder.stories import STORIES

RESOURCE_ID = re.compile(r"\b(?:sg|vpc|subnet|lt|i|eni|acl|rtb)-[0-9a-f]{8,17}\b")
OF_THE_RECORDING_MACHINE = re.compile(r"127\.0\.0\.1|localhost|/tmp/|/root/|/home/")


def main() -> None:
    """Check every story; leave with 1 if one does not hold together."""
    complaints = [
        f"{story.name}: {complaint}"
        for story in STORIES
        for complaint in _check(FIXTURES / story.name, story)
    ]
    if "--noise" in sys.argv:
        _print_noise()
    print("\n".join(complaints) or f"{len(STORIES)} stories hold together")
    sys.exit(1 if complaints else 0)


def _check(folder: Path, story: Story) -> Iterator[str]:
    records, expected = _read(folder / "audit-log.json")["Records"], _read(folder / "expected.json")
    yield from _check_log(records)
    yield from _check_ids(folder, records, expected)
    yield from _check_findings(folder, expected["findings"])
    if bool(story.applied) != any(one["kind"] == "unapplied" for one in expected["findings"]):
        yield "what was applied from elsewhere and what is expected to be unapplied do not belong together"
    for path in folder.iterdir():
        if match := OF_THE_RECORDING_MACHINE.search(path.read_text()):
            yield f"{path.name} names {match[0]}"
    if subprocess.run(
        ["terraform", "fmt", "-check", str(folder / "main.tf")], capture_output=True
    ).returncode:
        yield "main.tf is not formatted"


def _check_log(records: list[Json]) -> Iterator[str]:
    if not 5 <= len(records) <= 25:
        yield f"{len(records)} records"
    if len({record["eventID"] for record in records}) != len(records):
        yield "an eventID occurs twice"
    if records != sorted(records, key=lambda record: str(record["eventTime"])):
        yield "records are not in the order of time"
    yield from _check_sessions(records)


def _check_sessions(records: list[Json]) -> Iterator[str]:
    """A console makes keys of its own; any other key must have been handed out in this log."""
    handed_out = {
        record["responseElements"]["credentials"]["accessKeyId"]
        for record in records
        if record["eventName"].startswith("AssumeRole")
    }
    at_console = {
        record["userIdentity"]["arn"] for record in records if record["eventName"] == "ConsoleLogin"
    }
    for record in records:
        identity = record["userIdentity"]
        key = identity.get("accessKeyId")
        if key and key not in handed_out and identity["arn"] not in at_console:
            yield f"{record['eventName']} uses a key that no record hands out"


def _check_ids(folder: Path, records: list[Json], expected: Json) -> Iterator[str]:
    known = (folder / "terraform.tfstate").read_text() + (folder / "live.json").read_text()
    cloud_made = {
        change["resource"]["id"] for change in expected["changes"] if change["channel"] == "service"
    }
    for identifier in sorted(set(RESOURCE_ID.findall(json.dumps(records))) - cloud_made):
        if identifier not in known and not _is_part_of_cloud_made(identifier, records):
            yield f"{identifier} is in the log, but in neither state nor live"
    for change in expected["changes"]:
        identifier = change["resource"]["id"]
        names = identifier.split(":") if change["resource"]["type"] == "aws_iam_role_policy" else [identifier]
        if any(name not in json.dumps(records) for name in names):
            yield f"{identifier} is expected to change, but is not in the log"


def _is_part_of_cloud_made(identifier: str, records: list[Json]) -> bool:
    """Instances that a service starts come with interfaces that nothing else mentions."""
    starts = [record for record in records if record["eventName"] == "RunInstances"]
    return identifier.startswith("eni-") and identifier in json.dumps(starts)


def _check_findings(folder: Path, findings: list[Json]) -> Iterator[str]:
    drifted = {(one.address, one.path) for one in differences(folder) if one.excuse is None}
    wanted = {
        (finding["address"], path)
        for finding in findings
        if finding["kind"] != "unapplied"
        for path in finding["paths"]
    }
    if drifted != wanted:
        yield f"drift is {sorted(drifted)}, expected {sorted(wanted)}"
    unmanaged = [
        (finding["type"], finding["resource_id"]) for finding in findings if finding["kind"] == "unmanaged"
    ]
    if undeclared(folder) != unmanaged:
        yield f"unmanaged is {undeclared(folder)}, expected {unmanaged}"


def _print_noise() -> None:
    for story in STORIES:
        for one in differences(FIXTURES / story.name):
            if one.excuse:
                values = f"{json.dumps(one.declared)[:60]} -> {json.dumps(one.live)[:60]}"
                print(f"{story.name}: {one.type}.{one.path}: {values} ({one.excuse})")


def _read(path: Path) -> Json:
    return json.loads(path.read_text())


if __name__ == "__main__":
    main()
