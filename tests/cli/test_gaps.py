"""`drift gaps`: what was not seen, and that somebody accepts what can never be filled."""

import json
from datetime import timedelta

import pytest

from drift.ledger.log import entries
from drift.model.coverage import Gap, GapKind
from drift.model.evidence import EntryKind
from drift.stages.record.gaps import open_gap
from drift.store.gaps import gap_id_of
from tests.builders import NOON
from tests.cli.running import Drift
from tests.world import World

LOST = gap_id_of(GapKind.LOST, "trail")
DOWN = gap_id_of(GapKind.OUTAGE, "trail")
RETIRED = gap_id_of(GapKind.OUTAGE, "old")


@pytest.fixture(autouse=True)
def _gaps(world: World) -> None:
    lost = Gap(
        kind=GapKind.LOST,
        source="trail",
        error="it was not read for longer than it keeps what it delivers",
        owner="platform",
        opened_at=NOON,
        from_at=NOON - timedelta(days=3),
        to_at=NOON - timedelta(days=1),
    )
    down = Gap(kind=GapKind.OUTAGE, source="trail", error="denied", owner=None, opened_at=NOON)
    retired = Gap(kind=GapKind.OUTAGE, source="old", error="it is gone", owner=None, opened_at=NOON)
    with world.database.transaction() as connection:
        for gap_id, gap in ((LOST, lost), (DOWN, down), (RETIRED, retired)):
            open_gap(connection, gap_id, gap, NOON)


def test_what_is_not_seen_is_listed_with_its_id(drift: Drift) -> None:
    ran = drift("gaps")

    assert ran.code == 0
    assert "trail: it was not read for longer than it keeps what it delivers" in ran.lines
    span = "from 2026-11-13 12:00 to 2026-11-15 12:00"
    assert f"          {LOST}  lost, noticed 2026-11-16 12:00, {span}, owner platform" in ran.lines
    assert ran.err == "3 gaps open\n"


def test_json_has_every_key(drift: Drift) -> None:
    lines = [json.loads(line) for line in drift("gaps", "--json").lines]

    assert {line["gap_id"] for line in lines} == {LOST, DOWN, RETIRED}
    assert list(lines[0]) == [
        *("gap_id", "kind", "source", "account", "region", "name", "error", "owner"),
        *("opened_at", "from_at", "to_at", "accepted_by", "accepted_because", "accepted_at", "ledger_seq"),
    ]


def test_the_status_says_how_many_there_are(drift: Drift) -> None:
    assert "gaps      3 open: `drift gaps` lists them" in drift("status").lines
    assert json.loads(drift("status", "--json").out)["gaps"] == 3


def test_what_somebody_accepts_is_on_record_and_stays_to_be_seen(drift: Drift) -> None:
    ran = drift("gaps", "accept", LOST, "--reason", "the logs expired", "--by", "Dana")
    assert ran.code == 0
    assert ran.lines[0].startswith(f"{LOST} is accepted by Dana, as ")

    assert LOST not in drift("gaps").out
    every = drift("gaps", "--all")
    assert any(line.strip().startswith("accepted ") and "by Dana, as " in line for line in every.lines)
    assert every.err == "2 gaps open, 1 accepted\n"


def test_the_gap_of_a_source_that_is_still_read_is_not_accepted(drift: Drift) -> None:
    ran = drift("gaps", "accept", DOWN, "--reason", "whatever", "--by", "Dana")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("drift: trail is still read, and its next complete read fills this gap; ")


def test_the_gap_of_a_source_that_was_retired_is(drift: Drift, world: World) -> None:
    assert drift("gaps", "accept", RETIRED, "--reason", "it was retired", "--by", "Dana").code == 0

    with world.database.reading() as connection:
        *_, last = [one for one in entries(connection) if one.kind is EntryKind.GAP]
    body = json.loads(last.body or b"")
    assert (body["source"], body["status"], body["reason"]) == ("old", "accepted", "it was retired")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gap-none", "--reason", "x", "--by", "y"), 'no gap is called "gap-none"; `drift gaps` lists'),
        ((LOST, "--reason", " ", "--by", "y"), "a gap is accepted by somebody, with a reason"),
        ((LOST, "--by", "y"), "gaps accept: Missing option '--reason'"),
        ((LOST, "--reason", "x"), "gaps accept: Missing option '--by'"),
    ],
)
def test_what_cannot_be_accepted_says_why(drift: Drift, arguments: tuple[str, ...], said: str) -> None:
    ran = drift("gaps", "accept", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"drift: {said}")


def test_nothing_is_accepted_twice(drift: Drift) -> None:
    drift("gaps", "accept", LOST, "--reason", "expired", "--by", "Dana")

    ran = drift("gaps", "accept", LOST, "--reason", "expired", "--by", "Rob")

    assert ran.code == 2
    assert "was accepted before, by Dana" in ran.err


def test_the_weekly_report_names_it_and_calls_nothing_seen(drift: Drift, world: World) -> None:
    world.happened(at=NOON)
    drift("gaps", "accept", LOST, "--reason", "the logs expired", "--by", "Dana")

    report = drift("report", "weekly", "--week", "2026-W47").out
    report = " ".join(report.split())

    assert "Not seen for good: trail, from 2026-11-13 12:00 to 2026-11-15 12:00; accepted by" in report
    assert "not everything was seen" in report
