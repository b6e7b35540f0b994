"""Emergencies and waivers: what is still asked for, and until when something is accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from drift.model.action import Waived
from drift.model.verdict import Disposition
from drift.model.visitor import Role
from drift.store.emergencies import note_emergency
from tests.acting import a_request
from tests.builders import a_finding, a_judgement
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited
from tests.world import World


def test_what_an_emergency_still_asks_for_stands_at_the_top(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get("/emergencies")
    said = text_of(answer)

    assert "1 emergency still asks for something; of 1 a deadline has passed." in said
    assert "aws_db_instance.orders : modified the database orders-production frank@example.com" in said
    assert "the approval of an authorised approver who did not make it: was due 2026-11-22 02:38" in said
    assert "the review after the incident: due 2026-11-26 02:38" in said


def test_the_register_of_a_month_says_why_and_who_approved(looked_at: Visited) -> None:
    said = text_of(looked_at.visitor(Role.RESPONDER).get("/emergencies?month=2026-11"))

    assert "1 emergency in 2026-11, in which production saw 15 changes in all" in said
    assert "frank@example.com, break-glass, production" in said
    assert "INC-204 never, and its time has passed not yet fail" in said


def test_a_month_without_any_says_so(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/emergencies?month=2026-10")

    assert "No emergency began in this month." in text_of(answer)
    assert 'href="/emergencies?month=2026-11"' in answer.text


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=0000-01", "month=9999-12", "month=soon", "place=x", "month=%00&place=%ff"],
)
def test_what_is_no_month_or_place_is_said_to_be_none(looked_at: Visited, query: str) -> None:
    answer = looked_at.visitor(Role.VIEWER).get(f"/emergencies?{query}")

    assert answer.status_code == 400
    assert "Write the month as 2026-11" in text_of(answer)


def test_an_auditor_sees_only_emergencies_of_their_period(site: Visited) -> None:
    october = an_auditor(site, datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))

    assert october.get("/emergencies?month=2026-11").status_code == 404
    assert "Register of 2026-10" in text_of(october.get("/emergencies"))
    assert "aws_db_instance" not in october.get("/emergencies").text

    part = an_auditor(site, datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    assert "aws_db_instance" not in part.get("/emergencies?month=2026-11").text


def test_a_viewer_reads_of_emergencies_and_waivers_what_and_not_who(site: Visited) -> None:
    _waive(site, "The office moves; alice@example.com knows.", owner="carol@example.com", days=3)
    browser = site.visitor(Role.VIEWER)

    for path in ("/emergencies", "/waivers"):
        answer = browser.get(path)
        assert named_in(answer) == set(), path
        assert "somebody" in text_of(answer)


def test_hostile_text_of_an_emergency_stays_text(site: Visited) -> None:
    world = World(database=site.database)
    judged = a_judgement(Disposition.EMERGENCY)
    change = world.happened(HOSTILE, by=HOSTILE, at=site.site.now(), judged=judged)
    with site.database.transaction() as connection:
        note_emergency(connection, change, change.began_at)

    answer = site.visitor(Role.ADMIN).get("/emergencies")

    assert answer.status_code == 200
    assert is_harmless(answer)
    assert "alert(1)" in text_of(answer)


def test_nothing_is_waived_at_first(looked_at: Visited) -> None:
    assert "Nothing is waived." in text_of(looked_at.visitor(Role.VIEWER).get("/waivers"))


def test_a_waiver_that_ends_soon_stands_first(site: Visited) -> None:
    _waive(site, "It is meant so.", owner="network", days=300, finding="1" * 16)
    _waive(site, "Until the move.", owner="network", days=3)

    said = text_of(site.visitor(Role.RESPONDER).get("/waivers"))

    assert "2 waivers count; 1 ends within two weeks." in said
    assert said.index("Until the move. network erin@example.com") < said.index("It is meant so.")
    assert "ends soon" in said


def test_a_waiver_that_has_ended_says_so(site: Visited) -> None:
    _waive(site, "For a while.", owner="network", days=3, at=timedelta(days=-30))

    said = text_of(site.visitor(Role.RESPONDER).get("/waivers"))

    assert "Nothing is waived." in said
    assert "ended" in said


def test_an_auditor_sees_only_waivers_that_were_given_in_their_period(site: Visited) -> None:
    _waive(site, "Until the move.", owner="network", days=3)

    past = an_auditor(site, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))

    assert "Until the move" not in past.get("/waivers").text


def test_hostile_text_of_a_waiver_stays_text(site: Visited) -> None:
    _waive(site, HOSTILE, owner=HOSTILE, days=3, name=HOSTILE)

    answer = site.visitor(Role.ADMIN).get("/waivers")

    assert is_harmless(answer)
    assert text_of(answer).count("alert(1)") == 3


def _waive(
    site: Visited,
    reason: str,
    *,
    owner: str,
    days: int,
    finding: str = "0" * 16,
    at: timedelta = timedelta(),
    name: str = "aws_security_group.web",
) -> None:
    now = site.site.now() + at
    World(database=site.database).compared(a_finding(finding, address=name), at=site.site.now())
    deed = Waived(reason=reason, owner=owner, expires_at=now + timedelta(days=days))
    site.site.desk().take(a_request(deed, finding), now)
