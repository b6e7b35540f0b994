"""The history of one resource, by its id or by its address in the code."""

from datetime import timedelta

from drift.model.resource import Resource
from drift.reports.browse.places import Count
from drift.reports.browse.resource_history import Asked, ResourceHistory, resource_history
from drift.reports.population import Period
from drift.store.database import Database
from tests.builders import NOON, a_finding, a_judgement
from tests.world import World

HOUR = timedelta(hours=1)

DECLARED = Resource(type="aws_security_group", id="SG-declared-0")


def the_history(database: Database, asked: Asked, within: Period | None = None) -> ResourceHistory:
    with database.reading() as connection:
        return resource_history(connection, asked, now=NOON, within=within or Period())


def test_a_resource_has_the_same_history_by_its_id_and_its_address(database: Database) -> None:
    world = World(database=database)
    world.compared(a_finding(resource=Resource(type="aws_security_group", id="sg-declared-0")))
    changes = [
        world.happened(at=NOON + number * HOUR, resource=DECLARED, judged=a_judgement())
        for number in range(3)
    ]
    world.happened(at=NOON, resource=Resource(type="aws_vpc", id="vpc-1"), judged=a_judgement())

    for asked in (
        Asked(address="aws_security_group.declared[0]"),
        Asked(type="aws_security_group", id="sg-declared-0"),
    ):
        history = the_history(database, asked)

        newest = [one.change_id for one in reversed(changes)]
        assert [row.change_id for row in history.changes.rows] == newest
        assert history.count == Count(number=3)
        assert [row.address for row in history.declared] == ["aws_security_group.declared[0]"]
        assert [row.finding.finding_id for row in history.findings] == ["f-1"]


def test_a_resource_that_no_code_declares_has_one_too(database: Database) -> None:
    change = World(database=database).happened(
        resource=Resource(type="aws_vpc", id="vpc-1"), judged=a_judgement()
    )

    history = the_history(database, Asked(type="aws_vpc", id="vpc-1"))

    assert [row.change_id for row in history.changes.rows] == [change.change_id]
    assert history.declared == ()
    assert the_history(database, Asked(type="aws_subnet", id="vpc-1")).changes.rows == ()


def test_an_auditor_sees_of_it_what_lies_in_their_period(database: Database) -> None:
    world = World(database=database)
    world.compared(a_finding(resource=DECLARED), at=NOON + HOUR)
    world.happened(resource=DECLARED, judged=a_judgement())
    within = Period(since=NOON + 2 * HOUR)

    history = the_history(database, Asked(id=DECLARED.id), within)

    assert (history.changes.rows, history.findings, history.count) == ((), (), Count(number=0))


def test_of_what_nobody_knows_there_is_no_history(database: Database) -> None:
    assert the_history(database, Asked(address="aws_vpc.none")).changes.rows == ()
    assert the_history(database, Asked()).changes.rows == ()
