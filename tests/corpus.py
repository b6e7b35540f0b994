"""Checks ourselves against public audit records: `python -m tests.corpus FOLDER`.

Prints a line for each file, then every disagreement with the known origin of a record. The
folder is no part of the project; where it is absent there is nothing to check.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

CLOUDS = ("aws",)
"""The clouds whose records are translated so far."""


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
    return 1 if _compare(corpus, {one.name: one for one in checked}) or failed else 0


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
    truths = [json.loads(line) for line in (corpus / "channel_truth.ndjson").read_text().splitlines()]
    truths = [one for one in truths if one["file"] in checked]
    wrong = list(_disagreements(truths, checked))
    for text in wrong:
        print(text)
    share = 1 - len(wrong) / len(truths)
    print(f"agreement with {len(truths)} records of known origin: {share:.1%}")
    return share < 0.995


def _disagreements(truths: list[Json], checked: dict[str, Checked]) -> Iterator[str]:
    for truth in truths:
        line = checked[truth["file"]].lines[truth["line"]]
        if not _agrees(truth["truth"], line):
            told = {name: line.get(name) for name in ("tool", "channel", "effect", "action")}
            yield f"  {truth['file']}:{truth['line']} is {truth['truth']}, we say {told}"


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
