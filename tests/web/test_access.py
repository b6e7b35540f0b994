"""Inviting auditors: for a period, for a time, with a record of each."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from drift.ledger.entry import decode_leaf
from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.model.visitor import Role
from drift.web.ask import wall_clock
from tests.web.visiting import Visited, fields

AUDREY = "audrey@audit.example"


def told(site: Visited) -> list[tuple[Any, dict[str, Any]]]:
    """Return the entries about invitations, each with its body."""
    with site.database.reading() as connection:
        found = list(entries(connection, kind=EntryKind.INVITATION))
    return [(one, msgspec.json.decode(one.body or b"")) for one in found]


def sent(site: Visited, **given: str) -> Any:
    """Invite somebody through the form."""
    browser = site.visitor(Role.ADMIN)
    form = {"csrf": fields(browser.get("/access").text)["csrf"], **a_form(), **given}
    return browser.post("/access/invitations", data=form)


def a_form() -> dict[str, str]:
    last = wall_clock() + timedelta(days=30)
    return {"name": AUDREY, "from": "2026-11-01", "to": "2026-11-30", "expires": f"{last:%Y-%m-%d}"}


def test_an_auditor_is_invited_looks_and_is_not_any_more(site: Visited) -> None:
    assert sent(site).headers["location"] == "/access"
    browser, admin = site.visitor(AUDREY), site.visitor(Role.ADMIN)
    assert "You see what began from 2026-11-01" in browser.get("/").text
    assert "by adam@example.com" in browser.get("/me").text
    page = admin.get("/access").text
    assert AUDREY in page

    answer = admin.post("/access/withdraw", data={"csrf": fields(page)["csrf"], "name": AUDREY})

    assert answer.status_code == 303
    assert browser.get("/").status_code == 403
    (first, invited), (second, withdrawn) = told(site)
    assert (invited["turn"], withdrawn["turn"]) == ("invited", "withdrawn")
    assert invited["invitation"]["name"] == AUDREY
    assert invited["by"]["name"] == withdrawn["by"]["name"] == "adam@example.com"
    assert first.ref == second.ref == invited["invitation"]["id"]
    assert AUDREY not in first.ref
    assert decode_leaf(second.leaf).links == (first.seq,)


def test_a_new_invitation_takes_the_place_of_the_one_before(site: Visited) -> None:
    sent(site)
    sent(site, name=AUDREY.upper(), to="2026-11-02")

    page = site.visitor(Role.ADMIN).get("/access").text

    assert page.count("Withdraw the invitation of") == 1
    assert "2026-11-01 to 2026-11-02" in page


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " "}, "That is nobody"),
        ({"name": "two words"}, "That is nobody"),
        ({"name": "a\r\nb"}, "That is nobody"),
        ({"name": "x" * 400}, "That is nobody"),
        ({"from": ""}, "no beginning or no end"),
        ({"from": "soon"}, "is no day"),
        ({"from": "2026-12-01"}, "The last day comes before the first"),
        ({"expires": ""}, "not said when the invitation ends"),
        ({"expires": "2020-01-01"}, "would have ended already"),
        ({"expires": "2999-01-01"}, "longer than 366 days"),
        ({"expires": "99999-01-01"}, "is no day"),
    ],
)
def test_nobody_is_invited_so(site: Visited, given: dict[str, str], why: str) -> None:
    answer = sent(site, **given)

    assert (answer.status_code, why in answer.text) == (403, True)
    assert told(site) == []


def test_what_an_admin_types_is_text(site: Visited) -> None:
    sent(site, name="<script>alert(1)</script>")

    page = site.visitor(Role.ADMIN).get("/access").text

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nobody_is_taken_from_the_list_who_is_not_on_it(site: Visited) -> None:
    browser = site.visitor(Role.ADMIN)
    form = {"csrf": fields(browser.get("/access").text)["csrf"], "name": "nobody@audit.example"}

    answer = browser.post("/access/withdraw", data=form)

    assert (answer.status_code, "Nobody of that name is invited" in answer.text) == (403, True)


def test_the_page_lists_who_has_which_role(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.ADMIN).get("/access").text

    assert "viola@example.com" in page
    assert "approve and waive, if [approvals] names them" in page


def test_everybody_sees_what_is_held_about_them_and_of_nobody_else(looked_at: Visited) -> None:
    page = looked_at.visitor(Role.RESPONDER).get("/me").text

    assert "rob@example.com" in page
    assert "drift evidence erase" in page
    assert "erin@example.com" not in page


def test_whoever_has_no_role_sees_that_and_what_is_held_about_them(looked_at: Visited) -> None:
    answer = looked_at.visitor("stranger@example.com").get("/me")

    assert answer.status_code == 200
    assert "none: you see nothing but this page" in answer.text
