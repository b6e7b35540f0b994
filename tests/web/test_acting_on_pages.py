"""What people say of a change on its page: taken in once, refused in words, and nothing typed is lost."""

import re
from html import unescape

import httpx
import pytest

from drift.model.action import (
    Acknowledged,
    Action,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    LinkedTicket,
    Origin,
    Reviewed,
    Waived,
)
from drift.model.alarm import COMPROMISE
from drift.model.verdict import Disposition
from drift.model.visitor import Permission, Role
from drift.store.alarms import standing
from drift.web.deeds import ALL
from drift.web.routes import PAGES
from tests.builders import a_judgement
from tests.web.stories import EMERGENCY, OPENED_TO_ALL, kept, that
from tests.web.visiting import NAMES, Visited, fields
from tests.world import World

WHY = "the payments were down for everybody"


def form_on(browser: httpx.Client, change_id: str, slug: str) -> dict[str, str]:
    """Return the hidden fields of the form with which something is said on the page of a change."""
    page = browser.get(f"/changes/{change_id}").text
    form = re.search(
        rf'<form class="act" method="post" action="/changes/[^"]+/{slug}">(.*?)</form>', page, re.S
    )
    assert form, f"there is no form to {slug}"
    return fields(form[1])


def said(browser: httpx.Client, change_id: str, slug: str, **given: str) -> httpx.Response:
    """Say something with the form on the page of a change."""
    form = form_on(browser, change_id, slug)
    return browser.post(f"/changes/{change_id}/{slug}", data={**form, **given})


def actions(visited: Visited, summary: str) -> tuple[Action, ...]:
    """Return what was done about a change."""
    return that(visited, summary).change.actions


@pytest.mark.parametrize(
    ("slug", "given", "kind"),
    [
        ("link", {"ticket": "OPS-431"}, LinkedTicket),
        ("emergency", {"text": WHY, "incident": "INC-204"}, DeclaredEmergency),
        ("approve", {"text": "looked at it"}, Approved),
        ("acknowledge", {"text": "closing it now"}, Acknowledged),
        ("waive", {"text": "until the move", "owner": "dave@example.com", "days": "30"}, Waived),
        ("correct", {"actor": "dave@example.com", "text": "he told me so"}, CorrectedActor),
    ],
)
def test_what_an_approver_says_is_recorded_under_their_name(
    site: Visited, slug: str, given: dict[str, str], kind: type
) -> None:
    browser, change_id = site.visitor(Role.APPROVER), that(site, OPENED_TO_ALL).change.change_id

    answer = said(browser, change_id, slug, **given)

    assert answer.status_code == 303, answer.text
    page = unescape(browser.get(answer.headers["location"]).text)
    assert f"Recorded: {NAMES[Role.APPROVER]} " in page
    action = actions(site, OPENED_TO_ALL)[-1]
    assert isinstance(action.deed, kind)
    assert (action.by.name, action.by.origin) == (NAMES[Role.APPROVER], Origin.WEB)
    assert not action.by.is_self_asserted


def test_an_emergency_is_reviewed(site: Visited) -> None:
    browser, change_id = site.visitor(Role.APPROVER), that(site, EMERGENCY).change.change_id

    answer = said(
        browser,
        change_id,
        "review",
        text="made it larger, no harm",
        then="needs_codify",
        owner="dave",
        due="2026-12-01",
    )

    assert answer.status_code == 303, answer.text
    assert isinstance(actions(site, EMERGENCY)[-1].deed, Reviewed)


def test_a_double_click_counts_once(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id
    form = {**form_on(browser, change_id, "emergency"), "text": WHY}

    first = browser.post(f"/changes/{change_id}/emergency", data=form)
    second = browser.post(f"/changes/{change_id}/emergency", data=form)

    assert first.headers["location"] == second.headers["location"]
    assert len(actions(site, OPENED_TO_ALL)) == 1


def test_what_was_said_before_is_told_as_that(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id
    said(browser, change_id, "link", ticket="OPS-431")

    again = said(browser, change_id, "link", ticket="OPS-431")

    assert "nothing is changed" in browser.get(again.headers["location"]).text
    assert len(actions(site, OPENED_TO_ALL)) == 1


def test_nobody_approves_their_own_change(site: Visited) -> None:
    """
    Erin corrected the record: it was she. From then on she can approve it no more.
    """
    browser, change_id = site.visitor(Role.APPROVER), that(site, OPENED_TO_ALL).change.change_id
    said(browser, change_id, "correct", actor=NAMES[Role.APPROVER], text="it was me, with her session")
    shown = unescape(browser.get(f"/changes/{change_id}").text)

    answer = said(browser, change_id, "approve", text="fine by me")

    assert "It is recorded under you: somebody else must do this." in shown
    assert answer.status_code == 403
    page = unescape(answer.text)
    assert "made this change, and nobody may approve their own." in page
    assert not any(isinstance(one.deed, Approved) for one in actions(site, OPENED_TO_ALL))


def test_what_was_typed_is_kept_when_it_is_refused(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id

    answer = said(browser, change_id, "emergency", text="oops <b>", incident="INC-204")

    assert answer.status_code == 403
    assert "The justification says too little." in answer.text
    assert "\noops &lt;b&gt;</textarea>" in answer.text
    assert 'value="INC-204"' in answer.text
    assert '<details class="saying" open id="emergency">' in answer.text


def test_after_a_refusal_the_form_can_be_sent_again(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id
    refused = said(browser, change_id, "emergency", text="oops")
    form = re.search(r"action=\"/changes/[^\"]+/emergency\">(.*?)</form>", refused.text, re.S)
    assert form

    answer = browser.post(f"/changes/{change_id}/emergency", data={**fields(form[1]), "text": WHY})

    assert answer.status_code == 303


def test_a_ticket_that_is_not_there_is_refused(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id

    answer = said(browser, change_id, "link", ticket="OPS-999999")

    assert answer.status_code == 403
    assert "There is no ticket OPS-999999." in answer.text


def test_a_ticket_system_that_does_not_answer_is_said_and_what_was_typed_is_kept(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id
    for file in site.folder.glob("*/tickets.json"):
        file.write_text("{ gone")

    answer = said(browser, change_id, "link", ticket="OPS-431")

    assert answer.status_code == 502
    assert 'value="OPS-431"' in answer.text
    assert 'role="alert"' in answer.text
    assert actions(site, OPENED_TO_ALL) == ()


def test_whoever_is_recorded_says_that_it_was_not_they(site: Visited) -> None:
    browser, world = site.visitor(Role.RESPONDER), World(database=site.database)
    change = world.happened(by=NAMES[Role.RESPONDER], judged=a_judgement())

    answer = said(browser, change.change_id, "disown", text="I was on leave")

    assert answer.status_code == 303
    with site.database.reading() as connection:
        assert [one.alarm.subject for one in standing(connection, COMPROMISE)] == [change.change_id]


def test_only_who_is_recorded_is_asked_whether_it_was_they(site: Visited) -> None:
    change_id = that(site, OPENED_TO_ALL).change.change_id

    page = site.visitor(Role.RESPONDER).get(f"/changes/{change_id}").text

    assert f'action="/changes/{change_id}/disown"' not in page


@pytest.mark.parametrize("slug", sorted(ALL))
def test_whoever_may_not_say_something_has_no_form_and_is_refused(site: Visited, slug: str) -> None:
    change_id = that(site, OPENED_TO_ALL).change.change_id
    role = Role.RESPONDER if ALL[slug].needs is Permission.APPROVE else Role.VIEWER
    browser = site.visitor(role)
    page = browser.get(f"/changes/{change_id}").text

    answer = browser.post(f"/changes/{change_id}/{slug}", data={**fields(page), "text": WHY})

    assert f'action="/changes/{change_id}/{slug}"' not in page
    assert answer.status_code == 403
    assert actions(site, OPENED_TO_ALL) == ()


def test_each_route_asks_for_what_its_form_does() -> None:
    posted = {
        one.path.rpartition("/")[2]: one.needs for one in PAGES if one.path.startswith("/changes/{id}/")
    }

    assert posted == {slug: one.needs for slug, one in ALL.items()}


@pytest.mark.parametrize("key", ["", "x", "0" * 33, "../cli/1", "A" * 32])
def test_a_form_with_a_key_of_its_own_making_is_refused(site: Visited, key: str) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id

    answer = said(browser, change_id, "emergency", text=WHY, key=key)

    assert answer.status_code == 403
    assert actions(site, OPENED_TO_ALL) == ()


def test_a_form_without_what_our_pages_carry_changes_nothing(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id

    answer = said(browser, change_id, "emergency", text=WHY, csrf="0" * 64)

    assert answer.status_code == 403
    assert actions(site, OPENED_TO_ALL) == ()


def test_the_address_cannot_make_a_page_say_that_something_was_done(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id

    for made_up in ("approved by everybody", "0" * 32, "<script>"):
        assert "Recorded:" not in browser.get(f"/changes/{change_id}", params={"done": made_up}).text


def test_of_what_nobody_has_to_answer_for_nothing_is_asked(looked_at: Visited) -> None:
    row = next(
        one
        for one in kept(looked_at)
        if one.judgement and one.judgement.decision.disposition is Disposition.EXPLAINED
    )

    page = looked_at.visitor(Role.APPROVER).get(f"/changes/{row.change.change_id}").text

    assert 'class="act"' not in page


def test_what_was_done_stands_on_the_time_line(site: Visited) -> None:
    browser, change_id = site.visitor(Role.RESPONDER), that(site, OPENED_TO_ALL).change.change_id
    said(browser, change_id, "emergency", text=WHY)

    page = unescape(browser.get(f"/changes/{change_id}").text)

    assert f"{NAMES[Role.RESPONDER]} declared an emergency: {WHY}" in page


def test_a_form_for_a_change_that_is_not_there_is_no_page(site: Visited) -> None:
    browser = site.visitor(Role.RESPONDER)
    form = fields(browser.get("/changes").text)

    assert browser.post("/changes/chg-none/emergency", data=form).status_code == 404
