"""The list of findings, and what is known of one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drift.model.enrolment import Opening
from drift.model.finding import AttributeDrift, FindingKind, FindingStatus
from drift.model.resource import Resource
from drift.model.verdict import Severity
from drift.reports.browse.finding_detail import finding_detail
from drift.reports.browse.finding_filter import FindingFilter, parse_finding_filter
from drift.reports.browse.finding_list import finding_list
from drift.reports.browse.places import Count
from drift.reports.population import Period
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, a_finding, a_judgement, a_match, a_ticket
from tests.world import World

HOUR = timedelta(hours=1)
LATER = NOON + timedelta(days=400)

GROUP = a_finding("f-group")
BUCKET = replace(
    a_finding("f-bucket", kind=FindingKind.MISSING, resource=Resource(type="aws_s3_bucket", id="logs")),
    severity=Severity.LOW,
    account="444455556666",
)
OLD = a_finding("f-old", resource=Resource(type="aws_vpc", id="vpc-1"))


@pytest.fixture
def world(database: Database) -> World:
    """One that was there before, one that was found and resolved, and one that stands."""
    world = World(database=database)
    world.compared(OLD, at=NOON, opening=Opening(baselines=frozenset({"prod"})))
    world.compared(OLD, BUCKET, at=NOON + HOUR)
    world.compared(OLD, GROUP, at=NOON + 2 * HOUR)
    return world


FOUND: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["f-group", "f-bucket", "f-old"]),
    ({"open": "yes"}, ["f-group", "f-old"]),
    ({"status": "resolved"}, ["f-bucket"]),
    ({"open": "yes", "status": "resolved"}, []),
    ({"kind": "missing"}, ["f-bucket"]),
    ({"severity": "high"}, ["f-group", "f-old"]),
    ({"account": "444455556666"}, ["f-bucket"]),
    ({"account": ACCOUNT, "type": "aws_vpc"}, ["f-old"]),
    ({"baseline": "prod", "severity": "low"}, ["f-bucket"]),
    ({"baseline": "staging"}, []),
    ({"overdue": "yes"}, ["f-old"]),
)


def test_findings_are_listed_that_fit(world: World) -> None:
    for wanted, found in FOUND:
        asked = parse_finding_filter(wanted.items())
        assert isinstance(asked, FindingFilter)

        with world.database.reading() as connection:
            listed = finding_list(connection, asked, now=LATER)

        assert [row.finding.finding_id for row in listed.page.rows] == found, wanted
        assert listed.count == Count(number=len(found)), wanted
        assert parse_finding_filter(asked.pairs()) == asked


def test_pages_of_findings_go_on_where_the_last_ended(world: World) -> None:
    with world.database.reading() as connection:
        first = finding_list(connection, now=LATER, size=2).page
        second = finding_list(connection, now=LATER, size=2, place=first.older).page

    assert [row.finding.finding_id for row in (*first.rows, *second.rows)] == ["f-group", "f-bucket", "f-old"]
    assert second.older is None


def test_an_auditor_sees_findings_that_were_found_or_resolved_in_their_period(world: World) -> None:
    def seen(since: int, until: int) -> list[str]:
        period = Period(since=NOON + since * HOUR, until=NOON + until * HOUR)
        with world.database.reading() as connection:
            rows = finding_list(connection, now=LATER, within=period).page.rows
            known = {row.finding.finding_id for row in rows}
            for one in ("f-group", "f-bucket", "f-old"):
                detail = finding_detail(connection, one, now=LATER, within=period)
                assert (detail is not None) == (one in known)
            return [row.finding.finding_id for row in rows]

    assert seen(0, 1) == ["f-old"]
    assert seen(1, 2) == ["f-bucket"]
    assert seen(2, 3) == ["f-group", "f-bucket"]
    assert seen(3, 9) == []


def test_the_diff_tells_who_made_each_attribute_so_and_by_which_ticket(world: World) -> None:
    match = a_match(ticket=a_ticket("OPS-7"))
    change = world.happened(at=NOON + 3 * HOUR, judged=a_judgement(match=match))
    key = change.first.event.key
    made = AttributeDrift(path="ingress", declared=[], live=[22], explained_by=(key,), is_explained=True)
    other = AttributeDrift(path="tags", declared={}, live={"a": "b"})
    world.compared(replace(GROUP, attributes=(made, other), explained_by=(key,)), OLD, at=NOON + 4 * HOUR)

    with world.database.reading() as connection:
        detail = finding_detail(connection, "f-group", now=LATER)

    assert detail is not None
    assert [one.attribute.path for one in detail.attributes] == ["ingress", "tags"]
    [maker] = detail.attributes[0].makers
    assert maker.change is not None
    assert (maker.change.actor, maker.change.ticket) == ("alice@example.com", "OPS-7")
    assert detail.attributes[1].makers == ()
    assert detail.finding.status is FindingStatus.OPEN
    assert [entry.kind for entry in detail.entries] == ["finding", "finding"]
    assert [moment.what for moment in detail.moments] == ["found that it differs from the code"] * 2


def test_of_a_finding_that_is_not_there_nothing_is_known(database: Database) -> None:
    with database.reading() as connection:
        assert finding_detail(connection, "f-none", now=NOON) is None
