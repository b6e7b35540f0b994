"""What docs/page-by-page.md says of addresses is so."""

import re
from pathlib import Path

from drift.model.visitor import Role
from drift.web.routes import PAGES
from tests.web.visiting import Visited

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "page-by-page.md").read_text()


def test_every_address_that_the_document_names_opens(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.APPROVER)
    named = re.findall(r"`(/[^`]*)`", DOCUMENT)

    assert len(named) > 15
    for address in named:
        if "ID" not in address:
            assert browser.get(address).status_code == 200, address


def test_the_document_names_every_page_that_people_look_at(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.APPROVER)
    linked = re.findall(r'<li><a href="(/[a-z]*)', browser.get("/").text)

    assert {one for one in linked if f"`{one}`" not in DOCUMENT} == set()
    assert set(linked) <= {page.path for page in PAGES}
