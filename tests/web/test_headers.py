"""What browsers are told beside the page: what to hold, what to forget, whom to believe."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from drift.config import Listen
from drift.model.visitor import Identity, Role, SignedInBy
from drift.operations.http import serving
from drift.store import web_sessions
from drift.store.sign_in_links import make_link
from drift.web.app import app
from drift.web.ask import wall_clock
from drift.web.cookies import session_cookie
from tests.web.visiting import Visited


@contextmanager
def over_tls(pages: Visited) -> Iterator[httpx.Client]:
    """Yield what a proxy that ends TLS sends to the same pages."""
    site = replace(pages.site, url="https://drift.example.com")
    with serving(Listen(host="127.0.0.1", port=0), lambda _: app(site)) as port:
        headers = {"host": "drift.example.com"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as proxy:
            yield proxy


def sign_in(pages: Visited, browser: httpx.Client) -> httpx.Response:
    with pages.database.transaction() as connection:
        secret = make_link(connection, "erin@example.com", wall_clock() + timedelta(minutes=10))
    return browser.post("/sign-in/link", data={"token": secret})


def test_over_tls_no_neighbour_can_set_or_read_the_session(by_link: Visited) -> None:
    with over_tls(by_link) as proxy:
        answer = sign_in(by_link, proxy)
        cookie = answer.headers["set-cookie"]
        again = proxy.get("/", headers={"cookie": cookie.partition(";")[0]})

    assert again.status_code == 200
    assert cookie.startswith("__Host-driftledger=")
    flags = {one.strip().lower() for one in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax", "secure"}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_cookie_without_the_prefix_signs_nobody_in_over_tls(by_link: Visited) -> None:
    with by_link.database.transaction() as connection:
        now = wall_clock()
        identity = Identity(name="erin@example.com", by=SignedInBy.LINK)
        secret = web_sessions.begin(connection, identity, now, now + timedelta(hours=1))

    with over_tls(by_link) as proxy:
        answer = proxy.get("/", headers={"cookie": f"driftledger={secret}"})

    assert answer.status_code == 303


def test_on_this_machine_the_session_is_no_less_hidden_from_scripts(by_link: Visited) -> None:
    answer = sign_in(by_link, by_link.visitor())

    flags = {one.strip().lower() for one in answer.headers["set-cookie"].split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax"}
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/changes", "/me", "/access", "/sign-in", "/nowhere"])
def test_no_page_is_kept_by_browsers_or_proxies(looked_at: Visited, path: str) -> None:
    answer = looked_at.visitor(Role.ADMIN).get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "server" not in answer.headers


def test_no_page_holds_a_script_or_a_style_of_its_own(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.ADMIN)

    for path in ("/", "/changes", "/findings", "/evidence", "/health", "/me", "/access"):
        text = browser.get(path).text

        assert not re.search(r"<script|<style| style=| on[a-z]+=", text), path


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1", ""])
def test_another_host_is_none_of_ours(looked_at: Visited, host: str) -> None:
    answer = looked_at.visitor(Role.ADMIN).get("/me", headers={"host": host})

    assert answer.status_code in {400, 421}


def test_a_long_body_is_refused_before_it_is_read(looked_at: Visited) -> None:
    """
    It is read no further than it may be long, whoever sends it.
    """
    answer = looked_at.visitor().post("/sign-in/link", content=b"token=" + b"x" * 200_000)

    assert answer.status_code == 413


def test_a_session_is_told_by_its_cookie_alone(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.ADMIN)
    held = browser.cookies[session_cookie(looked_at.site)]

    stranger = looked_at.visitor()

    assert stranger.get(f"/?driftledger={held}").status_code == 303
    assert stranger.get("/", headers={"authorization": f"Bearer {held}"}).status_code == 303
