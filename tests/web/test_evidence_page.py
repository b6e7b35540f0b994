"""Taking evidence out on the pages."""

import io
import json
import time
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import select

from drift.ledger.checkpoint import latest_checkpoint
from drift.ledger.tables import evidence_body, ledger
from drift.model.evidence import EntryKind
from drift.model.visitor import Invitation, Role
from drift.store.invitations import keep_invitation
from drift.web.ask import wall_clock
from tests.web.visiting import NAMES, Visited, fields

AUDITOR = "ada@audit.example"


def invite(site: Visited, name: str = AUDITOR) -> None:
    now = wall_clock()
    one = Invitation(
        id="inv-1",
        name=name,
        since=datetime(2026, 11, 16, tzinfo=UTC),
        until=datetime(2026, 11, 23, tzinfo=UTC),
        expires_at=now + timedelta(days=30),
        by=NAMES[Role.ADMIN],
        invited_at=now,
    )
    with site.database.transaction() as connection:
        keep_invitation(connection, one, 0)


def asked_for(browser: httpx.Client, **form: str) -> str:
    """Have a pack made; return the address of its page once it is there."""
    token = fields(browser.get("/evidence").text)["csrf"]
    answer = browser.post("/evidence/packs", data={"csrf": token, **form})
    assert answer.status_code == 303, answer.text
    page = answer.headers["location"]
    for _ in range(600):
        if "refresh" not in browser.get(page).headers:
            return page
        time.sleep(0.1)
    raise AssertionError("the pack was never made")


def test_a_pack_is_made_downloaded_and_verified(site: Visited) -> None:
    browser = site.visitor(Role.ADMIN)

    page = asked_for(browser, engagement="SOC 2 2026")
    packed = zipfile.ZipFile(io.BytesIO(browser.get(f"{page}/zip").content))
    checked = browser.post(f"{page}/verify", data=fields(browser.get(page).text))

    assert any(name.endswith("/verify/verify_pack.py") for name in packed.namelist())
    assert "Nothing is wrong with it." in checked.text
    assert "you named no key that you trust" in checked.text


def test_the_ledger_says_who_had_a_pack_made_for_whom(site: Visited) -> None:
    invite(site)

    asked_for(site.visitor(Role.ADMIN), to_whom=AUDITOR, engagement="SOC 2 2026")

    query = select(evidence_body.c.body).join(ledger, ledger.c.seq == evidence_body.c.seq)
    with site.database.reading() as connection:
        bodies = connection.execute(query.where(ledger.c.kind == EntryKind.EXPORT)).scalars().all()
    said = json.loads(bodies[-1])
    assert (said["by"]["name"], said["by"]["origin"], said["to"]) == (NAMES[Role.ADMIN], "web", AUDITOR)


def test_an_auditor_downloads_what_was_made_for_them(site: Visited) -> None:
    invite(site)
    page = asked_for(site.visitor(Role.ADMIN), to_whom=AUDITOR)

    auditor = site.visitor(AUDITOR)

    assert page in auditor.get("/evidence").text
    assert zipfile.ZipFile(io.BytesIO(auditor.get(f"{page}/zip").content)).testzip() is None


def test_nobody_else_gets_a_pack(site: Visited) -> None:
    """
    The ledger says who has it: whoever had it made for somebody else does not.
    """
    invite(site)
    invite(site, "bea@audit.example")
    admin = site.visitor(Role.ADMIN)
    page = asked_for(admin, to_whom=AUDITOR)

    assert admin.get(f"{page}/zip").status_code == 403
    assert site.visitor("bea@audit.example").get(f"{page}/zip").status_code == 403
    assert site.visitor(Role.VIEWER).get(page).status_code == 403


def test_an_auditor_has_no_pack_made(site: Visited) -> None:
    """
    A pack holds the whole ledger, and the auditor may see a period.
    """
    invite(site)
    auditor = site.visitor(AUDITOR)
    token = fields(auditor.get("/evidence").text)["csrf"]

    assert auditor.post("/evidence/packs", data={"csrf": token}).status_code == 403
    assert "Have a pack made" not in auditor.get("/evidence").text


def test_a_pack_is_made_for_nobody_who_is_not_invited(site: Visited) -> None:
    admin = site.visitor(Role.ADMIN)
    token = fields(admin.get("/evidence").text)["csrf"]

    answer = admin.post("/evidence/packs", data={"csrf": token, "to_whom": "mallory@example.com"})

    assert answer.status_code == 403
    assert "Nobody of that name is invited." in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"from": "yesterday"}, "is no day"),
        ({"from": "2026-11-20", "to": "2026-11-19"}, "The last day comes before the first."),
        ({"engagement": "a\nb"}, "The name of the audit is no line"),
        ({"seed": "x" * 201}, "The seed is no line"),
    ],
)
def test_what_makes_no_sense_is_said(site: Visited, form: dict[str, str], said: str) -> None:
    admin = site.visitor(Role.ADMIN)
    token = fields(admin.get("/evidence").text)["csrf"]

    answer = admin.post("/evidence/packs", data={"csrf": token, **form})

    assert answer.status_code == 403
    assert said in answer.text


def test_a_checkpoint_that_was_kept_is_held_against_the_pack(site: Visited) -> None:
    browser = site.visitor(Role.ADMIN)
    page = asked_for(browser)
    token = fields(browser.get(page).text)

    foreign = "driftledger/other\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— other AAAA\n"
    answer = browser.post(f"{page}/verify", data={**token, "checkpoint": foreign})

    assert "Nothing is wrong with it." not in answer.text


def test_what_is_pasted_as_a_key_and_is_none_is_said(site: Visited) -> None:
    browser = site.visitor(Role.ADMIN)
    page = asked_for(browser)

    answer = browser.post(f"{page}/verify", data={**fields(browser.get(page).text), "key": "no key"})

    assert answer.status_code == 403
    assert "It cannot be verified" in answer.text


def test_a_pack_that_is_dropped_is_gone(site: Visited) -> None:
    browser = site.visitor(Role.ADMIN)
    page = asked_for(browser)

    browser.post(f"{page}/drop", data=fields(browser.get(page).text))

    assert browser.get(page).status_code == 403
    assert page not in browser.get("/evidence").text


def test_a_pack_that_cannot_be_made_says_why(site: Visited) -> None:
    """
    The key of the ledger is gone: no pack is signed with another one unasked.
    """
    (site.folder / "driftledger-key.pem").write_text("no key")
    browser = site.visitor(Role.ADMIN)

    page = asked_for(browser)

    assert "It could not be made" in browser.get(page).text


def test_the_page_shows_the_signed_checkpoint_and_what_was_handed_out(site: Visited) -> None:
    invite(site)
    admin = site.visitor(Role.ADMIN)
    asked_for(admin, to_whom=AUDITOR, engagement="SOC 2 2026")
    with site.database.reading() as connection:
        sealed = latest_checkpoint(connection)
    assert sealed is not None

    shown = admin.get("/evidence").text
    hidden = site.visitor(Role.VIEWER).get("/evidence").text

    assert (
        sealed.note.strip()
        == unescape(shown.partition('<pre tabindex="0">')[2].partition("</pre>")[0]).strip()
    )
    assert "Handed out" in shown
    assert "SOC 2 2026" in shown
    assert sealed.root in hidden
    assert AUDITOR not in hidden
