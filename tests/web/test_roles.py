"""All roles against all routes: whoever is not named here for a page does not see it."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
from sqlalchemy import select

from drift.invite import Wish, invite, withdraw
from drift.model.action import Doer, Origin
from drift.model.visitor import Role
from drift.store.changes import changes
from drift.store.schema import finding as findings
from drift.web.ask import wall_clock
from drift.web.routes import PAGES, Door, Page
from tests.web.visiting import Visited, fields, visited

LOOKS: Final = frozenset(Role)
ACTS: Final = frozenset({Role.RESPONDER, Role.APPROVER})
APPROVES: Final = frozenset({Role.APPROVER})
TAKES: Final = frozenset({Role.AUDITOR, Role.ADMIN})
ADMINISTERS: Final = frozenset({Role.ADMIN})
ANYBODY: Final = "anybody"
SIGNED_IN: Final = "whoever is signed in"

MAY_OPEN: Final[Mapping[str, frozenset[Role] | str]] = {
    "GET /healthz": ANYBODY,
    "GET /style.css": ANYBODY,
    "GET /sign-in": ANYBODY,
    "GET /sign-in/link": ANYBODY,
    "POST /sign-in/link": ANYBODY,
    "GET /sign-in/start": ANYBODY,
    "GET /sign-in/back": ANYBODY,
    "POST /sign-out": SIGNED_IN,
    "GET /me": SIGNED_IN,
    "GET /": LOOKS,
    "GET /changes": LOOKS,
    "GET /changes/{id}": LOOKS,
    "POST /changes/{id}/link": ACTS,
    "POST /changes/{id}/emergency": ACTS,
    "POST /changes/{id}/acknowledge": ACTS,
    "POST /changes/{id}/disown": ACTS,
    "POST /changes/{id}/correct": ACTS,
    "POST /changes/{id}/review": ACTS,
    "POST /changes/{id}/approve": APPROVES,
    "POST /changes/{id}/waive": APPROVES,
    "GET /resources": LOOKS,
    "GET /findings": LOOKS,
    "GET /findings/{finding_id}": LOOKS,
    "POST /findings/{finding_id}/waive": APPROVES,
    "POST /findings/{finding_id}/acknowledge": ACTS,
    "GET /accounts": LOOKS,
    "GET /accounts/{account}": LOOKS,
    "GET /emergencies": LOOKS,
    "GET /waivers": LOOKS,
    "GET /weekly": LOOKS,
    "GET /health": LOOKS,
    "GET /evidence": LOOKS,
    "POST /evidence/packs": ADMINISTERS,
    "GET /evidence/packs/{pack}": TAKES,
    "GET /evidence/packs/{pack}/zip": TAKES,
    "POST /evidence/packs/{pack}/verify": TAKES,
    "POST /evidence/packs/{pack}/drop": TAKES,
    "GET /access": ADMINISTERS,
    "POST /access/invitations": ADMINISTERS,
    "POST /access/withdraw": ADMINISTERS,
}
"""Who may open what. A route that is not listed here is no route yet."""

AUDITOR = "audrey@audit.example"
ADMIN = Doer(name="adam@example.com", origin=Origin.WEB)
REFUSED = "may not open this page"


@pytest.fixture(scope="module")
def peopled(told_stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The pages, with an auditor who may see one day."""
    folder = tmp_path_factory.mktemp("roles") / "stories"
    shutil.copytree(told_stories, folder)
    with visited(folder) as made:
        invited(made, AUDITOR)
        yield made


def invited(
    pages: Visited,
    name: str,
    since: datetime = datetime(2026, 11, 1, tzinfo=UTC),
    until: datetime = datetime(2026, 12, 1, tzinfo=UTC),
) -> None:
    """Invite somebody for a week."""
    now = wall_clock()
    wish = Wish(name=name, since=since, until=until, expires_at=now + timedelta(days=7))
    invite(pages.database, wish, ADMIN, now=now, at=pages.site.now())


def browser_of(pages: Visited, role: Role) -> httpx.Client:
    return pages.visitor(AUDITOR if role is Role.AUDITOR else role)


def called(page: Page) -> str:
    return f"{page.method} {page.path}"


def address(page: Page, value: str = "unknown") -> str:
    """Return an address that the route answers."""
    steps = page.path.split("/")
    return "/".join(value if step.startswith("{") else step for step in steps)


def test_every_route_says_who_may_open_it() -> None:
    assert sorted(map(called, PAGES)) == sorted(MAY_OPEN)


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_only_those_roles_open_it(peopled: Visited, page: Page) -> None:
    """
    A form without what our pages carry is refused also to those who may send it, so nothing happens here.
    """
    may = MAY_OPEN.get(called(page), frozenset())
    if may == ANYBODY:
        assert page.needs is Door.OPEN
        return
    for role in Role:
        answer = browser_of(peopled, role).request(page.method, address(page))

        is_refused = answer.status_code == 403 and REFUSED in answer.text
        assert is_refused is not (may == SIGNED_IN or role in may), (role, answer.status_code)
        if not is_refused and page.method == "POST":
            assert (answer.status_code, "no longer good" in answer.text) == (403, True), role


@pytest.mark.parametrize("page", [one for one in PAGES if one.needs is not Door.OPEN], ids=called)
def test_a_stranger_with_an_account_sees_nothing(peopled: Visited, page: Page) -> None:
    answer = peopled.visitor("stranger@example.com").request(page.method, address(page))

    if page.needs is not Door.SIGNED_IN:
        assert (answer.status_code, REFUSED in answer.text) == (403, True)


@pytest.mark.parametrize(
    "page",
    [one for one in PAGES if one.method == "POST" and one.needs is not Door.OPEN],
    ids=called,
)
def test_a_form_of_another_site_does_nothing(peopled: Visited, page: Page) -> None:
    browser = peopled.visitor(Role.ADMIN)
    token = fields(browser.get("/").text)["csrf"]

    answer = browser.post(address(page), data={"csrf": token}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403


HOSTILE = (
    *("..%2f..%2fetc%2fpasswd", "....%2f%2f", "....", "%2fetc%2fpasswd", "..%5c..%5cwin.ini"),
    *("%00", "a%00.zip", "a%0d%0aset-cookie:%20x=1", "%ff%fe", "%ed%a0%80", "a" * 3_000),
    *("%3Cscript%3Ealert(1)%3C%2Fscript%3E", "'%20OR%201=1--", "{{7*7}}"),
)


@pytest.mark.parametrize(
    "page", [one for one in PAGES if "{" in one.path and one.method == "GET"], ids=called
)
def test_what_stands_in_an_address_leads_nowhere_else(peopled: Visited, page: Page) -> None:
    browser = peopled.visitor(Role.ADMIN)
    for value in HOSTILE:
        answer = browser.get(address(page, value))

        assert 300 <= answer.status_code < 500, (value, answer.status_code)
        assert "root:" not in answer.text
        assert "<script>" not in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("page", [one for one in PAGES if one.method == "GET"], ids=called)
def test_a_query_that_makes_no_sense_breaks_no_page(peopled: Visited, page: Page) -> None:
    browser = peopled.visitor(Role.ADMIN)
    for query in (
        "?%00=%00",
        "?a=%0d%0aset-cookie:x",
        "?place=%ff&since=x&until=",
        "?" + "&".join("a" * 200),
    ):
        answer = browser.get(address(page) + query)

        assert answer.status_code not in {500, 503}, query
        assert "set-cookie" not in answer.headers or page.path.startswith("/sign-in")


def test_an_auditor_sees_nothing_that_began_outside_of_their_period(peopled: Visited) -> None:
    """
    Neither in a list nor by its address: it is as if it did not exist.
    """
    with peopled.database.reading() as connection:
        known = sorted((row.change.began_at, row.change.change_id) for row in changes(connection))
    (first, inside), (_, outside) = known[0], known[-1]
    since, until = first - timedelta(seconds=1), first + timedelta(seconds=1)
    invited(peopled, "narrow@audit.example", since, until)
    browser = peopled.visitor("narrow@audit.example")

    assert browser.get(f"/changes/{inside}").status_code == 200
    for path in (f"/changes/{outside}", "/changes/unknown"):
        assert browser.get(path).status_code == 404
    assert inside in browser.get("/changes").text
    assert outside not in browser.get("/changes").text


def test_an_auditor_sees_no_finding_that_they_may_not(peopled: Visited) -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    invited(peopled, "early@audit.example", early, early + timedelta(days=1))
    with peopled.database.reading() as connection:
        ids = connection.execute(select(findings.c.finding_id)).scalars().all()
    browser = peopled.visitor("early@audit.example")

    assert ids
    assert {browser.get(f"/findings/{one}").status_code for one in ids} == {404}


def test_who_is_invited_no_more_sees_nothing_at_once(peopled: Visited) -> None:
    invited(peopled, "gone@audit.example")
    browser = peopled.visitor("gone@audit.example")
    assert browser.get("/").status_code == 200

    withdraw(peopled.database, "GONE@audit.example", ADMIN, peopled.site.now())

    assert browser.get("/").status_code == 403
