"""Every link leads to a page, and every page can be come to by links."""

import pytest

from drift.model.visitor import Role
from drift.web.routes import PAGES
from tests.browser.people import EVERYBODY
from tests.browser.walking import walk
from tests.web.visiting import Visited

_NO_LINK = {"/healthz", "/style.css"}
"""What is for machines."""


@pytest.mark.parametrize("role", Role)
def test_every_link_leads_to_a_page_that_whoever_sees_it_may_open(lived_in: Visited, role: Role) -> None:
    walked = list(walk(lived_in.visitor(EVERYBODY[role]), most=40))

    astray = [
        (one.target, one.came_from, one.answer.status_code)
        for one in walked
        if one.page is None or one.answer.status_code >= 300
    ]
    assert astray == []


def test_an_admin_comes_to_every_page_by_links(lived_in: Visited) -> None:
    walked = {one.page for one in walk(lived_in.visitor(Role.ADMIN), most=3)}

    pages = {one.path for one in PAGES if one.method == "GET" and not one.path.startswith("/sign-in")}
    assert pages - walked - _NO_LINK == set()
