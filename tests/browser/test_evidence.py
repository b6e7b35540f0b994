"""Evidence is taken out on a page, and verified without us."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from drift.model.visitor import Role
from tests.browser.conftest import SCRIPTS, Opens
from tests.browser.people import AUDITOR, invite_auditor
from tests.web.visiting import Visited

LONGEST = 120_000
"""Milliseconds in which a pack of the stories is made on a machine that does much else."""


@SCRIPTS
def test_an_admin_has_a_pack_made_and_it_verifies_itself(
    looked_at: Visited, someone: Opens, tmp_path: Path, scripts: bool
) -> None:
    page = someone(looked_at, Role.ADMIN, java_script_enabled=scripts, accept_downloads=True).page()

    _have_made(page)
    found = _verified(_downloaded(page, tmp_path))

    assert found.returncode == 0, found.stdout + found.stderr
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing is wrong with it.", timeout=LONGEST)


def test_an_auditor_downloads_what_was_made_for_them(site: Visited, someone: Opens, tmp_path: Path) -> None:
    invite_auditor(site)
    _have_made(someone(site, Role.ADMIN).page(), to=AUDITOR)
    page = someone(site, Role.AUDITOR, accept_downloads=True).page()

    page.goto("/evidence")
    page.locator("table").get_by_role("link").last.click()

    assert _verified(_downloaded(page, tmp_path)).returncode == 0


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RESPONDER, Role.APPROVER])
def test_who_may_not_take_evidence_out_is_offered_none(
    looked_at: Visited, someone: Opens, role: Role
) -> None:
    page = someone(looked_at, role).page()

    page.goto("/evidence")

    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence")
    expect(page.locator("main form")).to_have_count(0)


def _have_made(page: Page, to: str = "") -> None:
    """Have a pack made, and wait on its page until it is there."""
    page.goto("/evidence")
    if to:
        page.get_by_label("For", exact=True).select_option(to)
    page.get_by_label("What the audit is called (optional)").fill("SOC 2 2026")
    page.get_by_role("button", name="Make the pack").click()
    expect(page.get_by_text("Verify it", exact=True)).to_be_visible(timeout=LONGEST)


def _downloaded(page: Page, folder: Path) -> Path:
    """Download the pack whose page is open, and unpack it; return where it lies."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the pack").click()
    archive = folder / download.value.suggested_filename
    download.value.save_as(archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder / archive.stem


def _verified(pack: Path) -> "subprocess.CompletedProcess[str]":
    """Have a pack verified as its page says: by its own verifier."""
    command = [sys.executable, "-I", pack / "verify" / "verify_pack.py", pack]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
