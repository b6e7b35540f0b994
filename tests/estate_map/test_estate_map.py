"""A large estate maps to its code without a hand-written row."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.cli import main
from tests.estate_map.generate import generate
from tests.estate_map.model import ACCOUNTS, AWS_VERSIONS, Estate, Truth

STATES = 900
AT_LEAST = 0.95


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("estate")


@pytest.fixture(scope="module")
def estate(folder: Path) -> Estate:
    return generate(folder)


@pytest.fixture(scope="module")
def told(estate: Estate, folder: Path) -> Mapping[str, Any]:
    """What `drift baseline --map --json` says, by the path of each state."""
    out = folder / "map.jsonl"
    with out.open("w") as opened, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", opened)
        with pytest.raises(SystemExit) as left:
            main(["baseline", "--map", "--json", "--config", str(folder / "config.toml")])
    assert left.value.code == 0
    lines = map(json.loads, out.read_text().splitlines())
    return {str(Path(one["state"]).relative_to(estate.states)): one for one in lines}


def test_the_estate_is_as_large_and_mixed_as_it_is_said_to_be(estate: Estate) -> None:
    accounts = {truth.account for truth in estate.truth.values()}
    code = [file.read_text() for file in estate.code.rglob("*") if file.is_file()]

    assert len(estate.truth) == STATES
    assert {account.id for account in ACCOUNTS} <= accounts
    for version in AWS_VERSIONS:
        assert any(f'version = "{version}"' in text for text in code)


def test_nearly_all_states_map_to_what_a_person_would_say(estate: Estate, told: Mapping[str, Any]) -> None:
    right = [path for path, truth in estate.truth.items() if _said(told[path]) == truth]

    assert len(right) >= AT_LEAST * STATES


def test_what_does_not_map_says_what_is_missing_and_nothing_is_wrong(
    estate: Estate, told: Mapping[str, Any]
) -> None:
    """
    A wrong answer is worse than none: drift would be judged by the rules of another's code.
    """
    for path, truth in estate.truth.items():
        line = told[path]
        for column in ("code", "account", "region", "environment"):
            fact = line[column]
            assert fact is None or fact["value"] == getattr(truth, column), (path, column, fact)
            assert fact is not None or any(one.startswith(f"{column}: ") for one in line["missing"])


def test_only_states_that_no_code_names_are_without_code(estate: Estate, told: Mapping[str, Any]) -> None:
    unknown = {path for path, line in told.items() if line["code"] is None}

    assert unknown == {path for path, truth in estate.truth.items() if truth.code.startswith("untold/")}


def test_each_way_of_finding_is_named(told: Mapping[str, Any]) -> None:
    ways = {line["code"]["how"].split(" of ")[0] for line in told.values() if line["code"]}

    assert ways == {"backend block", "partial backend", "Terragrunt's remote_state"}


def test_role_and_owner_follow_from_the_rest(told: Mapping[str, Any]) -> None:
    line = next(one for path, one in told.items() if path.startswith("tf-stacks/payments/"))

    assert line["role"] == {
        "value": f"arn:aws:iam::{line['account']['value']}:role/drift-read",
        "how": "read_role",
    }
    assert line["owner"] == {"value": "@example/payments", "how": "CODEOWNERS"}


def _said(line: Mapping[str, Any]) -> Truth | None:
    facts = {name: line[name] for name in ("code", "account", "region", "environment")}
    if None in facts.values():
        return None
    return Truth(**{name: fact["value"] for name, fact in facts.items()})
