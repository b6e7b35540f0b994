"""The time line of how pipelines were controlled."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from drift.ledger.entry import NewEntry
from drift.model.evidence import (
    ControlCheckRecord,
    ControlFindingRecord,
    EntryKind,
    GapStatus,
    PipelineControlRecord,
)
from drift.model.pipeline_control import ControlDocument, PipelineControls, Verifiable, findings_of
from tests.ledger.building import NOON
from tests.reports.registering import DAY, HOUR, SINCE, Tables, tables_of
from tests.scenarios.forge import a_bypass, a_repository

TIMELINE, UNVERIFIED = "07_pipeline_controls/timeline", "07_pipeline_controls/not_verifiable"
CHECKS = "07_pipeline_controls/checks"
PLAN = ControlDocument(
    name="environments", status=Verifiable.NOT_VERIFIABLE, text="", why="the plan does not offer them"
)
BEFORE = a_repository("example/infra", ("codeowners", "* @a"), ("rulesets", "[]"))
NOW = a_repository("example/infra", ("codeowners", "* @b"), is_protected=False, bypasses=[a_bypass(at=NOON)])


def looked_at(controls: PipelineControls | None, at: datetime, name: str = "example/infra") -> NewEntry:
    """An entry that says how a repository is controlled."""
    body = PipelineControlRecord(
        host="github", controls=controls, digest=None, digest_before=None, changed=()
    )
    return NewEntry(kind=EntryKind.PIPELINE_CONTROL, ref=name, body=body, recorded_at=at)


def a_check(at: datetime, *not_read: str) -> NewEntry:
    """The line of a day."""
    body = ControlCheckRecord(host="github", repositories=1, changed=0, not_read=not_read)
    return NewEntry(kind=EntryKind.CONTROL_CHECK, ref="github", body=body, recorded_at=at)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tables:
    """A repository that was known before the period and lost its protection in it, and one that went."""
    [weakness] = findings_of("github", NOW)
    found = ControlFindingRecord(status=GapStatus.OPEN, finding=weakness)
    documents = tuple(sorted((*BEFORE.documents, PLAN), key=lambda one: one.name))
    entries = [
        looked_at(a_repository("example/infra", ("codeowners", "old")), SINCE - 9 * DAY),
        looked_at(replace(BEFORE, documents=documents), SINCE - DAY),
        looked_at(a_repository("example/app"), SINCE - DAY, "example/app"),
        looked_at(NOW, NOON + HOUR),
        NewEntry(kind=EntryKind.CONTROL_FINDING, ref="example/infra", body=found, recorded_at=NOON + HOUR),
        looked_at(None, NOON + DAY, "example/app"),
        a_check(SINCE - DAY),
        a_check(NOON),
        a_check(NOON + DAY, "example/secret: the token may not read it"),
    ]
    return tables_of(tmp_path_factory.mktemp("controls"), sqlite_template, entries)


def test_the_time_line_begins_with_how_it_stood_and_goes_on_with_the_news(tables: Tables) -> None:
    told = [(row["at"][:16], row["event"], row["what"], row["status"]) for row in tables.rows(TIMELINE)]

    assert told == [
        ("2026-10-31T00:00", "stood", "codeowners", "read"),
        ("2026-10-31T00:00", "stood", "environments", "not_verifiable"),
        ("2026-10-31T00:00", "stood", "rulesets", "read"),
        ("2026-11-20T12:00", "bypass", "1", ""),
        ("2026-11-20T13:00", "changed", "default branch", ""),
        ("2026-11-20T13:00", "changed", "codeowners", "read"),
        ("2026-11-20T13:00", "gone", "environments", ""),
        ("2026-11-20T13:00", "gone", "rulesets", ""),
        ("2026-11-20T13:00", "weakness found", "unprotected-branch", ""),
        ("2026-11-21T12:00", "out of scope", "", ""),
    ]


def test_each_version_of_a_document_stands_in_the_pack_under_its_hash(tables: Tables) -> None:
    row = tables.row(TIMELINE, event="changed", what="codeowners")

    assert (tables.folder / row["file"]).read_text() == "* @b"
    assert row["file"] == f"07_pipeline_controls/documents/{row['sha256']}.txt"
    before = tables.folder / f"07_pipeline_controls/documents/{row['sha256_before']}.txt"
    assert before.read_text() == "* @a"


def test_who_got_round_the_rules_is_named(tables: Tables) -> None:
    row = tables.row(TIMELINE, event="bypass")

    assert (row["by"], row["ref"], row["text"]) == ("alice", "refs/heads/main", "pushed c0ffee")


def test_what_nobody_can_verify_is_kept_apart_with_the_reason(tables: Tables) -> None:
    found = [(row["repository"], row["what"], row["why"]) for row in tables.rows(UNVERIFIED)]

    assert found == [
        ("example/infra", "environments", "the plan does not offer them"),
        ("example/secret", "the repository", "the token may not read it"),
    ]


def test_there_were_never_more_looks_than_days(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    """
    Two days from noon to noon touch three of the calendar.
    """
    looks = [a_check(NOON + hours * HOUR) for hours in (1, 20, 40)]

    tables = tables_of(
        tmp_path_factory.mktemp("noon"), sqlite_template, looks, since=NOON, until=NOON + 2 * DAY
    )

    row = tables.row("01_ipe/registers", path=CHECKS)
    assert row["statement"] == "2 of 2 days on which repositories were looked at"


def test_the_register_says_on_how_many_days_it_was_looked(tables: Tables) -> None:
    row = tables.row("01_ipe/registers", path=TIMELINE)

    assert row["statement"] == "2 of 30 days on which repositories were looked at"


def test_where_no_code_host_is_configured_nobody_looked(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    tables = tables_of(tmp_path_factory.mktemp("none"), sqlite_template, [a_check(SINCE - DAY)])

    assert tables.row("01_ipe/registers", path=TIMELINE)["state"] == "did not operate"
