"""docs/sources-azure.md says what the sources really take."""

import re
from pathlib import Path

import pytest

from drift.config import load
from providers.azure import activity_log, hub_refusals, pim, workspace
from providers.catalog import ADAPTERS, AUDIT_LOGS
from tests.providers.azure.sources.trails import TRAILS

PAGE = (Path(__file__).parents[4] / "docs" / "sources-azure.md").read_text()


@pytest.mark.parametrize("name", TRAILS)
def test_each_source_has_a_part_with_a_configuration_that_works(name: str, tmp_path: Path) -> None:
    part = PAGE.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```toml\n(.*?)```", part, re.DOTALL)
    file = tmp_path / "config.toml"
    file.write_text(block)

    (configured,) = load(file, ADAPTERS, {"AZURE_CLIENT_SECRET": "x"}).audit_logs

    assert configured.type == name
    assert AUDIT_LOGS[name].make(configured.name, configured.settings)


@pytest.mark.parametrize("module", [activity_log, hub_refusals, pim, workspace])
def test_each_permission_that_an_error_names_stands_on_the_page(module: object) -> None:
    assert getattr(module, "PERMISSION") in PAGE  # noqa: B009 - modules have no type of their own
