"""Checks ourselves against public audit records: `python -m tests.corpus FOLDER`.

Prints a line for each file, then every disagreement with the known origin of a record. The
folder is no part of the project; where it is absent there is nothing to check.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from providers.slack.interactions import Interaction

Json = dict[str, Any]

CLOUDS = ("aws", "gcp", "azure")

LEAST = {"aws": 0.995}
"""Share of the records of known origin that must agree; elsewhere each one that does not is explained."""

EXPLAINED = Path(__file__).parents[1] / "docs" / "classification.md"
"""Names every record on which we differ, with the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What came out for one file."""

    name: str
    records: int
    lines: list[Json]
    exit_code: int
    stderr: str

    @property
    def problems(self) -> list[str]:
        """What must not be: a line too few or too many, a traceback, an exit code that does not fit."""
        unreadable = sum("unreadable" in line for line in self.lines)
        found = []
        if len(self.lines) != self.records:
            found.append(f"{self.records} records gave {len(self.lines)} lines")
        if self.exit_code != (2 if unreadable else 0):
            found.append(f"exit code {self.exit_code} with {unreadable} unreadable")
        if "Traceback" in self.stderr:
            found.append("a traceback")
        return found


HEARD = ("block_actions", "view_submission")
"""What Slack tells of buttons and forms."""


def main() -> int:
    """Check every file of the corpus; return 1 if something is not as it must be."""
    corpus = Path(sys.argv[1])
    if not corpus.is_dir():
        print(f"no corpus at {corpus}: nothing to check")
        return 0
    checked = [check(file) for cloud in CLOUDS for file in sorted((corpus / cloud).glob("*.ndjson"))]
    failed = False
    for one in checked:
        unreadable = sum("unreadable" in line for line in one.lines)
        print(f"{one.name:32} {one.records:5} records {len(one.lines):5} lines {unreadable:3} unreadable")
        for problem in one.problems:
            failed = True
            print(f"  FAILED: {problem}")
    failed |= _not_understood(corpus / "slack" / "interactive.ndjson")
    return 1 if _compare(corpus, {one.name: one for one in checked}) or failed else 0


def _not_understood(presses: Path) -> bool:
    """Tell whether a press or a form of Slack, as public projects recorded them, is not understood.

    What names no user is of workflows, whose buttons are none of ours.
    """
    payloads = [json.loads(line)["payload"] for line in presses.read_text().splitlines()]
    wanted = [one for one in payloads if one["type"] in HEARD and "user" in one]
    failed = False
    for payload in wanted:
        try:
            msgspec.convert(payload, Interaction)
        except msgspec.ValidationError as error:
            failed = True
            print(f"  FAILED: slack: {payload['type']}: {error}")
    print(f"{'slack/interactive':32} {len(wanted):5} presses and forms")
    return failed


def check(file: Path) -> Checked:
    """Classify the records of one file with the real command."""
    records = [json.dumps(json.loads(line)["record"]) for line in file.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        unwrapped = Path(folder) / file.name
        unwrapped.write_text("".join(f"{record}\n" for record in records))
        run = subprocess.run(
            [sys.executable, "-m", "drift", "classify", "--json", str(unwrapped)],
            capture_output=True,
            text=True,
            check=False,
        )
    return Checked(
        name=f"{file.parent.name}/{file.name}",
        records=len(records),
        lines=[json.loads(line) for line in run.stdout.splitlines()],
        exit_code=run.returncode,
        stderr=run.stderr,
    )


def _compare(corpus: Path, checked: dict[str, Checked]) -> bool:
    """Print how far we agree with what is known; tell whether that is not enough."""
    truths = [json.loads(line) for line in (corpus / "channel_truth.ndjson").read_text().splitlines()]
    failed = False
    for cloud in CLOUDS:
        known = [one for one in truths if one["file"] in checked and one["cloud"] == cloud]
        wrong = [one for one in known if not _agrees(one["truth"], _line(one, checked))]
        share = 1 - len(wrong) / len(known) if known else 1.0
        print(f"{cloud}: agreement with {len(known)} records of known origin: {share:.1%}")
        for truth in wrong:
            line = _line(truth, checked)
            told = {name: line.get(name) for name in ("tool", "channel", "effect", "action")}
            is_explained = f"{truth['file']}:{truth['line']}" in EXPLAINED.read_text(encoding="utf-8")
            failed |= not is_explained
            word = "explained" if is_explained else "NOT EXPLAINED"
            print(f"  {word}: {truth['file']}:{truth['line']} is {truth['truth']}, we say {told}")
        failed |= share < LEAST.get(cloud, 0.0)
    return failed


def _line(truth: Json, checked: dict[str, Checked]) -> Json:
    return checked[truth["file"]].lines[truth["line"]]


def _agrees(truth: str, line: Json) -> bool:
    if "unreadable" in line:
        return False
    tool, channel, effect = line["tool"], line["channel"], line["effect"]
    match truth:
        case "console-side-effect":
            return True
        case "console-signin":
            return bool(effect == "auth")
        case "aws-service" | "gcp-service":
            return channel == "service" or tool == "cloud-service"
        case "cloudformation":
            return tool in ("cloudformation", "cdk")
        case "sdk-or-unknown":
            return tool in ("sdk", "unknown")
        case _:
            return bool(tool == truth)


if __name__ == "__main__":
    sys.exit(main())
