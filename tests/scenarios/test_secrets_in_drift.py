"""Secrets in states and in what is live reach nothing that is stored, shown or sent."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drift import wiring
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.store.findings import open_findings
from tests.cli.running import Drift, run
from tests.scenarios.world import lay_out

STORY = "console-open-security-group"
TYPE = "aws_security_group"
SOURCES = ("terraform.tfstate", "live.json")
"""Where the secrets stand, and may."""

HIDDEN = ("marked", "by_schema", "tags", "tags_all")
REDACTED = ("container_definitions", "environment", "settings", "user_data")


def attributes(side: str) -> dict[str, Any]:
    """A secret in every place where one is found in real states, and others on each side."""
    secret = f"{side}-Sesame"
    return {
        "marked": f"{secret}-1",
        "by_schema": f"{secret}-2",
        "note": f"connects with {secret}-1, then {secret}-2 at {side}.example.com",
        "tags": {"Name": f"{secret}-3"},
        "tags_all": {"Name": f"{secret}-3", "Other": f"{secret}-3 again"},
        "user_data": f"#!/bin/sh\nexport PLAIN={secret}-4\n",
        "container_definitions": json.dumps(
            [{"image": f"{side}:1", "environment": [{"name": "DB_PASSWORD", "value": f"{secret}-5"}]}]
        ),
        "environment": [{"variables": {"API_KEY": f"{secret}-6", "MODE": side}}],
        "settings": [{"name": "admin_password", "value": f"{secret}-7"}],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The story, in which the resource that drifts is full of secrets."""
    lay_out(tmp_path, [STORY])
    _write(tmp_path, attributes("state"), attributes("cloud"))
    return tmp_path


def _write(folder: Path, declared: dict[str, Any], live: dict[str, Any]) -> None:
    state_file, live_file = (folder / STORY / name for name in SOURCES)
    state, there = json.loads(state_file.read_text()), json.loads(live_file.read_text())
    [instance] = next(one for one in state["resources"] if one["type"] == TYPE)["instances"]
    instance["attributes"] |= declared
    instance["sensitive_attributes"] = [[{"type": "get_attr", "value": name}] for name in ("marked", "tags")]
    next(one for one in there["resources"] if one["type"] == TYPE)["attributes"].update(live)
    there["schemas"][TYPE]["sensitive"] = ["by_schema"]
    state_file.write_text(json.dumps(state))
    live_file.write_text(json.dumps(there))


def cycle(folder: Path) -> DriftFinding:
    """Let the program look once; return what it found of the resource."""
    with wiring.running(wiring.settings_of(str(folder / "config.toml"))) as pipeline:
        assert pipeline.run_once() == ()
        with pipeline.have.database.reading() as connection:
            found = [row.finding for row in open_findings(connection).values()]
            return next(one for one in found if one.type == TYPE and one.kind is FindingKind.DRIFTED)


@pytest.fixture
def drift(capsys: pytest.CaptureFixture[str], folder: Path) -> Drift:
    return partial(run, capsys, folder)


def test_no_secret_of_a_drift_is_stored_or_sent(folder: Path) -> None:
    finding = cycle(folder)

    leaking = [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and file.name not in SOURCES and b"Sesame" in file.read_bytes()
    ]
    assert leaking == []
    found = {one.path.partition(".")[0].partition("[")[0] for one in finding.attributes}
    assert found >= {*HIDDEN[:3], *REDACTED, "note"}


def test_what_is_not_secret_beside_it_is_still_told(folder: Path) -> None:
    found = {one.path: one for one in cycle(folder).attributes}

    assert found["note"] == AttributeDrift(
        path="note",
        declared="connects with (sensitive), then (sensitive) at state.example.com",
        live="connects with (sensitive), then (sensitive) at cloud.example.com",
    )
    assert found["marked"] == AttributeDrift(
        path="marked", declared="(sensitive)", live="(sensitive)", sensitive=True
    )
    assert found["environment[0].variables.MODE"].live == "cloud"
    assert "cloud:1" in found["container_definitions"].live


def test_that_a_secret_is_gone_is_told_and_what_to_do_in_the_code(folder: Path, drift: Drift) -> None:
    _write(folder, {}, {"marked": None, "by_schema": "", "note": "connected with state-Sesame-1"})

    finding = cycle(folder)

    found = {one.path: one.live for one in finding.attributes}
    assert (found["marked"], found["by_schema"]) == (None, "")
    assert "marked: (sensitive) -> null" in drift("findings").out
    adopted = drift("adopt", finding.finding_id).out
    assert "# by hand: marked: the block does not set it, at main.tf:27; the cloud has null\n" in adopted
    assert "# by hand: by_schema: its value is sensitive, and never shown, at main.tf:27\n" in adopted
    assert "# by hand: note: its value is sensitive, and never shown, at main.tf:27\n" in adopted


@pytest.mark.parametrize(
    "command", ["scan --json", "scan", "findings --json", "findings", "report weekly", "changes --json"]
)
def test_no_command_prints_one(folder: Path, drift: Drift, command: str) -> None:
    cycle(folder)

    ran = drift(*command.split())

    assert ran.out
    assert "Sesame" not in ran.out + ran.err


def test_no_pack_holds_one(folder: Path, drift: Drift) -> None:
    cycle(folder)

    ran = drift("evidence", "export", "--out", str(folder / "pack"))

    assert ran.code == 0, ran.err
    assert list((folder / "pack").rglob("*.jsonl"))
    assert not [
        file for file in (folder / "pack").rglob("*") if file.is_file() and b"Sesame" in file.read_bytes()
    ]


def test_that_a_hidden_value_changed_again_is_known_and_the_hash_needs_the_key(folder: Path) -> None:
    first, again = cycle(folder), cycle(folder)

    note = attributes("cloud")["note"].replace("Sesame-1", "Sesame-8")
    _write(folder, {}, {"marked": "cloud-Sesame-8", "note": note})
    other = cycle(folder)

    assert again == first
    assert other.attributes == first.attributes
    assert other.fingerprint != first.fingerprint
    (folder / "driftledger-key.pem").unlink()
    (folder / "driftledger.sqlite3").unlink()
    assert cycle(folder).fingerprint not in (first.fingerprint, other.fingerprint)
