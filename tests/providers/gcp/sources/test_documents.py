"""What docs/sources-gcp.md tells people to write is what the sources read."""

import re
import tomllib
from pathlib import Path

import hcl2
import msgspec

from providers.catalog import AUDIT_LOGS
from providers.gcp.log_entries import PERMISSION, PRIVATE_PERMISSION
from providers.gcp.logging_audit_log import GcpLoggingSettings
from providers.gcp.subscription import CONSUME, GET

PAGE = (Path(__file__).parents[4] / "docs/sources-gcp.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_configuration_that_is_shown_is_one() -> None:
    rows = [row for block in blocks("toml") for row in tomllib.loads(block)["audit_log"]]

    assert [row["type"] for row in rows] == ["gcp-pubsub", "gcp-logging"]
    for row in rows:
        given = {key: value for key, value in row.items() if key not in ("name", "type")}
        msgspec.convert(given, AUDIT_LOGS[row["type"]].settings)


def test_the_terraform_code_that_is_shown_can_be_read_and_routes_the_logs_that_are_read_by_default() -> None:
    (code,) = blocks("hcl")

    assert len(hcl2.loads(code)["resource"]) == 5
    routed = re.findall(r'logName:"cloudaudit\.googleapis\.com%2F(\w+)"', code)
    assert tuple(routed) == GcpLoggingSettings(resources=("projects/x",)).logs


def test_every_permission_that_an_error_may_name_is_listed() -> None:
    for permission in (CONSUME, GET, PERMISSION, PRIVATE_PERMISSION):
        assert f"| `{permission}` |" in PAGE
