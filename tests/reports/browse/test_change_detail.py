"""Everything about one change: what happened when, what was tested, and what proves it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from drift.ledger.log import entries_at
from drift.model.change import Amended, Amendment, Part
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.event import Source
from drift.model.evidence import EntryKind
from drift.model.finding import AttributeDrift
from drift.model.missing import Missing
from drift.reports.browse import change_detail as module
from drift.reports.browse.change_detail import ChangeDetail, change_detail
from drift.reports.dossier.timeline import Stage
from drift.reports.population import Period
from drift.stages.record import record_amendment
from drift.store.database import Database
from drift.store.lookup import change_called
from drift.store.writes import earlier
from tests.builders import NOON, a_finding, a_judgement, a_match, a_ticket, an_approval
from tests.world import World

HOUR = timedelta(hours=1)


def the_detail(database: Database, change_id: str, within: Period | None = None) -> ChangeDetail:
    with database.reading() as connection:
        found = change_detail(connection, change_id, now=NOON + 9 * HOUR, within=within or Period())
    assert found is not None
    return found


def test_the_time_line_goes_from_the_ticket_to_the_message(database: Database) -> None:
    world = World(database=database)
    ticket = a_ticket(created_at=NOON - HOUR, approvals=[an_approval(at=NOON + timedelta(minutes=30))])
    judgement = a_judgement(match=a_match(ticket=ticket))
    change = world.happened("opened tcp/22", "opened tcp/23")
    judged = world.judged(change, judgement, at=NOON + HOUR)
    world.told(judged, at=NOON + 2 * HOUR)

    detail = the_detail(database, change.change_id)

    assert [(line.stage, line.is_after_first_write) for line in detail.lines] == [
        (Stage.TICKET, False),
        (Stage.API_EVENT, True),
        (Stage.API_EVENT, True),
        (Stage.APPROVAL, True),
        (Stage.JUDGEMENT, True),
        (Stage.ALERT, True),
    ]
    assert [event.write.event.summary for event in detail.events] == ["opened tcp/22", "opened tcp/23"]
    assert [alert.status for alert in detail.alerts] == ["sent"]
    assert detail.missing == (Missing.TICKET,)


def test_the_evidence_is_the_entry_that_says_how_it_stands(database: Database) -> None:
    world = World(database=database)
    tests = (Assessed(test=ControlTest.DOCUMENTED_BEFORE, result=Result.FAIL, reason="no ticket"),)
    change = world.happened(judged=replace(a_judgement(), tests=tests))

    unsealed = the_detail(database, change.change_id)
    world.sealed()
    detail = the_detail(database, change.change_id)

    assert detail.evidence is not None
    assert unsealed.evidence is not None
    assert (unsealed.evidence.is_sealed, detail.evidence.is_sealed) == (False, True)
    assert detail.evidence.kind is EntryKind.DISPOSITION
    with database.reading() as connection:
        [entry] = entries_at(connection, [detail.evidence.seq])
    assert (entry.ref, entry.leaf_hash.hex()) == (change.change_id, detail.evidence.leaf_hash)
    assert detail.tests == tests


def test_the_configuration_shows_first_what_the_change_made_differ(database: Database) -> None:
    world = World(database=database)
    change = world.happened()
    key = change.first.event.key
    made = AttributeDrift(path="ingress", declared=[], live=[22], explained_by=(key,))
    world.compared(
        a_finding("f-1"), replace(a_finding("f-2", attributes=[made]), explained_by=(key,)), at=NOON + HOUR
    )
    world.judged(change, a_judgement())

    detail = the_detail(database, change.change_id)

    assert [(one.finding.finding.finding_id, one.is_explained) for one in detail.configuration] == [
        ("f-2", True),
        ("f-1", False),
    ]
    assert Stage.CONFIGURATION in [line.stage for line in detail.lines]


def test_a_write_that_was_amended_is_told_with_what_it_was_before(database: Database) -> None:
    world = World(database=database)
    change = world.happened(judged=a_judgement())
    [write] = change.writes
    part = Part(key="aws:more", source=Source(file="b.json.gz", index=0, sha256="1" * 64))
    new = structs.replace(
        write, event=structs.replace(write.event, summary="opened it, and it held"), parts=(part,)
    )
    with database.transaction() as connection:
        before = earlier(connection, write.event).write
        assert before is not None
        record_amendment(connection, new, Amended(before=before, why=Amendment.COMPLETED), NOON + HOUR)

    detail = the_detail(database, change.change_id)

    kinds = [one.kind for one in detail.entries]
    assert kinds == [EntryKind.OBSERVATION, EntryKind.DISPOSITION, EntryKind.AMENDMENT]
    [event] = detail.events
    assert event.entry is not None
    assert event.entry.kind is EntryKind.AMENDMENT


def test_a_change_that_nobody_judged_yet_is_shown_all_the_same(database: Database) -> None:
    change = World(database=database).happened()

    detail = the_detail(database, change.change_id)

    assert (detail.judgement, detail.evidence, detail.tests) == (None, None, ())
    assert [line.stage for line in detail.lines] == [Stage.API_EVENT]


def test_of_very_many_writes_the_first_are_shown(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    change = World(database=database).happened(*(f"number {n}" for n in range(9)))
    with database.reading() as connection:
        assert len(change_called(connection, change.change_id).change.writes) == 9
    monkeypatch.setattr(module, "MOST_EVENTS", 4)

    detail = the_detail(database, change.change_id)

    assert len(detail.events) == len(detail.lines) == 4


def test_what_began_outside_the_period_of_an_auditor_is_not_there(database: Database) -> None:
    change = World(database=database).happened(judged=a_judgement())

    with database.reading() as connection:
        for within in (Period(since=NOON + HOUR), Period(until=NOON)):
            assert change_detail(connection, change.change_id, now=NOON, within=within) is None
        assert change_detail(connection, "chg-none", now=NOON) is None
