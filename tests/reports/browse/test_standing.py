"""What still asks for something: emergencies, waivers, the watch itself; and what proves it all."""

from datetime import timedelta

from drift.ledger.log import append
from drift.model.action import Action
from drift.model.approval import ActionRules
from drift.model.coverage import Gap, GapKind
from drift.model.emergency import Step
from drift.model.environment import Environment
from drift.model.evidence import EntryKind, ExportRecord
from drift.model.person import People
from drift.model.verdict import Disposition
from drift.reports.browse.emergencies import EmergencyRules, emergencies
from drift.reports.browse.evidence import evidence
from drift.reports.browse.health import Watched, health
from drift.reports.browse.waivers import waiver_list
from drift.reports.emergency import Month
from drift.reports.population import Period
from drift.stages.record.gaps import open_gap
from drift.store.actions import keep_action
from drift.store.database import Database
from drift.store.emergencies import close_emergency, note_emergency
from tests.acting import a_waiver, an_action
from tests.builders import NOON, a_finding, a_judgement
from tests.world import World

DAY = timedelta(days=1)
MONTH = Month(year=NOON.year, month=NOON.month)
GAP = Gap(kind=GapKind.OUTAGE, source="trail", error="no answer", owner=None, opened_at=NOON, from_at=NOON)
RULES = EmergencyRules(
    actions=ActionRules(approvers=("erin@example.com",)),
    people=People(),
    environments=(Environment(name="staging", accounts=(), is_production=False),),
)


def an_emergency(world: World, hours: int) -> str:
    change = world.happened(at=NOON + timedelta(hours=hours), judged=a_judgement(Disposition.EMERGENCY))
    with world.database.transaction() as connection:
        note_emergency(connection, change, NOON)
    return change.change_id


def test_emergencies_are_listed_with_what_they_still_ask_for(database: Database) -> None:
    world = World(database=database)
    done, asking = an_emergency(world, 0), an_emergency(world, 1)
    world.happened(at=NOON + 3 * DAY, judged=a_judgement(environment="staging"))
    with database.transaction() as connection:
        close_emergency(connection, done, NOON)

    with database.reading() as connection:
        found = emergencies(connection, MONTH, RULES, now=NOON + DAY)
        before = Period(until=NOON + timedelta(minutes=30))
        bounded = emergencies(connection, MONTH, RULES, now=NOON + DAY, within=before)

    [row] = found.open
    assert (row.change.change_id, found.open_count) == (asking, 1)
    assert [due.step for due in row.due] == [Step.JUSTIFY, Step.APPROVE, Step.REVIEW]
    assert [row.change_id for row in found.page.rows] == [asking, done]
    assert (found.in_month, found.production_changes) == (2, 2)
    assert [row.change_id for row in bounded.page.rows] == [done]
    assert (bounded.open, bounded.in_month, bounded.production_changes) == ((), 1, 1)


def test_what_is_waived_is_listed_by_how_soon_it_ends(database: Database) -> None:
    world = World(database=database)
    change = world.happened(judged=a_judgement())
    world.compared(a_finding())
    waivers = (
        an_action(a_waiver(expires_at=NOON + 30 * DAY), ref=change.change_id),
        an_action(a_waiver(expires_at=NOON + 9 * DAY), ref="f-1", by="e"),
        an_action(a_waiver(expires_at=NOON - DAY), ref="f-2", by="f"),
    )
    keep(database, *waivers)

    with database.reading() as connection:
        found = waiver_list(connection, now=NOON)
        none = waiver_list(connection, now=NOON, within=Period(since=NOON + DAY))

    assert [(row.action.ref, row.counts, row.ends_soon) for row in found.rows] == [
        ("f-1", True, True),
        (change.change_id, True, False),
        ("f-2", False, False),
    ]
    assert found.rows[0].finding is not None
    assert found.rows[1].change is not None
    assert (found.count, none.rows, none.count) == (2, (), 0)


def keep(database: Database, *actions: Action) -> None:
    with database.transaction() as connection:
        for number, one in enumerate(actions):
            keep_action(connection, one, number)


def test_the_health_of_the_watch_names_gaps_and_alarms(database: Database) -> None:
    World(database=database).cannot_be_read()
    with database.transaction() as connection:
        open_gap(connection, "gap-1", GAP, NOON)

    with database.reading() as connection:
        found = health(connection, Watched(sources=("trail",), anchors=("stamp",)), now=NOON + DAY)

    assert [row.gap.source for row in found.gaps] == ["trail"]
    assert found.status.sources[0].outage == "the bucket does not answer"
    assert [one.row.name for one in found.status.anchors] == ["stamp"]
    assert found.alarms == ()


def test_the_evidence_says_how_large_the_ledger_is_who_holds_it_and_what_was_handed_out(
    database: Database,
) -> None:
    world = World(database=database)
    world.happened(judged=a_judgement())
    first = world.sealed()
    export = ExportRecord(manifest_sha256="ab" * 32, since=None, until=None, entries=2)
    with database.transaction() as connection:
        for day in range(2):
            append(connection, kind=EntryKind.EXPORT, ref="pack", body=export, recorded_at=NOON + day * DAY)

    with database.reading() as connection:
        found = evidence(connection, ["stamp"])
        bounded = evidence(connection, [], within=Period(since=NOON + DAY))

    assert first is not None
    assert [one.root for one in found.checkpoints] == [first.root]
    assert (found.size, found.unsealed_since, found.erased) == (first.size + 2, None, 0)
    assert found.anchors[0].unheld == found.size
    assert [one.record for one in found.exports] == [export, export]
    assert (found.exported, bounded.exported) == (2, 1)
    assert bounded.exports[0].recorded_at == NOON + DAY
