"""The verifier draws the samples of a pack again, whoever signed it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drift.ledger.checkpoint import last_sealed, seal
from drift.ledger.log import append_all
from drift.ledger.verify import verify_pack
from drift.model.sampling import Sampling
from drift.model.verdict import Disposition, Lane
from drift.reports.pack.export import export_pack
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period
from drift.reports.sampling.profiles import default_sampling, shipped_profiles
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY, NOON, a_disposition
from tests.reports.packs import DAY, sign_again
from tests.reports.small_pdfs import small_pdfs

SELECTION, TABLE = "03_sample/selection.json", "03_sample/selection.csv"

DISPOSITIONS = (Disposition.UNTICKETED, Disposition.EXPLAINED, Disposition.AUTHORISED, Disposition.EMERGENCY)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Three hundred changes over three days, sealed each day, of which a quarter is nobody's."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sampled') / 'store.sqlite3'}")
    migrate(database)
    for day in range(3):
        at = NOON + day * DAY
        with database.transaction() as connection:
            append_all(
                connection,
                [
                    a_disposition(
                        f"chg-{day}-{number}",
                        began_at=at + timedelta(minutes=number),
                        recorded_at=at + timedelta(hours=3),
                        disposition=DISPOSITIONS[number % 4],
                        lane=Lane.EMERGENCY if number % 10 == 0 else Lane.INFRASTRUCTURE,
                    )
                    for number in range(100)
                ],
            )
            seal(connection, KEY, at + timedelta(hours=3))
    return database


def exported(database: Database, folder: Path, sampling: Sampling, **period: Any) -> Path:
    with small_pdfs(), database.reading() as connection:
        request = PackRequest(period=Period(**period), tool_version="0.1.0", sampling=sampling)
        export_pack(connection, last_sealed(connection), folder=folder, key=KEY, request=request)
    return folder


@pytest.mark.parametrize("profile", sorted(shipped_profiles()))
def test_what_a_profile_draws_is_drawn_again(database: Database, tmp_path: Path, profile: str) -> None:
    pack = exported(database, tmp_path / "pack", Sampling(profile=shipped_profiles()[profile]))

    assert verify_pack(str(pack)).all_problems == []


@pytest.mark.parametrize(
    "asked",
    [
        {"engagement": "SOC 2, 2026 \N{EM DASH} H2"},
        {"own_seed": "the auditor's dice: 4 2 6"},
        {"ids": ("chg-2-7", "chg-0-2", "chg-0-1", "none", "chg-0-2")},
        {"ids": ()},
    ],
    ids=["engagement", "seed", "ids", "no ids"],
)
def test_what_an_auditor_asks_for_is_drawn_again(
    database: Database, tmp_path: Path, asked: dict[str, Any]
) -> None:
    pack = exported(database, tmp_path / "pack", replace(default_sampling(), **asked), since=NOON)

    assert verify_pack(str(pack)).all_problems == []


@pytest.mark.parametrize("hours", [1, 24, 27.5, 60])
def test_the_checkpoint_that_decides_is_found_again(database: Database, tmp_path: Path, hours: float) -> None:
    until = NOON + timedelta(hours=hours)
    pack = exported(database, tmp_path / "pack", default_sampling(), until=until)

    assert verify_pack(str(pack)).all_problems == []


@pytest.fixture(scope="module")
def untouched(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(database, tmp_path_factory.mktemp("drawn") / "pack", default_sampling())


def other_change(selection: dict[str, Any]) -> None:
    selection["samples"][0]["chosen"][3] = "chg-1-2"
    selection["samples"][0]["runs"][3]["chosen"] = "chg-1-2"


def other_seed(selection: dict[str, Any]) -> None:
    selection["samples"][0]["seed"]["text"] = "a better one"


def smaller(selection: dict[str, Any]) -> None:
    for name in ("runs", "chosen"):
        selection["samples"][0][name].pop()


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        (other_change, "runs, chosen of the sample of changes: drawing again gives another"),
        (other_seed, "seed of the sample of changes: drawing again gives another"),
        (smaller, "runs, chosen of the sample of changes: drawing again gives another"),
        (lambda one: one["samples"][1].update(left_out={"x": 1}), "left_out of the sample of emergencies"),
        (lambda one: one["samples"][0].update(population=1), "population of the sample of changes"),
        (lambda one: one.update(since="2026-11-21T12:00:00Z"), "since of all samples"),
        (lambda one: one["checkpoint"].update(size=100), "checkpoint of all samples"),
        (lambda one: one["samples"].pop(), "has not one sample of changes and one of emergencies"),
        (lambda one: one.update(samples={"of": []}), "has not one sample of changes and one of emergencies"),
    ],
    ids=range(9),
)
def test_a_selection_that_was_steered_is_found(
    untouched: Path, tmp_path: Path, tampering: Callable[[dict[str, Any]], None], problem: str
) -> None:
    pack = shutil.copytree(untouched, tmp_path / "pack")
    selection = json.loads((pack / SELECTION).read_text())
    tampering(selection)
    (pack / SELECTION).write_text(json.dumps(selection))
    sign_again(pack)

    problems = verify_pack(str(pack)).all_problems

    assert any(one.startswith(f"{SELECTION}: ") and problem in one for one in problems), problems


@pytest.mark.parametrize(
    ("tampering", "problem"),
    [
        (lambda rows: rows[:4] + rows[5:], "has 119 rows, 120 were drawn"),
        (lambda rows: [*rows, rows[4]], "has rows after the 120 that were drawn"),
        (
            lambda rows: [*rows[:2], rows[2].replace(b"alice", b"bob"), *rows[3:]],
            "row 2 is not what was drawn",
        ),
        (lambda rows: [rows[0], rows[2], rows[1], *rows[3:]], "row 1 is not what was drawn in that place"),
    ],
    ids=["missing", "added", "altered", "reordered"],
)
def test_a_row_of_the_samples_that_was_touched_is_found(
    untouched: Path, tmp_path: Path, tampering: Callable[[list[bytes]], list[bytes]], problem: str
) -> None:
    pack = shutil.copytree(untouched, tmp_path / "pack")
    rows = (pack / TABLE).read_bytes().splitlines(keepends=True)
    (pack / TABLE).write_bytes(b"".join(tampering(rows)))
    sign_again(pack)

    problems = verify_pack(str(pack)).all_problems

    assert any(one.startswith(f"{TABLE}: {problem}") for one in problems), problems


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"bands": [{"up_to": 5, "take": 1}]},
        {"bands": [0, {"up_to": "x"}]},
        {"bands": [{"percent": 10**12}]},
        {"confidence_percent": 100, "tolerable_percent": 0},
    ],
)
def test_a_profile_that_is_none_is_no_way_out(
    profile: dict[str, Any], untouched: Path, tmp_path: Path
) -> None:
    pack = shutil.copytree(untouched, tmp_path / "pack")
    selection = json.loads((pack / SELECTION).read_text())
    selection["profile"] = profile
    (pack / SELECTION).write_text(json.dumps(selection))
    sign_again(pack)

    assert any("runs, chosen of the sample of changes" in one for one in verify_pack(str(pack)).all_problems)
