"""The weekly report as a page."""

from datetime import UTC, datetime

import pytest

from drift.model.visitor import Role
from tests.builders import a_judgement
from tests.web.looking import HOSTILE, is_harmless, named_in, text_of
from tests.web.stories import an_auditor
from tests.web.visiting import Visited
from tests.world import World


def test_the_week_that_lasts_is_told_where_nothing_was_before(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.RESPONDER).get("/weekly")
    said = text_of(answer)

    assert "Infra change control, week 47" in said
    assert "10 need you: 7 without a ticket" in said
    assert "Not everything was seen." in said
    assert "Manual writes 12 in 10 changes by hand" in said
    assert "5 d critical aws_security_group.web opened tcp/22 to 0.0.0.0/0 alice@example.com" in said
    assert f'href="{looked_at.site.url}/changes/chg-20261117T141231' in answer.text


def test_a_page_of_the_report_has_no_style_of_its_own(looked_at: Visited) -> None:
    """
    Ours forbids any but the style sheet's, and a mail has nothing else.
    """
    assert " style=" not in looked_at.visitor(Role.RESPONDER).get("/weekly").text


def test_a_week_is_asked_for_by_its_name(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/weekly?week=2026-W46")

    assert "week 46" in text_of(answer)
    assert 'href="/weekly?week=2026-W45"' in answer.text
    assert 'href="/weekly?week=2026-W47"' in answer.text


@pytest.mark.parametrize("week", ["2026-W99", "2026-W54", "last", "1999-W01", "9" * 400, HOSTILE])
def test_what_is_no_week_is_said_to_be_none(looked_at: Visited, week: str) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/weekly", params={"week": week})

    assert answer.status_code == 400
    assert "Write it as 2026-W47" in text_of(answer)
    assert is_harmless(answer)


def test_a_week_to_come_is_not_there(looked_at: Visited) -> None:
    assert looked_at.visitor(Role.VIEWER).get("/weekly?week=2031-W01").status_code == 404


def test_a_viewer_reads_the_report_without_names(looked_at: Visited) -> None:
    answer = looked_at.visitor(Role.VIEWER).get("/weekly")

    assert "a person" in text_of(answer)
    # The bucket is called so, and a report that leaves out what was changed says nothing.
    assert named_in(answer) <= {"heidi"}
    assert "@example.com" not in answer.text.partition("<main")[2]


def test_an_auditor_reads_only_weeks_within_their_period(site: Visited) -> None:
    auditor = an_auditor(site, datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=UTC))

    assert auditor.get("/weekly?week=2026-W46").status_code == 200
    assert auditor.get("/weekly?week=2026-W47").status_code == 404
    assert auditor.get("/weekly?week=2026-W44").status_code == 404
    assert "week 46" in text_of(auditor.get("/weekly"))


def test_hostile_text_in_the_report_stays_text(site: Visited) -> None:
    now = site.site.now()
    World(database=site.database).happened(HOSTILE, by=HOSTILE, at=now, judged=a_judgement())

    answer = site.visitor(Role.ADMIN).get("/weekly")

    assert is_harmless(answer)
    assert "alert(1)" in text_of(answer)
