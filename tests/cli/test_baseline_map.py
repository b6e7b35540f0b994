"""`drift baseline --map`: which code, account and owner belong to each state."""

import json
from pathlib import Path

import pytest

from tests.cli.running import Ran, run
from tests.providers.terraform.builders import a_resource, a_state, an_instance
from tests.providers.terraform.writing import write

CONFIG = """
[[baseline]]
name = "estate"
type = "terraform-state"
live = "recorded"
state = "states"
code = "code"

[[baseline.map]]
state = "legacy"
environment = "old"

[[live]]
name = "recorded"
type = "recorded"
path = "live.json"

[[environment]]
name = "production"
accounts = ["111122223333"]
"""

ARN = "arn:aws:sqs:eu-west-1:{}:orders"
KEYS = {"net.tfstate": "111122223333", "other.tfstate": "444455556666", "legacy.tfstate": "111122223333"}


def a_backend(key: str) -> str:
    return f'terraform {{\n  backend "s3" {{\n    bucket = "bucket"\n    key = "{key}"\n  }}\n}}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for key, account in KEYS.items():
        state = a_state(a_resource(an_instance({"arn": ARN.format(account)})))
        write(tmp_path / "states", {key: state.decode()})
    write(tmp_path, {"config.toml": CONFIG, "code/net/main.tf": a_backend("net.tfstate")})
    return tmp_path


@pytest.fixture
def ran(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ran:
    return run(capsys, folder, "baseline", "--map", "--json")


def test_each_state_is_one_line_with_every_key(ran: Ran) -> None:
    lines = [json.loads(line) for line in ran.lines]

    assert ran.code == 0
    assert [Path(one["state"]).name for one in lines] == ["legacy.tfstate", "net.tfstate", "other.tfstate"]
    for line in lines:
        assert list(line) == [
            *("baseline", "state", "code", "account", "other_accounts", "region", "role"),
            *("environment", "owner", "missing"),
        ]
    assert lines[1]["code"] == {"value": "net", "how": "backend block of main.tf"}


def test_the_environment_is_the_one_that_claims_the_account_unless_a_row_names_one(ran: Ran) -> None:
    legacy, net, other = (json.loads(line) for line in ran.lines)

    assert legacy["environment"] == {"value": "old", "how": "row 1 of the map"}
    assert net["environment"] == {"value": "production", "how": "[[environment]] of the configuration"}
    assert other["environment"] is None
    assert "environment: no [[environment]] claims its account" in other["missing"]


def test_how_much_is_known_is_counted(ran: Ran) -> None:
    assert ran.err == (
        "3 states: code of 1, account of 3, region of 3, role of 0, environment of 2, owner of 0\n"
    )


def test_as_text_each_fact_says_how_it_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, folder, "baseline", "--map").lines

    assert "  code         net  (backend block of main.tf)" in lines
    assert "  account      444455556666  (identifiers in the state)" in lines
    assert "  missing      role: name it as read_role, or in a row of the map" in lines


def test_a_row_that_is_none_is_refused_with_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "config.toml").write_text(CONFIG.replace('state = "legacy"', 'state = "("'))

    ran = run(capsys, folder, "baseline", "--map")

    assert ran.code == 2
    assert 'config.toml: [[baseline]] "estate"' in ran.err
    assert "no regular expression" in ran.err


def test_values_that_are_not_evaluable_are_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"code/net/q.tf": 'resource "aws_sqs_queue" "orders" {\n  name = var.unknown\n}\n'})

    ran = run(capsys, folder, "baseline")

    assert "1 value in the code not evaluable: not compared, and never guessed\n" in ran.err
