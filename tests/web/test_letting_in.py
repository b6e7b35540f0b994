"""Who is let in: nobody by default."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from drift.model.visitor import Identity, Role, SignedInBy
from drift.store import web_sessions
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from drift.web.cookies import session_cookie
from drift.web.routes import PAGES, Door, Page
from tests.web.visiting import Visited, fields, hold

ANYBODY = {one.path for one in PAGES if one.needs is Door.OPEN}


def test_only_health_and_the_way_in_are_open_to_anybody() -> None:
    assert {path for path in ANYBODY if not path.startswith("/sign-in")} == {"/healthz", "/style.css"}


@pytest.mark.parametrize(
    "page", [one for one in PAGES if one.needs is not Door.OPEN], ids=lambda one: one.path
)
def test_nobody_sees_a_page_without_signing_in(looked_at: Visited, page: Page) -> None:
    answer = looked_at.visitor().request(page.method, page.path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_somebody_without_a_role_sees_nothing(looked_at: Visited) -> None:
    answer = looked_at.visitor("stranger@example.com").get("/")

    assert answer.status_code == 403
    assert "stranger@example.com may not open this page" in answer.text


def test_a_viewer_opens_the_first_page(looked_at: Visited) -> None:
    assert looked_at.visitor(Role.VIEWER).get("/").status_code == 200


def test_every_answer_forbids_scripts_and_frames(looked_at: Visited) -> None:
    for path in ("/", "/sign-in", "/healthz", "/nowhere"):
        policy = looked_at.visitor(Role.VIEWER).get(path).headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


def test_another_name_of_this_machine_is_no_address_of_ours(looked_at: Visited) -> None:
    """
    A name that a stranger owns may be led to this machine for a moment (DNS rebinding).
    """
    assert looked_at.visitor(Role.VIEWER).get("/", headers={"host": "evil.example"}).status_code == 421


def test_a_link_signs_in_once(by_link: Visited) -> None:
    now = wall_clock()
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", now + timedelta(minutes=10))
    first, second = by_link.visitor(), by_link.visitor()

    form = fields(first.get(f"/sign-in/link?token={secret}&next=/").text)
    answer = first.post("/sign-in/link", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert first.get("/").status_code == 200
    assert second.post("/sign-in/link", data=form).status_code == 403


def test_looking_at_a_link_does_not_use_it_up(by_link: Visited) -> None:
    """
    Chat programs open links to show what is behind them.
    """
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() + timedelta(minutes=10))

    form = fields(by_link.visitor().get(f"/sign-in/link?token={secret}").text)

    assert by_link.visitor().post("/sign-in/link", data=form).status_code == 303


def test_a_link_that_is_too_old_signs_nobody_in(by_link: Visited) -> None:
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() - timedelta(seconds=1))

    assert by_link.visitor().post("/sign-in/link", data={"token": secret}).status_code == 403


def test_signing_in_begins_a_session_that_nobody_knew(by_link: Visited) -> None:
    """
    Whoever gave somebody a session beforehand would be signed in with them (session fixation).
    """
    browser = by_link.visitor(Role.VIEWER, by=SignedInBy.LINK)
    before = browser.cookies[session_cookie(by_link.site)]
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() + timedelta(minutes=10))

    browser.post("/sign-in/link", data={"token": secret})

    assert browser.cookies[session_cookie(by_link.site)] != before
    with by_link.database.reading() as connection:
        assert web_sessions.session_of(connection, before, wall_clock(), timedelta(hours=1)) is None


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ],
)
def test_signing_in_leads_to_no_other_site(by_link: Visited, elsewhere: str) -> None:
    with by_link.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() + timedelta(minutes=10))

    answer = by_link.visitor().post("/sign-in/link", data={"token": secret, "next": elsewhere})

    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_session_itself(site: Visited) -> None:
    browser = site.visitor(Role.VIEWER)
    secret = browser.cookies[session_cookie(site.site)]

    answer = browser.post("/sign-out", data=fields(browser.get("/").text))

    assert answer.headers["location"] == "/sign-in"
    again = site.visitor()
    hold(again, site.site, secret)
    assert again.get("/").status_code == 303


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "0" * 64}])
def test_a_form_without_what_our_pages_carry_is_refused(looked_at: Visited, form: dict[str, str]) -> None:
    answer = looked_at.visitor(Role.VIEWER).post("/sign-out", data=form)

    assert answer.status_code == 403


def test_a_form_from_another_site_is_refused(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.VIEWER)
    form = fields(browser.get("/").text)

    answer = browser.post("/sign-out", data=form, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403


def test_a_form_of_one_session_is_no_good_in_another(looked_at: Visited) -> None:
    form = fields(looked_at.visitor(Role.VIEWER).get("/").text)

    assert looked_at.visitor(Role.APPROVER).post("/sign-out", data=form).status_code == 403


def test_somebody_who_opens_no_page_for_long_signs_in_again(site: Visited) -> None:
    browser, now = site.visitor(), wall_clock()
    with site.database.transaction() as connection:
        secret = web_sessions.begin(
            connection,
            Identity(name="erin@example.com", by=SignedInBy.OIDC),
            now - timedelta(hours=2),
            now + timedelta(hours=10),
        )
    hold(browser, site.site, secret)

    assert browser.get("/").status_code == 303


def test_what_is_too_long_is_not_read(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.VIEWER)

    assert browser.post("/sign-out", data={"csrf": "x" * 70_000}).status_code == 413


def test_the_store_signs_nobody_in(site: Visited) -> None:
    """
    Who reads the store, or a copy of it, finds only hashes.
    """
    browser = site.visitor(Role.VIEWER)
    secret = browser.cookies[session_cookie(site.site)]

    assert secret.encode() not in (site.folder / "driftledger.sqlite3").read_bytes()


def test_where_the_store_is_is_not_shown(site: Visited) -> None:
    browser = site.visitor(Role.VIEWER)
    with site.database.transaction() as connection:
        connection.execute(text("ALTER TABLE change_line RENAME TO elsewhere"))

    answer = browser.get("/changes")

    assert answer.status_code == 503
    assert "The store cannot be read now." in answer.text
    assert str(site.folder) not in answer.text


def test_an_address_with_a_slash_more_is_none(looked_at: Visited) -> None:
    """
    A redirect would be answered before anybody is asked who they are.
    """
    assert looked_at.visitor().get("/changes/").status_code == 404
