"""`drift evidence export`: the folder, and the zip file of it."""

import json
import shlex
import zipfile
from pathlib import Path

import pytest

from drift.ledger.log import entries
from drift.model.evidence import EntryKind
from tests.builders import a_judgement
from tests.cli.running import Drift
from tests.cli.test_evidence_sample import keep_key
from tests.world import World

PERIOD = ("--since", "2026-11-01", "--until", "2026-12-01")


def test_a_pack_says_how_it_was_made_and_is_made_so_again_to_the_byte(
    drift: Drift, world: World, tmp_path: Path
) -> None:
    world.happened(judged=a_judgement())
    world.sealed()
    keep_key(tmp_path)
    pack, again = tmp_path / "pack", tmp_path / "again"

    first = drift("evidence", "export", "--out", str(pack), "--zip", *PERIOD)

    assert first.code == 0, first.err
    assert f"1 change, 0 findings, 3 entries in {pack} and {pack}.zip" in first.out
    making = json.loads((pack / "01_ipe/ipe_statement.json").read_text())["making"]
    assert making["command"].startswith("drift evidence export --out DIR --since 2026-11-01T00:00:00")
    command = making["command"].replace("DIR", str(again))
    assert drift(*shlex.split(command)[1:], "--zip").code == 0
    assert Path(f"{again}.zip").read_bytes() == Path(f"{pack}.zip").read_bytes()
    with zipfile.ZipFile(f"{pack}.zip") as packed:
        (folder,) = {name.partition("/")[0] for name in packed.namelist()}
        assert folder.startswith("soc2pack_example_2026-11-01_2026-12-01_")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--out", "used"), "used is there already"),
        (("--out", "used/file/pack"), "the pack cannot be written to used/file/pack"),
        (("--out", "pack", "--zip"), "pack.zip is there already"),
        (("--out", "pack", "--ids", "unknown"), "no change of the period is called chg-x"),
        (("--out", "pack", "--since", "2031-01-01"), "is yet to come"),
    ],
)
def test_a_pack_that_is_refused_asks_for_no_ticket_and_leaves_nothing_behind(
    drift: Drift,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    why: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    world.happened(judged=a_judgement())
    world.sealed()
    keep_key(tmp_path)
    (tmp_path / "used").mkdir()
    (tmp_path / "used/file").write_text("taken")
    (tmp_path / "pack.zip").write_text("taken")
    (tmp_path / "unknown").write_text("chg-x\n")

    ran = drift("evidence", "export", *options)

    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert not (tmp_path / "pack").exists()
    with world.database.reading() as connection:
        assert {one.kind for one in entries(connection)}.isdisjoint(
            {EntryKind.TICKET_RECHECK, EntryKind.EXPORT}
        )


def test_what_a_pack_lacks_of_what_was_asked_for_is_said(drift: Drift, world: World, tmp_path: Path) -> None:
    change = world.happened(judged=a_judgement())
    world.sealed()
    keep_key(tmp_path)
    (tmp_path / "ids").write_text(f"{change.change_id}\nchg-x\n")

    ran = drift(
        *("evidence", "export", "--out", str(tmp_path / "pack")),
        *("--until", "2031-01-01", "--ids", str(tmp_path / "ids")),
    )

    assert ran.lines[1:3] == [
        "note: the period is not over; what comes until 2031-01-01 00:00 UTC is not in it",
        "note: chg-x is no change of the period",
    ]
