"""The page of one change: understood in ten seconds, and everything behind it."""

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from drift.model.control_test import ControlTest
from drift.model.finding import AttributeDrift
from drift.model.resource import Resource
from drift.model.ticket import Coverage
from drift.model.visitor import Role
from tests.builders import (
    a_deployment,
    a_finding,
    a_judgement,
    a_match,
    a_principal,
    a_standing,
    a_ticket,
    a_write,
    an_actor,
    an_event,
)
from tests.web.stories import APPLIED_TWICE, EMERGENCY, OPENED_TO_ALL, an_auditor, kept, people, that
from tests.web.visiting import Visited
from tests.world import World

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202eevil\u2066\x1b[2J\"'"


def page_of(visited: Visited, summary: str, role: Role = Role.RESPONDER) -> str:
    """Return the page of the change that began with this."""
    return unescape(visited.visitor(role).get(f"/changes/{that(visited, summary).change.change_id}").text)


def test_the_headline_says_who_did_what(looked_at: Visited) -> None:
    page = page_of(looked_at, OPENED_TO_ALL)

    assert "<h1>alice@example.com opened tcp/22 to 0.0.0.0/0</h1>" in page
    assert "aws_security_group.web in production, by hand in the console." in page
    assert "Nothing that was approved covers it." in page


def test_it_says_what_somebody_still_has_to_bring(looked_at: Visited) -> None:
    page = page_of(looked_at, OPENED_TO_ALL)

    assert "A ticket that names sg-8732b3a7972cdb86d, which was due 2026-11-17 18:12." in page
    assert "The code must say what is there, or what is there must be reverted." in page


def test_the_time_line_goes_from_the_ticket_to_the_message(looked_at: Visited) -> None:
    page = page_of(looked_at, EMERGENCY)
    line = page[page.index("<h2>Time line</h2>") : page.index("<h2>Configuration</h2>")]

    places = [line.index(f'class="stage">{one}<') for one in ("ticket", "API event", "judgement", "alert")]
    assert places == sorted(places)


def test_the_configuration_stands_there_as_declared_and_live(looked_at: Visited) -> None:
    page = page_of(looked_at, EMERGENCY)

    assert '"db.m5.large"' in page
    assert '"db.m5.2xlarge"' in page


def test_all_eight_tests_stand_there_with_their_reasons(looked_at: Visited) -> None:
    row = that(looked_at, OPENED_TO_ALL)
    page = page_of(looked_at, OPENED_TO_ALL)

    assert row.judgement
    assert len(row.judgement.tests) == len(ControlTest)
    for one in row.judgement.tests:
        assert f"<strong>{one.test.upper()}</strong>" in page
        assert one.reason in page


def test_it_says_how_to_prove_it(looked_at: Visited) -> None:
    row = that(looked_at, OPENED_TO_ALL)
    page = page_of(looked_at, OPENED_TO_ALL)

    assert f"Entry {row.ledger_seq} of the ledger says how it stands." in page
    assert f"drift evidence prove {row.change.change_id} --checkpoint MAIL --out PROOF" in page


def test_the_other_changes_of_its_session_are_linked(looked_at: Visited) -> None:
    row = that(looked_at, APPLIED_TWICE)
    other = next(
        one
        for one in kept(looked_at)
        if one.change.session_id == row.change.session_id and one.change != row.change
    )

    assert f'<a href="/changes/{other.change.change_id}">' in page_of(looked_at, APPLIED_TWICE)


def test_every_change_of_the_stories_has_a_page(looked_at: Visited) -> None:
    browser = looked_at.visitor(Role.RESPONDER)

    assert {browser.get(f"/changes/{one.change.change_id}").status_code for one in kept(looked_at)} == {200}


def test_the_beginning_of_an_id_leads_to_the_change(looked_at: Visited) -> None:
    change_id = that(looked_at, OPENED_TO_ALL).change.change_id

    answer = looked_at.visitor(Role.VIEWER).get(f"/changes/{change_id[:19]}")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/changes/{change_id}")


def test_a_beginning_of_several_ids_names_them(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/changes/chg-20261117")

    ids = [one.change.change_id for one in kept(looked_at) if "-20261117" in one.change.change_id]
    assert len(ids) > 1
    assert [one for one in ids if f"/changes/{one}" not in answer.text] == []


@pytest.mark.parametrize("id_", ["chg-never", "%25", "%20", "..%2fevidence", "x" * 900, "%00", "%ff"])
def test_what_is_not_there_is_said(looked_at: Visited, id_: str) -> None:
    assert looked_at.visitor(Role.RESPONDER).get(f"/changes/{id_}").status_code == 404


def test_an_auditor_finds_nothing_of_another_period(site: Visited) -> None:
    change_id = that(site, OPENED_TO_ALL).change.change_id
    auditor = an_auditor(site, datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

    assert auditor.get(f"/changes/{change_id}").status_code == 404
    assert auditor.get(f"/changes/{change_id[:19]}").status_code == 404
    assert auditor.get(f"/changes/{that(site, APPLIED_TWICE).change.change_id}").status_code == 200


def test_a_viewer_reads_no_name_on_any_page(looked_at: Visited) -> None:
    named, browser = people(looked_at), looked_at.visitor(Role.VIEWER)

    for row in kept(looked_at):
        page = unescape(browser.get(f"/changes/{row.change.change_id}").text)

        assert [name for name in named if name in page] == []


def test_a_viewer_does_not_read_from_where_somebody_called(looked_at: Visited) -> None:
    page = page_of(looked_at, OPENED_TO_ALL, Role.VIEWER)

    assert "203.0.113.24" in page_of(looked_at, OPENED_TO_ALL)
    assert "203.0.113.24" not in page
    assert "Parameters" not in page


def test_a_viewer_reads_none_of_those_who_asked_approved_or_reviewed(site: Visited) -> None:
    world = World(database=site.database)
    ticket = a_ticket("OPS-9")
    principal = a_principal("Dana Scully", session_name="scully-laptop", role="Admin")
    event = an_event(event_id="veiled", principal=principal, summary="did what Dana Scully does")
    change = world.happened(writes=[a_write(event, an_actor("Dana Scully"))])
    run = a_deployment(author="Fox Mulder")
    match = a_match(Coverage.AFTERWARDS, "Fox Mulder wrote it", ticket=ticket)
    world.judged(change, a_judgement(match=replace(match, deployment=run)))

    page = unescape(site.visitor(Role.VIEWER).get(f"/changes/{change.change_id}").text)

    for name in ("Scully", "scully", "Mulder", ticket.requested_by or "?", "dave@example.com"):
        assert name not in page.replace("viola@example.com", "")


def test_sensitive_values_are_on_neither_side(site: Visited) -> None:
    resource = Resource(type="aws_security_group", id="sg-secret")
    world = World(database=site.database)
    finding = a_finding(
        "secret",
        resource=resource,
        attributes=[AttributeDrift(path="password", declared="hunter2", live="x9x9", sensitive=True)],
    )
    world.compared(finding)
    change = world.happened(resource=resource)
    world.judged(change, a_judgement(standing=a_standing(finding)))

    page = site.visitor(Role.RESPONDER).get(f"/changes/{change.change_id}").text

    assert "password" in page
    assert "(sensitive)" in page
    assert "hunter2" not in page
    assert "x9x9" not in page


def test_hostile_text_in_every_field_stays_text(site: Visited) -> None:
    """
    Names, ids, agents and tickets are chosen by strangers: none of them makes markup, hides or turns text.
    """
    world = World(database=site.database)
    resource = Resource(type=HOSTILE, id=HOSTILE)
    finding = a_finding(
        HOSTILE,
        resource=resource,
        address=HOSTILE,
        source=HOSTILE,
        attributes=[AttributeDrift(path=HOSTILE, declared={HOSTILE: HOSTILE}, live=[HOSTILE])],
    )
    world.compared(finding)
    event = an_event(
        event_id=HOSTILE,
        account=HOSTILE,
        region=HOSTILE,
        service=HOSTILE,
        action=HOSTILE,
        summary=HOSTILE,
        resources=[resource],
        request={HOSTILE: [HOSTILE]},
        source_ip=HOSTILE,
        user_agent=HOSTILE,
        principal=a_principal(HOSTILE, session_name=HOSTILE),
    )
    actor = an_actor(HOSTILE, principal=HOSTILE, chain=[HOSTILE, HOSTILE])
    change = world.happened(writes=[a_write(event, actor)])
    ticket = replace(a_ticket(HOSTILE), title=HOSTILE, status=HOSTILE, text=HOSTILE)
    match = a_match(Coverage.AFTERWARDS, HOSTILE, ticket=ticket)
    judged = a_judgement(match=match, standing=a_standing(finding), environment=HOSTILE)
    world.judged(change, judged)

    for role in (Role.RESPONDER, Role.VIEWER, Role.APPROVER):
        page = site.visitor(role).get(f"/changes/{change.change_id}").text

        assert role is Role.VIEWER or "alert(1)" in page
        for harm in ("<script", "<img", "\u202e", "\u2066", "\x1b"):
            assert harm not in page


def test_a_ticket_of_another_scheme_is_no_link(site: Visited) -> None:
    world = World(database=site.database)
    change = world.happened()
    ticket = replace(a_ticket("OPS-9"), url="javascript:alert(1)")
    world.judged(change, a_judgement(match=a_match(Coverage.AFTERWARDS, ticket=ticket)))

    assert "javascript:" not in site.visitor(Role.RESPONDER).get(f"/changes/{change.change_id}").text


def test_for_printing_everything_is_open_and_nothing_can_be_said(looked_at: Visited) -> None:
    change_id = that(looked_at, OPENED_TO_ALL).change.change_id

    page = looked_at.visitor(Role.APPROVER).get(f"/changes/{change_id}?as=print").text

    assert "<details>" not in page
    assert 'class="act"' not in page


def test_a_change_that_nobody_judged_yet_says_so(site: Visited) -> None:
    change = World(database=site.database).happened()

    page = site.visitor(Role.RESPONDER).get(f"/changes/{change.change_id}").text

    assert "It is not judged yet" in page


def test_signing_in_leads_back_to_the_change_of_a_message(looked_at: Visited) -> None:
    change_id = that(looked_at, OPENED_TO_ALL).change.change_id

    answer = looked_at.visitor().get(f"/changes/{change_id}")

    assert answer.headers["location"] == f"/sign-in?next=%2Fchanges%2F{change_id}"
