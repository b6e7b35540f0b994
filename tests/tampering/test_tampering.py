"""Whatever is done to a pack of two thousand changes is found, under the question that it is about."""

import functools
import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from drift.ledger import verify
from drift.ledger.checkpoint import seal
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.ledger.verify import Found, KeptCheckpoint, Report, parse_key
from drift.model.verdict import Channel
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition, a_finding, a_gap, an_entry
from tests.reports.packs import DAY, a_pack
from tests.reports.small_pdfs import small_pdfs
from tests.tampering.editing import Files, Tampered, Tampering, World
from tests.tampering.kinds import KINDS
from tests.tampering.second.judge import judge

SEED = os.environ.get("TAMPERING_SEED", "2026")
"""Another one tries other bytes, lines and values."""

CHANGES, DAYS = 2000, 4

OF_ONE_LINE = (
    *("parse_object", "hash_leaf", "body_commitment", "read_said", "verify_ed25519"),
    *("line_of", "cells_of"),
)
"""Functions of the verifier whose result depends on nothing but their arguments."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A ledger that was sealed each day, with a pack of the first day and one of the last."""
    folder = tmp_path_factory.mktemp("tampering")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    for day in range(DAYS):
        a_day(database, day)
        if day in (0, DAYS - 1):
            with small_pdfs():
                a_pack(database, folder / f"{day}")
    database.close()
    first, last = (files_in(folder / f"{day}") for day in (0, DAYS - 1))
    notes = sorted(name for name in last if name.startswith("ledger/checkpoints/"))
    return World(pack=last, older=(first,), notes=tuple(last[name].decode() for name in notes))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """
    Two packs differ in a line or two, so what follows from one line is computed once.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "parse_object",
            "hash_leaf",
            "body_commitment",
            "read_said",
            "verify_ed25519",
            "line_of",
            "cells_of",
        ):
            patch.setattr(verify, name, functools.cache(getattr(verify, name)))
        yield


def test_the_untouched_packs_pass(world: World) -> None:
    for pack in (world.pack, *world.older):
        tampered = Tampered(files=pack, what="", fails="", kept=world.notes[:1])

        report = judged(tampered)

        assert report.all_problems == []
        assert judged_again(tampered) == set()
        assert [report.verdict(one) for one in verify.QUESTIONS] == ["ok", "ok", "ok"]


def test_there_are_enough_of_them() -> None:
    assert sum(KINDS.values()) >= 500


@pytest.mark.parametrize("tampering", KINDS, ids=lambda one: one.__name__)
def test_it_is_found(tampering: Tampering, world: World) -> None:
    for number in range(KINDS[tampering]):
        tampered = tampering(Random(f"{SEED}/{tampering.__name__}/{number}"), world)

        report = judged(tampered)

        case = f"TAMPERING_SEED={SEED}, number {number}: {tampered.what}"
        assert report.verdict(tampered.fails) == verify.FAILED, case
        assert failed(report) == judged_again(tampered), (case, report.all_problems)


def judged(tampered: Tampered) -> Report:
    files: dict[str, verify.Opener] = {
        name: functools.partial(io.BytesIO, content) for name, content in tampered.files.items()
    }
    folders = verify.folders_of(tampered.files) | set(tampered.folders)
    trusted = [one for one in [parse_key(KEY.verifier_key)] if one]
    kept = [KeptCheckpoint(*one) for one in kept_by(tampered)]
    return verify.verify(Found(files, folders, {}), trusted, kept)


def judged_again(tampered: Tampered) -> set[str]:
    """What the second verifier says fails."""
    folders = verify.folders_of(tampered.files) | set(tampered.folders)
    return judge(tampered.files, folders, [KEY.verifier_key], kept_by(tampered))


def failed(report: Report) -> set[str]:
    return {one for one in verify.QUESTIONS if report.verdict(one) == verify.FAILED}


def kept_by(tampered: Tampered) -> list[tuple[int, str]]:
    """Size and root of the checkpoints that the reader holds."""
    return [(int(size), root) for _, size, root, *_ in map(str.splitlines, tampered.kept)]


def a_day(database: Database, day: int) -> None:
    """A quarter of the changes, in four batches between which the source was read to its end."""
    begun_at = NOON + day * DAY
    with database.transaction() as connection:
        for hour in range(4):
            at = begun_at + timedelta(hours=hour)
            append_all(connection, [an_entry(f"aws:{day}-{hour}", recorded_at=at)])
            append_all(
                connection,
                [
                    a_disposition(
                        f"chg-{day}-{hour}-{number}",
                        began_at=at + timedelta(seconds=number),
                        recorded_at=at,
                        channel=Channel.PIPELINE if number % 3 else Channel.CONSOLE,
                    )
                    for number in range(CHANGES // DAYS // 4)
                ],
            )
            append_all(connection, [a_finding(f"fnd-{day}-{hour}", recorded_at=at), a_span(day, hour)])
        append_all(connection, [a_gap(recorded_at=begun_at, error=f"half of {day}")])
        seal(connection, KEY, begun_at + timedelta(hours=4))


def a_span(day: int, hour: int) -> NewEntry:
    """What was read since the hour before, of the day before if need be."""
    ends = [NOON + (at // 4) * DAY + timedelta(hours=at % 4) for at in (day * 4 + hour, day * 4 + hour + 1)]
    return a_coverage(from_at=ends[0], to_at=ends[1], contiguous_since=NOON)


def files_in(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
