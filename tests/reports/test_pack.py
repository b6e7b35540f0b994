"""What a pack holds, and that it can be verified anywhere."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text

from drift.errors import LedgerIntegrityError, UsageError
from drift.ledger import verify
from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all
from drift.ledger.verify import verify_pack
from drift.model.change import Amendment
from drift.model.evidence import AmendmentRecord, EntryKind, GapStatus
from drift.store.database import Database
from tests.builders import a_classification, a_write, an_event
from tests.ledger.building import KEY, NOON, OTHER_KEY, a_coverage, a_disposition, a_gap, an_entry
from tests.reports.packs import DAY, FILES, a_ledger, a_pack


@pytest.fixture
def pack(sqlite_database: Database, tmp_path: Path) -> Path:
    a_ledger(sqlite_database)
    a_pack(sqlite_database, tmp_path / "pack")
    return tmp_path / "pack"


def test_a_pack_holds_these_files(pack: Path) -> None:
    assert files_in(pack) == FILES


def test_an_untouched_pack_verifies(database: Database, tmp_path: Path) -> None:
    a_ledger(database)
    a_pack(database, tmp_path / "pack")

    report = verify_pack(str(tmp_path / "pack"), KEY.verifier_key)

    assert report.all_problems == []
    assert [report.verdict(question) for question in verify.QUESTIONS] == ["ok", "ok", "ok"]


def test_two_packs_of_one_ledger_are_alike_to_the_byte(database: Database, tmp_path: Path) -> None:
    a_ledger(database)

    first = a_pack(database, tmp_path / "first", since=NOON)
    with database.transaction() as connection:
        append_all(connection, [an_entry(kind=EntryKind.EXPORT)])
        seal(connection, KEY, NOON + DAY)
    second = a_pack(database, tmp_path / "second", since=NOON)

    assert first.manifest_sha256 == second.manifest_sha256
    assert files_in(tmp_path / "first") == files_in(tmp_path / "second")
    for name in files_in(tmp_path / "first"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_the_verifier_inside_runs_alone(pack: Path) -> None:
    verifier = [sys.executable, "-I", "verify/verify_pack.py", "."]

    run = subprocess.run(verifier, cwd=pack, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("INTEGRITY     ok")
    assert "COMPLETENESS  ok" in run.stdout
    assert "ORIGIN        unknown" in run.stdout
    assert "What this does not prove" in run.stdout
    assert run.stderr == ""
    assert files_in(pack) == FILES


def test_the_verifier_inside_prints_one_object(pack: Path) -> None:
    verifier = [sys.executable, "-I", "verify/verify_pack.py", ".", "--json", "--key", KEY.verifier_key]

    run = subprocess.run(verifier, cwd=pack, capture_output=True, text=True, check=False)

    report = json.loads(run.stdout)
    assert run.returncode == 0
    assert report["origin"] == {"verdict": "ok", "problems": []}
    assert report["checkpoint"]["size"] == 13
    assert report["counts"]["changes"] == 4
    assert report["problems"] == []


def test_a_key_in_a_file_is_trusted(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(f"the key of example, as told on the phone:\n{KEY.verifier_key}\n")

    report = verify_pack(str(pack), str(tmp_path / "key.txt"))

    assert report.verdict(verify.ORIGIN) == "ok"


def test_another_key_fails_the_origin_alone(pack: Path) -> None:
    report = verify_pack(str(pack), OTHER_KEY.verifier_key)

    assert [report.verdict(question) for question in verify.QUESTIONS] == ["ok", "ok", "failed"]


def test_the_population_is_what_the_ledger_says_last(pack: Path) -> None:
    changes = rows_of(pack / "02_population/changes.jsonl")
    findings = rows_of(pack / "02_population/drift.jsonl")

    assert [row["change_id"] for row in changes] == ["chg-2", "chg-1", "chg-3", "chg-4"]
    assert [row["ledger_seq"] for row in changes] == [2, 4, 5, 6]
    assert (changes[1]["disposition"], changes[1]["ticket"]) == ("authorised", "OPS-1")
    assert [(row["finding_id"], row["status"]) for row in findings] == [
        ("fnd-1", "resolved"),
        ("fnd-2", "open"),
    ]
    assert findings[0]["attributes"][0]["live"] == [{"from_port": 22, "weight": 1.5}]


def test_what_the_policy_leaves_out_is_counted_by_the_latest_word_on_each_write(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    One is left out, one was until it was corrected, one only asks for something called an exclusion,
    one lies outside of the period.
    """
    out = structs.replace(a_classification(), exclusion="the autoscaler's")
    asks = an_event(event_id="3", request={"exclusion": "x"})
    writes = [
        a_write(an_event(event_id="1", at=NOON), classification=out),
        a_write(an_event(event_id="2", at=NOON), classification=out),
        a_write(asks),
        a_write(an_event(event_id="4", at=NOON - DAY), classification=out),
    ]
    amended = AmendmentRecord(why=Amendment.CORRECTED, records=(), write=a_write(an_event(event_id="2")))
    with sqlite_database.transaction() as connection:
        append_all(connection, [an_entry(one.event.key, one) for one in writes])
        append_all(connection, [an_entry("aws:2", amended, kind=EntryKind.AMENDMENT)])
        seal(connection, KEY, NOON)

    a_pack(sqlite_database, tmp_path / "pack", since=NOON)

    summary = json.loads((tmp_path / "pack" / "01_ipe" / "summary.json").read_text())
    assert summary["counts"]["writes_excluded"] == 1
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_the_totals_are_counted(pack: Path) -> None:
    summary = json.loads((pack / "01_ipe/summary.json").read_text())

    assert summary["counts"] == {
        "entries": 13,
        "entries_by_kind": {
            "config_version": 1,
            "coverage": 1,
            "disposition": 5,
            "finding": 3,
            "gap": 1,
            "observation": 2,
        },
        "changes": 4,
        "changes_by_disposition": {"authorised": 1, "unticketed": 3},
        "changes_by_channel": {"console": 3, "pipeline": 1},
        "changes_by_severity": {"high": 4},
        "findings": 2,
        "findings_by_kind": {"drifted": 1, "unmanaged": 1},
        "findings_by_status": {"open": 1, "resolved": 1},
        "records_read": 40,
        "records_unreadable": 1,
        "gaps": 1,
        "gaps_closed": 0,
        "writes_excluded": 0,
    }


@pytest.mark.parametrize(
    ("period", "changes", "findings", "coverage", "gaps"),
    [
        ({"since": NOON}, ["chg-1", "chg-3", "chg-4"], ["fnd-1", "fnd-2"], 1, 1),
        ({"since": NOON, "until": NOON + DAY}, ["chg-1"], ["fnd-1", "fnd-2"], 1, 1),
        ({"until": NOON}, ["chg-2"], [], 0, 1),
        ({"since": NOON + timedelta(days=1, seconds=1)}, ["chg-4"], ["fnd-2"], 0, 0),
        ({"since": NOON + 9 * DAY, "until": NOON + 10 * DAY}, [], ["fnd-2"], 0, 0),
    ],
)
def test_a_period_holds_what_belongs_to_it(
    sqlite_database: Database,
    tmp_path: Path,
    period: dict[str, object],
    changes: list[str],
    findings: list[str],
    coverage: int,
    gaps: int,
) -> None:
    a_ledger(sqlite_database)

    a_pack(sqlite_database, tmp_path / "pack", **period)

    listed = tmp_path / "pack" / "02_population"
    assert [row["change_id"] for row in rows_of(listed / "changes.jsonl")] == changes
    assert [row["finding_id"] for row in rows_of(listed / "drift.jsonl")] == findings
    assert len(table_of(tmp_path / "pack/01_ipe/coverage.csv")) == coverage
    assert len(table_of(tmp_path / "pack/01_ipe/gaps.csv")) == gaps
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_a_time_that_is_not_known_belongs_to_every_period(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_coverage(from_at=None, to_at=None)])
        seal(connection, KEY, NOON)

    a_pack(sqlite_database, tmp_path / "pack", since=NOON + DAY)

    assert len(table_of(tmp_path / "pack/01_ipe/coverage.csv")) == 1
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_changes_of_one_second_stand_in_the_order_of_their_fractions(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    As text, `12:00:00.5Z` sorts before `12:00:00Z`.
    """
    with sqlite_database.transaction() as connection:
        append_all(
            connection,
            [
                a_disposition("chg-b", began_at=NOON + timedelta(milliseconds=500)),
                a_disposition("chg-a", began_at=NOON),
            ],
        )
        seal(connection, KEY, NOON)

    a_pack(sqlite_database, tmp_path / "pack")

    changes = rows_of(tmp_path / "pack/02_population/changes.jsonl")
    assert [row["change_id"] for row in changes] == ["chg-a", "chg-b"]
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_an_empty_population_is_a_pack_too(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_coverage()])
        seal(connection, KEY, NOON)

    summary = a_pack(sqlite_database, tmp_path / "pack")

    assert (summary.entries, summary.changes, summary.findings) == (1, 0, 0)
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_tables_hold_no_formulas_and_nothing_hidden(pack: Path) -> None:
    changes, gaps = table_of(pack / "02_population/changes.csv"), table_of(pack / "01_ipe/gaps.csv")

    assert changes[2]["actor"] == '\'=HYPERLINK("http://example.com")'
    assert changes[1]["reasons"] == "a person, with console; no ticket names the resource"
    assert (changes[1]["alert"], changes[1]["address"]) == ("true", "")
    assert gaps[0]["error"] == "'@SUM(1+1)\\u0009\\u202e"


def test_a_change_says_what_was_done(pack: Path) -> None:
    """
    Without it a sampler could not tell the creation of a role from the deletion of a trail.
    """
    table = (pack / "02_population/changes.csv").read_text()

    assert ",address,summary,actor," in table.splitlines()[0]
    assert rows_of(pack / "02_population/changes.jsonl")[0]["summary"] == "opened tcp/22 to 0.0.0.0/0"
    assert table_of(pack / "02_population/changes.csv")[0]["summary"] == "opened tcp/22 to 0.0.0.0/0"


def test_a_gap_that_was_filled_is_listed_with_its_end_and_counted_apart(
    database: Database, tmp_path: Path
) -> None:
    outage = replace(a_gap().body, gap_id="gap-1", owner="ops")  # type: ignore[type-var]
    filled = replace(outage, status=GapStatus.CLOSED, from_at=NOON, to_at=NOON + timedelta(hours=1))
    with database.transaction() as connection:
        append_all(connection, [replace(a_gap(), body=body) for body in (outage, filled)])
        seal(connection, KEY, NOON)
    a_pack(database, tmp_path / "pack")

    summary = json.loads((tmp_path / "pack/01_ipe/summary.json").read_text())
    rows = table_of(tmp_path / "pack/01_ipe/gaps.csv")
    assert (summary["counts"]["gaps"], summary["counts"]["gaps_closed"]) == (1, 1)
    assert [(row["status"], row["gap_id"], row["owner"], row["to_at"]) for row in rows] == [
        ("open", "gap-1", "ops", ""),
        ("closed", "gap-1", "ops", "2026-11-20T13:00:00Z"),
    ]
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_a_gap_that_somebody_accepted_is_listed_with_who_and_why_and_is_not_filled(
    database: Database, tmp_path: Path
) -> None:
    lost = replace(a_gap().body, gap_id="gap-1")  # type: ignore[type-var]
    accepted = replace(lost, status=GapStatus.ACCEPTED, by="dana", reason="the logs expired")
    with database.transaction() as connection:
        append_all(connection, [replace(a_gap(), body=body) for body in (lost, accepted)])
        seal(connection, KEY, NOON)
    a_pack(database, tmp_path / "pack")

    summary = json.loads((tmp_path / "pack/01_ipe/summary.json").read_text())
    rows = table_of(tmp_path / "pack/01_ipe/gaps.csv")
    counts = summary["counts"]
    assert (counts["gaps"], counts["gaps_closed"], counts["gaps_accepted"]) == (1, 0, 1)
    assert [(row["status"], row["by"], row["reason"]) for row in rows] == [
        ("open", "", ""),
        ("accepted", "dana", "the logs expired"),
    ]
    page = " ".join((tmp_path / "pack/00_START_HERE.html").read_text(encoding="utf-8").split())
    assert "Of 1 gap somebody accepted" in page
    assert verify_pack(str(tmp_path / "pack")).all_problems == []


def test_coverage_is_nowhere_taken_for_more_than_it_is(pack: Path) -> None:
    summary = json.loads((pack / "01_ipe/summary.json").read_text())
    page = " ".join((pack / "00_START_HERE.html").read_text(encoding="utf-8").split())

    assert "does not prove that the cloud delivered everything" in summary["meaning"]["01_ipe/coverage"]
    assert "not that the cloud had delivered everything" in page
    assert "not that the cloud had delivered everything" in verify.NOT_PROVEN
    points = table_of(pack / "10_mapping/tsc_matrix.csv")
    [monitors] = [row for row in points if row["point_of_focus"] == "cc7.1/monitors"]
    assert "do not prove that the cloud had delivered everything" in monitors["evidence"]


def test_the_first_page_needs_no_script_and_nothing_from_elsewhere(pack: Path) -> None:
    page = (pack / "00_START_HERE.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "http" not in page
    assert "what it does not prove" in page
    assert "1 authorised, 3 unticketed" in page
    assert "python3 -I verify/verify_pack.py" in page
    assert KEY.verifier_key.replace("+", "&#43;") in page or KEY.verifier_key in page
    assert "compliant" not in page
    assert page.count("IPE") == page.count("information produced by the entity, IPE") == 1


def test_the_private_key_is_not_in_the_pack(pack: Path) -> None:
    for name in FILES:
        content = (pack / name).read_bytes()
        assert KEY.signer.secret not in content
        assert b"PRIVATE" not in content


def test_one_checkpoint_a_day_is_enough(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.transaction() as connection:
        for hour in (0, 1, 2, 14):
            append_all(connection, [a_gap()])
            seal(connection, KEY, NOON + timedelta(hours=hour))

    a_pack(sqlite_database, tmp_path / "pack")

    names = sorted(path.name for path in (tmp_path / "pack/ledger/checkpoints").iterdir())
    assert names == ["000000000003.note", "000000000004.note"]


def test_what_is_not_sealed_yet_is_not_in_the_pack(sqlite_database: Database, tmp_path: Path) -> None:
    a_ledger(sqlite_database)
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-9")])

    assert a_pack(sqlite_database, tmp_path / "pack").entries == 13


def test_a_folder_in_use_is_refused_and_left_alone(sqlite_database: Database, tmp_path: Path) -> None:
    a_ledger(sqlite_database)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="is there already"):
        a_pack(sqlite_database, tmp_path / "pack")

    assert files_in(tmp_path / "pack") == ["mine.txt"]


@pytest.mark.parametrize("folder", ["empty", "new", "deep/er"])
def test_an_empty_or_new_folder_is_used(sqlite_database: Database, tmp_path: Path, folder: str) -> None:
    a_ledger(sqlite_database)
    (tmp_path / "empty").mkdir()

    a_pack(sqlite_database, tmp_path / folder)

    assert files_in(tmp_path / folder) == FILES


def test_a_place_that_cannot_be_written_to_is_named(sqlite_database: Database, tmp_path: Path) -> None:
    a_ledger(sqlite_database)
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="cannot be written"):
        a_pack(sqlite_database, tmp_path / "file" / "pack")


def test_without_a_checkpoint_there_is_nothing_to_export(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sealed evidence"):
        a_pack(sqlite_database, tmp_path / "pack")


def test_another_key_does_not_sign_for_the_ledger(sqlite_database: Database, tmp_path: Path) -> None:
    a_ledger(sqlite_database)

    with pytest.raises(LedgerIntegrityError, match="sealed by another key"):
        a_pack(sqlite_database, tmp_path / "pack", key=OTHER_KEY)


def test_a_ledger_that_was_altered_gives_no_pack(sqlite_database: Database, tmp_path: Path) -> None:
    a_ledger(sqlite_database)
    with sqlite_database.transaction() as connection:
        connection.execute(text("UPDATE evidence_body SET body = '{}' WHERE seq = 5"))

    with pytest.raises(LedgerIntegrityError, match="entry 5"):
        a_pack(sqlite_database, tmp_path / "pack")

    assert [path.name for path in tmp_path.iterdir() if "pack" in path.name] == []


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_documents_that_are_made_in_another_process_are_the_same(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_ledger(sqlite_database)
    here = a_pack(sqlite_database, tmp_path / "here")
    monkeypatch.setattr("drift.reports.pack.workbooks.FEW", 0)

    elsewhere = a_pack(sqlite_database, tmp_path / "elsewhere")

    assert list((tmp_path / "elsewhere").rglob("dossier.pdf"))
    assert elsewhere.manifest_sha256 == here.manifest_sha256
