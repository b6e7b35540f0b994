"""How far a pack goes is decided by what was connected and told something, and never by the wish for it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from drift.document_watch import keep_documents
from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all
from drift.ledger.verify import verify_pack
from drift.model.company import Company, CompanyDocument, DocumentKind
from drift.model.connected import ConnectedSystem
from drift.model.control import Means, Operation, PointOfFocus, Support, Working
from drift.ports import AdapterKind
from drift.reports.controls import answer, points_of_focus
from drift.store.database import Database
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition
from tests.reports.packs import a_ledger, a_pack
from tests.reports.test_pack import table_of

OPERATED = Operation(working=Working.OPERATED, said="")
IDLE = Operation(working=Working.IDLE, said="it told nothing")
ABSENT = Operation(working=Working.ABSENT, said="none is connected")

POINT = PointOfFocus(
    slug="cc8.1/approves",
    meaning="",
    reaches=Support.SUPPORTS,
    shows="",
    leaves="with care, nothing shows",
    needs=(frozenset({Means.AUDIT_LOGS}), frozenset({Means.TICKETS, Means.CODE_HOST})),
    helps=(Means.CANARIES,),
    files=("02_population/changes",),
)


def files(patterns: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{one}.csv" for one in patterns)


@pytest.mark.parametrize(
    ("differently", "support", "because"),
    [
        ({}, Support.SUPPORTS, ("with care, nothing shows",)),
        ({Means.TICKETS: ABSENT}, Support.SUPPORTS, ("with care, nothing shows",)),
        ({Means.AUDIT_LOGS: ABSENT}, Support.CANNOT_SHOW, ("none is connected", "with care, nothing shows")),
        (
            {Means.TICKETS: IDLE, Means.CODE_HOST: ABSENT},
            Support.PARTLY,
            ("it told nothing", "none is connected", "with care, nothing shows"),
        ),
        (
            {Means.TICKETS: ABSENT, Means.CODE_HOST: ABSENT},
            Support.CANNOT_SHOW,
            ("none is connected", "with care, nothing shows"),
        ),
        ({Means.CANARIES: ABSENT}, Support.PARTLY, ("none is connected", "with care, nothing shows")),
    ],
)
def test_a_point_is_supported_as_far_as_what_it_rests_on_worked(
    differently: dict[Means, Operation], support: Support, because: tuple[str, ...]
) -> None:
    said = answer(POINT, {**dict.fromkeys(Means, OPERATED), **differently}, files)

    assert (said.support, said.because) == (support, because)
    assert bool(said.files) is (support is not Support.CANNOT_SHOW)


def test_what_no_pack_can_show_this_one_cannot() -> None:
    said = answer(replace(POINT, reaches=Support.CANNOT_SHOW), dict.fromkeys(Means, OPERATED), files)

    assert said.support is Support.CANNOT_SHOW


def test_every_point_says_what_it_leaves_unless_it_reaches_all() -> None:
    points = points_of_focus()

    assert len({one.slug for one in points}) == len(points)
    assert {one.criterion for one in points} == {"CC6.1", "CC6.8", "CC7.1", "CC7.2", "CC8.1"}
    for one in points:
        assert one.leaves or one.reaches is Support.SUPPORTS, one.slug
        assert (one.reaches is Support.CANNOT_SHOW) == (not one.files), one.slug
        assert "compliant" not in f"{one.meaning} {one.shows} {one.leaves}".lower()


def test_a_pack_without_ticket_system_cannot_show_approvals_and_says_why(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    Nor can it with one that no change names: then it says which.
    """
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1"), a_coverage()])
        seal(connection, KEY, NOON)

    jira = ConnectedSystem(kind=AdapterKind.TICKETS, name="jira", type="jira-cloud")
    a_pack(sqlite_database, tmp_path / "without")
    a_pack(sqlite_database, tmp_path / "with", connected=(jira,))

    without, with_jira = (said(tmp_path / name)["cc8.1/approves"] for name in ("without", "with"))
    assert (without["support"], without["files"]) == ("cannot show", "")
    assert "no ticket system is connected; no code host is connected" in without["because"]
    assert with_jira["support"] == "partly supports"
    assert "1 ticket system (jira) is connected, and none was named by a change" in with_jira["because"]
    assert verify_pack(str(tmp_path / "without")).all_problems == []


def test_what_the_pack_points_to_is_there(sqlite_database: Database, tmp_path: Path) -> None:
    policy = tmp_path / "policy.pdf"
    policy.write_bytes(b"ask first")
    kind = DocumentKind.CHANGE_POLICY
    one = CompanyDocument(name="Policy", kind=kind, path=policy, version=None, owner=None)
    keep_documents(sqlite_database, [one], NOON)
    a_ledger(sqlite_database)

    a_pack(sqlite_database, tmp_path / "pack", company=Company(documents=(one,)))

    rows = said(tmp_path / "pack")
    pointed = {file for row in rows.values() for file in row["files"].split("; ") if file}
    page = (tmp_path / "pack/10_mapping/control_map.html").read_text()
    assert "11_company/documents/" in pointed
    assert all((tmp_path / "pack" / file).exists() for file in pointed)
    assert all(f'href="../{file}"' in page for file in pointed)
    assert "attached no change management policy" not in rows["cc8.1/lifecycle"]["because"]
    assert "1 gap not filled, 1 record unreadable" in rows["cc8.1/lifecycle"]["because"]


def said(pack: Path) -> dict[str, dict[str, str]]:
    return {row["point_of_focus"]: row for row in table_of(pack / "10_mapping/tsc_matrix.csv")}
