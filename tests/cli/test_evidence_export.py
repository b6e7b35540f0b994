"""`drift evidence export`: the folder, and the zip file of it."""

import json
import shlex
import zipfile
from pathlib import Path

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
