"""The receipts of anchors in a pack: whoever has it checks them with other programs than ours."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from drift.ledger.checkpoint import checkpoints, seal
from drift.ledger.log import append, append_all
from drift.ledger.verify import verify_pack
from drift.model.anchor import Receipt
from drift.model.evidence import AnchorRecord, EntryKind
from drift.model.secret import Secret
from drift.ports import Anchor
from drift.stages.anchor import AnchorRules, hold_checkpoint
from drift.store.database import Database
from drift.store.migrate import migrate
from providers.git_anchor.anchor import GitAnchor, GitAnchorSettings
from providers.rfc3161.anchor import Rfc3161, Rfc3161Settings
from tests.builders import minutes
from tests.ledger.building import KEY, NOON, a_disposition
from tests.providers.git_anchor.host import a_bare_repository
from tests.providers.rfc3161.authority import PASSWORD, authority
from tests.reports.packs import DAY, a_ledger, a_pack

HOSTILE = "../../../Evil = \N{RIGHT-TO-LEFT OVERRIDE}"
RULES = AnchorRules(every=minutes(60))


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A pack, and what its reader gets from elsewhere."""

    folder: Path
    roots: str
    """The root certificate, as the authority publishes it."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The receipts."""
        path = self.folder / "ledger" / "anchors" / "receipts.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    """Two anchors that held three checkpoints, two of them on one day; and a pack of it all."""
    folder = tmp_path_factory.mktemp("anchored")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    bare = a_bare_repository(folder)
    with authority(folder) as tsa:
        settings = Rfc3161Settings(
            url=f"{tsa.server.url}/stamp", roots=tsa.ca_file, user="acme", password=Secret(PASSWORD)
        )
        anchors: dict[str, Anchor] = {
            "tsa": Rfc3161(settings),
            HOSTILE: GitAnchor(GitAnchorSettings(repository=bare.as_uri())),
        }
        for number, at in enumerate((NOON + DAY, NOON + DAY + minutes(61), NOON + 2 * DAY)):
            for name, anchor in anchors.items():
                assert hold_checkpoint(database, name, anchor, RULES, at) is None
            with database.transaction() as connection:
                append_all(connection, [a_disposition(f"chg-later-{number}", began_at=at, recorded_at=at)])
                seal(connection, KEY, at)
        a_pack(database, folder / "pack")
        database.close()
        yield Packed(folder=folder / "pack", roots=tsa.ca_file)


def test_each_line_is_run_beside_its_files_and_says_that_the_checkpoint_is_held(
    packed: Packed, tmp_path: Path
) -> None:
    ran = 0
    for number, row in enumerate(row for row in packed.rows if row["note"]):
        here = tmp_path / str(number)
        shutil.copytree((packed.folder / row["note"]).parent, here)
        shutil.copy(packed.roots, here)
        done = subprocess.run(row["check"], shell=True, cwd=here, capture_output=True)  # noqa: S602
        assert done.returncode == 0, (row["check"], done.stderr)
        (here / Path(row["note"]).name).write_text("another note")
        (here / "held.git").exists() and shutil.rmtree(here / "held.git")
        done = subprocess.run(row["check"], shell=True, cwd=here, capture_output=True)  # noqa: S602
        assert done.returncode != 0
        ran += 1

    assert ran == 4


def test_every_receipt_is_listed_and_the_last_of_each_day_stands_in_files(packed: Packed) -> None:
    rows = packed.rows

    assert [(row["anchor"], row["size"]) for row in rows] == [
        (name, size) for size in (13, 16, 19) for name in ("tsa", HOSTILE)
    ]
    assert [row["note"] is not None for row in rows] == [False, False, True, True, True, True]
    assert [row["document"] is not None for row in rows] == [False, False, True, False, True, False]
    assert rows[2]["document"] == "ledger/anchors/tsa/000000000016.tsr"
    assert rows[0]["held_at"] is not None


def test_whatever_an_anchor_is_called_its_files_lie_in_the_folder_of_anchors(packed: Packed) -> None:
    (folder,) = {Path(row["note"]).parent for row in packed.rows if row["note"] and row["anchor"] == HOSTILE}

    assert folder.parent == Path("ledger/anchors")
    assert folder.name.startswith("evil-")


def test_the_pack_verifies_and_its_checkpoints_lead_to_those_that_are_held(
    packed: Packed, tmp_path: Path
) -> None:
    kept = tmp_path / "held.note"
    kept.write_bytes((packed.folder / packed.rows[2]["note"]).read_bytes())

    report = verify_pack(str(packed.folder), KEY.verifier_key, str(kept))

    assert report.all_problems == []
    assert report.trusted_checkpoints == [{"size": 16, "root": packed.rows[2]["root"]}]


@pytest.mark.parametrize(
    ("size", "root", "is_of_it"),
    [
        (4, None, True),
        (4, "A" * 43 + "=", False),
        (99, "A" * 43 + "=", False),
    ],
)
def test_an_anchor_that_is_said_to_hold_another_ledger_is_found(
    sqlite_database: Database, tmp_path: Path, size: int, root: str | None, is_of_it: bool
) -> None:
    """
    Whoever rewrote the ledger has receipts of the one before.
    """
    a_ledger(sqlite_database)
    with sqlite_database.transaction() as connection:
        first = checkpoints(connection)[0]
        held = replace(first, size=size, root=root or first.root)
        note = KEY.sign(f"{KEY.name}\n{held.size}\n{held.root}\n")
        receipt = Receipt(reference="a shelf", check="cmp {note} held")
        body = AnchorRecord(anchor="safe", size=held.size, root=held.root, note=note, receipt=receipt)
        append(connection, kind=EntryKind.ANCHOR, ref="safe", body=body, recorded_at=NOON + DAY)
        append_all(connection, [a_disposition("chg-later", recorded_at=NOON + DAY)])
        seal(connection, KEY, NOON + DAY)
    a_pack(sqlite_database, tmp_path / "pack")

    problems = verify_pack(str(tmp_path / "pack")).all_problems

    assert bool(problems) is not is_of_it
    assert all("tells of an anchor that holds a checkpoint of another ledger" in one for one in problems)
