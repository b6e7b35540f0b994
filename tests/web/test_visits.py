"""Who looked is evidence: a record for each sign-in, and a count of those who tried in vain."""

from datetime import timedelta
from typing import Any

import msgspec

from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from tests.web.visiting import Visited, fields


def visits(site: Visited) -> list[dict[str, Any]]:
    with site.database.reading() as connection:
        return [
            msgspec.json.decode(one.body) for one in entries(connection, kind=EntryKind.VISIT) if one.body
        ]


def test_a_sign_in_and_a_sign_out_are_recorded_and_pages_are_not(by_link: Visited) -> None:
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() + timedelta(minutes=10))
    browser = by_link.visitor()
    browser.post("/sign-in/link", data={"token": secret})
    for _ in range(3):
        page = browser.get("/")
    browser.post("/sign-out", data=fields(page.text))

    came, left = visits(by_link)

    assert (came["turn"], came["name"], came["by"]) == ("signed-in", "erin@example.com", "link")
    assert came["roles"] == ["admin", "approver", "responder"]
    assert (left["turn"], left["name"]) == ("signed-out", "erin@example.com")


def test_who_looked_sees_that_it_is_recorded(by_link: Visited) -> None:
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "Erin@example.com", wall_clock() + timedelta(minutes=10))
    browser = by_link.visitor()
    browser.post("/sign-in/link", data={"token": secret})

    page = browser.get("/me").text

    assert "signed-in, as admin, approver, responder" in page
    assert "<dt>Sign-ins to these pages, and out</dt><dd>1</dd>" in page


def test_attempts_in_vain_are_counted_and_recorded_once_an_hour(by_link: Visited) -> None:
    browser = by_link.visitor()

    for _ in range(5):
        browser.post("/sign-in/link", data={"token": "guessed"})

    [one] = visits(by_link)
    assert (one["turn"], one["name"], one["refused"]) == ("refused", None, {"link": 1})
    by_link.site.visits.refused(
        by_link.database, by_link.site.vouched_by, "link", by_link.site.now() + timedelta(hours=1)
    )
    assert visits(by_link)[-1]["refused"] == {"link": 5}
