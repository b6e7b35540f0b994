"""The list of changes: every change that fits, once, in pages, the newest first."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.model.change import Change
from drift.model.judgement import Judgement
from drift.model.missing import missing_from
from drift.model.resource import Resource
from drift.model.routing import Team
from drift.model.verdict import Channel, Disposition, Severity
from drift.reports.browse import places, search
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import change_list, changes_page, count_changes
from drift.reports.browse.places import Count, Place, parse_place
from drift.reports.population import Period
from drift.stages.route import OwnerRule, RoutingRules
from drift.store.database import Database
from drift.store.schema import change_line
from tests.builders import NOON, SECURITY_GROUP, a_finding, a_judgement, a_standing
from tests.reports.browse.listing import ACCOUNTS, ACTORS, TYPES, every_page, filled
from tests.world import World

CHANGES = 90


def filters(number: int) -> Iterator[ChangeFilter]:
    draw = random.Random(7)
    for _ in range(number):
        yield ChangeFilter(
            disposition=frozenset(draw.sample(tuple(Disposition)[:4], draw.choice((0, 0, 1, 2)))),
            severity=frozenset(draw.sample(tuple(Severity), draw.choice((0, 0, 1)))),
            channel=frozenset(draw.sample(tuple(Channel)[:3], draw.choice((0, 0, 1)))),
            environment=draw.choice((None, None, "production")),
            account=draw.choice((None, None, *ACCOUNTS)),
            actor=draw.choice((None, None, None, ACTORS[0].lower(), ACTORS[1])),
            type=draw.choice((None, None, *TYPES)),
            resource=draw.choice((None, None, None, "sg-", "Db", "s")),
            ticket=draw.choice((None, None, None, "OPS-1")),
            since=draw.choice((None, None, NOON + timedelta(hours=9))),
            until=draw.choice((None, None, NOON + timedelta(hours=20))),
            needs=draw.random() < 0.2,
        )


def fits(one: Change, judgement: Judgement, wanted: ChangeFilter) -> bool:
    decision, ticket = judgement.decision, judgement.match.ticket
    resource = one.resource
    return (
        (not wanted.disposition or decision.disposition in wanted.disposition)
        and (not wanted.severity or decision.severity in wanted.severity)
        and (not wanted.channel or one.channel in wanted.channel)
        and wanted.environment in (None, decision.environment)
        and wanted.account in (None, one.first.event.call.account)
        and (not wanted.actor or one.actor.name.lower() == wanted.actor.lower())
        and wanted.type in (None, resource.type)
        and resource.id.lower().startswith((wanted.resource or "").lower())
        and wanted.ticket in (None, ticket.key if ticket else None)
        and (wanted.since is None or one.began_at >= wanted.since)
        and (wanted.until is None or one.began_at < wanted.until)
        and (not wanted.needs or any(missing_from(one, judgement)))
    )


@pytest.mark.parametrize("most", [12, 10_000], ids=["where many fit", "where few do"])
def test_the_pages_hold_every_change_that_fits_once_and_in_order(
    database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """
    However few rows are looked through for one page.
    """
    monkeypatch.setattr(search, "MOST_LOOKED_THROUGH", most)
    monkeypatch.setattr(search, "FIRST_LOOK", 7)
    made = filled(database, CHANGES)

    for wanted in filters(60):
        found = [row.change_id for rows in every_page(database, wanted) for row in rows]

        fitting = [one for one, judgement in made if fits(one, judgement, wanted)]
        fitting.sort(key=lambda one: (one.began_at, one.change_id), reverse=True)
        assert found == [one.change_id for one in fitting], wanted


def test_the_pages_back_are_the_pages_there(database: Database) -> None:
    filled(database, 23)
    there, back = [], []
    with database.reading() as connection:
        page = changes_page(connection, ChangeFilter(), size=5)
        while page.older:
            there.append(page.rows)
            page = changes_page(connection, ChangeFilter(), place=page.older, size=5)
        while page.newer:
            page = changes_page(connection, ChangeFilter(), place=page.newer, size=5)
            back.append(page.rows)

    assert len(there) == 4
    assert back[: len(there)] == there[::-1]


def test_how_many_fit_is_counted(database: Database) -> None:
    made = filled(database, CHANGES)

    with database.reading() as connection:
        for wanted in filters(40):
            number = sum(fits(one, judgement, wanted) for one, judgement in made)
            assert count_changes(connection, wanted) == Count(number=number), wanted


def test_no_further_than_to_a_limit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_LOOKED_THROUGH", 12)
    monkeypatch.setattr(places, "MOST_LOOKED_THROUGH", 12)
    monkeypatch.setattr(places.counted_up_to, "__defaults__", (12,))
    filled(database, CHANGES)
    both = ChangeFilter(account=ACCOUNTS[0], channel=frozenset(Channel))

    with database.reading() as connection:
        assert count_changes(connection, ChangeFilter()) == Count(number=12, is_more=True)
        assert count_changes(connection, both).is_more


def test_an_auditor_sees_only_changes_that_began_in_their_period(database: Database) -> None:
    filled(database, CHANGES)
    period = Period(since=NOON + timedelta(hours=4), until=NOON + timedelta(hours=8))
    asked_for_more = ChangeFilter(since=NOON, until=NOON + timedelta(days=9))

    found = [row for rows in every_page(database, asked_for_more, period) for row in rows]

    assert len(found) == 4 * 3
    assert all(period.holds(row.began_at) for row in found)
    with database.reading() as connection:
        assert count_changes(connection, asked_for_more, period) == Count(number=12)


def test_a_row_says_who_did_what_to_what_and_how_it_stands(database: Database) -> None:
    change = World(database=database).happened("opened tcp/22", "closed it", judged=a_judgement())

    with database.reading() as connection:
        [row] = change_list(connection).page.rows

    assert (row.change_id, row.began_at, row.actor) == (change.change_id, NOON, "alice@example.com")
    assert (row.resource_type, row.resource_id) == (SECURITY_GROUP.type, SECURITY_GROUP.id)
    assert (row.disposition, row.severity) == (Disposition.UNTICKETED, Severity.HIGH)
    assert (row.summary, row.writes, row.environment) == ("opened tcp/22", 2, "production")
    assert row.needs_somebody
    assert row.owner is None


def test_a_change_that_is_judged_otherwise_is_listed_otherwise(database: Database) -> None:
    world = World(database=database)
    change = world.happened(judged=a_judgement())
    world.judged(change, replace(a_judgement(Disposition.WAIVED, alert=False), corrected_actor="bob"))

    with database.reading() as connection:
        [row] = change_list(connection).page.rows

    assert (row.disposition, row.actor, row.needs_somebody) == (Disposition.WAIVED, "bob", False)


def test_what_nobody_has_judged_yet_is_counted_beside_the_list(database: Database) -> None:
    World(database=database).happened()

    with database.reading() as connection:
        found = change_list(connection)

    assert (found.page.rows, found.count, found.unjudged) == ((), Count(number=0), Count(number=1))


def test_the_owner_is_the_team_that_the_rules_name(database: Database) -> None:
    standing = a_standing(replace(a_finding(), state="prod.tfstate"))
    World(database=database).happened(judged=a_judgement(standing=standing))
    rule = OwnerRule(name="web", team="network", address=re.compile(r"aws_security_group\..*"))
    routing = RoutingRules(teams={"network": Team(name="network")}, owners=(rule,))

    with database.reading() as connection:
        [row] = change_list(connection, routing=routing).page.rows

    assert row.owner is not None
    assert (row.owner.team.name, row.address) == ("network", "aws_security_group.web")


def test_a_resource_is_found_by_the_beginning_of_its_address(database: Database) -> None:
    world = World(database=database)
    world.compared(declared=2)
    for number in range(2):
        world.happened(
            resource=Resource(type="aws_security_group", id=f"SG-declared-{number}"),
            at=NOON + timedelta(hours=number),
            judged=a_judgement(),
        )
    wanted = ChangeFilter(resource="aws_security_group.declared[1")

    with database.reading() as connection:
        [row] = change_list(connection, wanted).page.rows

    assert row.resource_id == "SG-declared-1"


def test_a_place_comes_back_from_a_url_and_others_do_not() -> None:
    place = Place(towards=places.Towards.OLDER, at=NOON, id="chg-1~x")

    assert parse_place(str(place)) == place
    assert [parse_place(text) for text in ("", "older~x~y", "up~20261120T101112.000000Z~chg-1")] == [None] * 3


def test_no_line_of_a_change_is_left_behind_when_a_person_is_forgotten() -> None:
    """
    The tables are gone through by their types of columns.
    """
    from drift.store.erasure import written_columns

    assert {"actor", "actor_key", "summary", "resource_key", "ticket"} <= set(written_columns(change_line))
