"""Samples that nobody can steer, and anybody can draw again."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from drift.ledger.checkpoint import latest_checkpoint, seal
from drift.ledger.log import append_all, entries
from drift.model.evidence import EntryKind
from drift.model.sampling import Sample, Sampling, SeedOrigin, Selection
from drift.model.verdict import Disposition, Lane
from drift.reports.population import Period, Reading
from drift.reports.sampling.draw import draw, rank
from drift.reports.sampling.profiles import default_sampling, shipped_profiles
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_disposition, an_entry

DAY = timedelta(days=1)
END = NOON + 30 * DAY


@pytest.fixture
def connection(sqlite_database: Database) -> Iterator[Connection]:
    """A ledger of sixty changes, one every eight hours, two that are nobody's and two emergencies."""
    with sqlite_database.transaction() as connection:
        append_all(
            connection,
            [
                *(a_disposition(f"chg-{one:02}", began_at=NOON + one * DAY / 3) for one in range(60)),
                a_disposition("chg-x1", began_at=NOON + DAY, disposition=Disposition.EXPLAINED),
                a_disposition("chg-x2", began_at=NOON + DAY, disposition=Disposition.BEFORE_ENROLMENT),
                a_disposition("chg-e1", began_at=NOON + DAY, disposition=Disposition.EMERGENCY),
                a_disposition("chg-e2", began_at=NOON + 2 * DAY, lane=Lane.EMERGENCY),
            ],
        )
        seal(connection, KEY, NOON + 29 * DAY)
        goes_on(connection, END)
        yield connection


def test_the_sample_is_spread_over_the_period(connection: Connection) -> None:
    changes, _ = drawn(connection).samples

    assert (changes.population, len(changes.chosen)) == (62, 15)
    assert [(run.begin, run.end) for run in changes.strata][:3] == [(0, 4), (4, 8), (8, 12)]
    assert changes.strata[-1].end == 62
    assert len(set(changes.chosen)) == 15


def test_what_nobody_must_answer_for_is_left_out_and_counted(connection: Connection) -> None:
    changes, _ = drawn(connection, profile="census").samples

    assert changes.left_out == {"before-enrolment": 1, "explained": 1}
    assert {"chg-x1", "chg-x2"}.isdisjoint(changes.chosen)


def test_emergencies_are_taken_whole(connection: Connection) -> None:
    _, emergencies = drawn(connection).samples

    assert emergencies.chosen == ("chg-e1", "chg-e2")
    assert emergencies.left_out == {}


def test_whoever_reads_the_description_draws_the_same(connection: Connection) -> None:
    """
    Written from docs/ledger-format.md alone.
    """
    selection = drawn(connection, engagement="SOC 2 2026")
    changes = selection.samples[0]
    ids = list(drawn(connection, profile="census").samples[0].chosen)
    assert changes.seed is not None

    head = ("driftledger/sample/v1", "changes", "SOC 2 2026", "2026-11-20T12:00:00.000000Z")
    lines = (*head, "2026-12-20T12:00:00.000000Z", "checkpoint", selection.checkpoint_root)
    seed = sha256("".join(line + "\n" for line in lines))
    runs = [ids[i * 62 // 15 : (i + 1) * 62 // 15] for i in range(15)]
    again = tuple(min(run, key=lambda one: sha256(f"{seed}/{one}")) for run in runs)

    assert changes.seed.sha256 == seed
    assert changes.chosen == again
    assert changes.population_sha256 == sha256("".join(one + "\n" for one in ids))


def test_a_pack_that_is_made_later_draws_by_the_checkpoint_that_ended_the_period(
    connection: Connection,
) -> None:
    before = drawn(connection)

    goes_on(connection, END + 40 * DAY)

    assert drawn(connection) == before


def test_before_the_period_is_over_the_newest_checkpoint_decides(connection: Connection) -> None:
    open_period = Period(since=NOON, until=END + 300 * DAY)
    before = drawn(connection, period=open_period)

    goes_on(connection, END + 40 * DAY)

    after = drawn(connection, period=open_period)
    assert before.checkpoint_root != after.checkpoint_root == sealed_root(connection)
    assert before.samples[0].chosen != after.samples[0].chosen


@pytest.mark.parametrize(
    "other", [{"engagement": "other"}, {"own_seed": "7 8 9"}, {"period": Period(since=NOON, until=END - DAY)}]
)
def test_engagement_period_and_seed_decide_what_is_drawn(
    connection: Connection, other: dict[str, object]
) -> None:
    assert drawn(connection).samples[0].chosen != drawn(connection, **other).samples[0].chosen  # type: ignore[arg-type]


def test_the_auditors_own_seed_needs_no_word_of_the_ledger(connection: Connection) -> None:
    before = drawn(connection, own_seed="7 8 9", period=Period()).samples[0]

    goes_on(connection, END + 40 * DAY)

    after = drawn(connection, own_seed="7 8 9", period=Period()).samples[0]
    assert after == before
    assert before.seed is not None
    assert (before.seed.origin, before.seed.text) == (SeedOrigin.AUDITOR, "7 8 9")


def test_the_auditors_own_list_is_taken_as_it_is_and_what_is_not_there_is_named(
    connection: Connection,
) -> None:
    named = ("chg-09", "chg-x1", "chg-02", "chg-09", "chg-77")

    changes = drawn(connection, ids=named).samples[0]

    assert changes == Sample(
        of=changes.of,
        population=62,
        left_out=changes.left_out,
        population_sha256=changes.population_sha256,
        chosen=("chg-09", "chg-02"),
        not_found=("chg-x1", "chg-77"),
    )


def test_a_change_that_comes_late_moves_few_of_the_others(connection: Connection) -> None:
    before = set(drawn(connection, own_seed="7 8 9").samples[0].chosen)

    append_all(connection, [a_disposition("chg-late", began_at=NOON + 29 * DAY)])
    seal(connection, KEY, END + 2 * DAY)

    assert len(before & set(drawn(connection, own_seed="7 8 9").samples[0].chosen)) >= 10


def test_an_empty_population_gives_an_empty_sample(connection: Connection) -> None:
    far = Period(since=NOON + 400 * DAY)

    assert [(one.population, one.chosen) for one in drawn(connection, period=far).samples] == [
        (0, ()),
        (0, ()),
    ]


def test_the_smallest_rank_of_a_run_is_drawn(connection: Connection) -> None:
    ids = drawn(connection, profile="census").samples[0].chosen

    changes = drawn(connection).samples[0]

    assert changes.seed is not None
    for run in changes.strata:
        ranks = {one: rank(changes.seed, one) for one in ids[run.begin : run.end]}
        assert ranks[run.chosen] == min(ranks.values())


def drawn(
    connection: Connection,
    *,
    period: Period = Period(since=NOON, until=END),  # noqa: B008 - a frozen value
    profile: str = "steps",
    **asked: object,
) -> Selection:
    """Draw from the ledger as it was sealed last."""
    sealed = latest_checkpoint(connection)
    assert sealed is not None
    reading = Reading()
    for entry in entries(connection, to_seq=sealed.size):
        reading.add(entry)
    sampling: Sampling = replace(default_sampling(), profile=shipped_profiles()[profile], **asked)  # type: ignore[arg-type]
    return draw(connection, sealed, period, reading.population(period).changes, sampling)


def goes_on(connection: Connection, at: datetime) -> None:
    """Something else is recorded, and sealed."""
    append_all(connection, [an_entry(kind=EntryKind.CANARY, recorded_at=at)])
    seal(connection, KEY, at)


def sealed_root(connection: Connection) -> str:
    sealed = latest_checkpoint(connection)
    assert sealed is not None
    return sealed.root


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
