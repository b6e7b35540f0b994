"""What docs/sources-aws.md shows is what the adapters take and ask for."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from drift.config import load
from providers.catalog import ADAPTERS

ROOT = Path(__file__).resolve().parents[4]
DOCUMENT = (ROOT / "docs" / "sources-aws.md").read_text(encoding="utf-8")
SOURCES = (ROOT / "providers" / "aws").glob("*.py")

ASKED = re.compile(r"\b(?:s3|sqs|kms|sts|cloudtrail|ec2):[A-Z]\w+")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.mark.parametrize("shown", blocks("toml"))
def test_every_source_that_is_shown_is_a_configuration(shown: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(shown)

    (log,) = load(file, ADAPTERS, {}).audit_logs

    assert log.name == tomllib.loads(shown)["audit_log"][0]["name"]


def test_every_permission_that_an_error_may_name_is_listed() -> None:
    named = {
        action
        for file in SOURCES
        if "asker=SOURCES" in (text := file.read_text())
        for action in ASKED.findall(text)
    }

    assert named - {"s3:ObjectCreated"} - set(ASKED.findall(DOCUMENT)) == set()
    assert {"s3:GetObject", "sqs:ReceiveMessage", "cloudtrail:LookupEvents"} <= named


def test_the_policy_is_one() -> None:
    (policy,) = blocks("json")

    assert {one["Effect"] for one in json.loads(policy)["Statement"]} == {"Allow"}
