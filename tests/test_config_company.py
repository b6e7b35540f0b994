"""The tables by which the company speaks for itself."""

import re
from datetime import date
from pathlib import Path

import pytest

from drift.errors import ConfigError
from drift.model.company import DocumentKind
from tests.test_config_control import loaded, refusal

PAGE = (Path(__file__).parents[1] / "docs" / "company.md").read_text()


def test_what_the_page_shows_is_a_configuration(tmp_path: Path) -> None:
    company = loaded(tmp_path, "\n".join(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))).company

    [document], [system] = company.documents, company.systems
    assert (system.is_in_scope, system.owner) == (False, None)
    assert (company.period_begins, company.period_ends) == (date(2026, 1, 1), date(2026, 12, 31))
    assert document.path == tmp_path / "policies/change-management.pdf"
    assert (document.kind, document.version) == (DocumentKind.CHANGE_POLICY, "3.2")


def test_a_period_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    text = "[company]\nperiod_begins = 2026-12-31\nperiod_ends = 2026-01-01\n"

    assert "the period ends before it begins" in refusal(tmp_path, text)


def test_a_document_is_a_file_and_no_address(tmp_path: Path) -> None:
    text = '[[document]]\nname = "Policy"\npath = "https://example.com/policy"\n'

    assert '"path" is no file' in refusal(tmp_path, text)


def test_a_scope_without_a_reason_is_refused(tmp_path: Path) -> None:
    text = '[[system]]\nname = "lab"\nkind = "account"\nid = "1"\nin_scope = false\nreason = " "\n'

    assert '"reason" is empty' in refusal(tmp_path, text)


def test_a_kind_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="kind"):
        loaded(tmp_path, '[[document]]\nname = "Policy"\npath = "x"\nkind = "poem"\n')
