"""Whom the weekly report names, and to whom."""

import re
from dataclasses import replace

import pytest

from drift.model.audience import Audience
from drift.model.routing import Team
from drift.model.ticket import Coverage
from drift.model.verdict import Disposition
from drift.reports.week import Week
from drift.reports.weekly.audience import nameless, of_team
from drift.reports.weekly.facts import read_facts
from drift.reports.weekly.html import weekly_html
from drift.reports.weekly.numbers import weekly_report
from drift.reports.weekly.page import page_of
from drift.reports.weekly.text import weekly_text
from drift.stages.route import RoutingRules
from drift.store.database import Database
from tests.builders import NOON, a_judgement, a_match, a_ticket
from tests.reports.reporting import a_report, an_action
from tests.reports.weekly.examples import a_busy_report
from tests.reports.weekly.test_numbers import SETTINGS, SUNDAY, approved
from tests.world import World

ADDRESS = re.compile(r"[\w.]+@[\w.]+")


@pytest.mark.parametrize("audience", [Audience.RESPONDERS, Audience.AUDITORS])
def test_who_responds_and_who_audits_reads_full_names(audience: Audience) -> None:
    page = page_of(a_busy_report(), audience)

    assert page.actions[0].who == "alice@example.com"
    assert "approved by erin@example.com" in page.tables[0].rows[1][2]


def test_managers_read_no_name_of_a_person_and_no_ranking() -> None:
    report = replace(a_busy_report(), names=frozenset({"alice@example.com", "mallory"}))
    page = page_of(replace(report, actions=(an_action(what="created the user Mallory"),)), Audience.MANAGERS)

    for layout in (weekly_html, weekly_text):
        document = layout(page)
        assert not ADDRESS.search(document)
        assert "allory" not in document
    assert page.actions[0].who == "a person"
    assert page.actions[0].what == "created the user a person"
    assert [table.title for table in page.tables] == ["Closed this week"]
    assert page.charts == ()
    assert page.tiles
    assert page.health
    assert page.controls


def test_a_name_is_taken_out_of_a_word_of_its_own_only() -> None:
    names = {"ann", "x", "ann.lee", "deploy@example-1.iam.gserviceaccount.com"}

    assert nameless("Ann opened planning; ann.lee too, x=1", names) == (
        "a person opened planning; a person too, x=1"
    )
    machine = "by build@example-1.iam.gserviceaccount.com"
    assert nameless(machine, ()) == machine


def test_every_name_that_the_store_knows_is_taken_out(sqlite_database: Database) -> None:
    """Local accounts are called neither by an address nor by what the configuration knows."""
    world = World(database=sqlite_database)
    match = replace(approved(Coverage.AFTERWARDS, at=NOON), approver="kurt")
    world.happened(by="old-gregg", judged=a_judgement())
    world.happened(by="wolf", judged=a_judgement(Disposition.RETROACTIVE, match=match))
    ticketed = a_match(Coverage.NOT_APPROVED, ticket=replace(a_ticket(), assignee="zelda"))
    world.happened(by="link", judged=a_judgement(match=ticketed))
    routing = RoutingRules(teams={"wolf": Team(name="wolf")}, names={"ganon": "ganondorf"})

    with world.database.reading() as connection:
        settings = replace(SETTINGS, routing=routing)
        report = weekly_report(read_facts(connection, Week(year=2026, number=47), SUNDAY, settings))

    assert {"old-gregg", "kurt", "zelda", "link", "ganon", "ganondorf"} <= report.names
    assert "wolf" not in report.names
    document = weekly_text(page_of(report, Audience.MANAGERS))
    assert not [name for name in ("old-gregg", "kurt", "zelda") if name in document]


def test_a_team_reads_its_own_rows_and_no_others() -> None:
    report = of_team(a_busy_report(), "payments")
    page = page_of(report, Audience.TEAM)

    assert page.subject.startswith("[5 need you] Infra change control - wk 47 - example - payments")
    assert {one.owner for one in page.actions} == {"payments"}
    assert [row[1] for row in page.tables[0].rows] == ["aws_sqs_queue.mail"]
    assert (page.tiles, page.charts, page.health, page.controls) == ((), (), (), ())
    assert page.coverage
    assert page.note


def test_links_lead_to_the_pages_of_the_program_where_these_are_known() -> None:
    finding = an_action(ref="78ff75554d245412", is_finding=True)
    page = page_of(a_report(actions=(an_action(), finding), links="https://drift.example.com"))

    assert [one.link for one in page.actions] == [
        "https://drift.example.com/changes/chg-20261116T120000-1a2b3c4d",
        "https://drift.example.com/findings/78ff75554d245412",
    ]
    document = weekly_html(page)
    assert 'href="https://drift.example.com/findings/78ff75554d245412"' in document
    assert document.count("href=") == 2
    assert page_of(a_report(actions=(finding,))).actions[0].link == ""
