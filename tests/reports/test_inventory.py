"""The inventory has what is known, and says what nobody said of it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all
from drift.model.company import Company, StatedScope, SystemKind
from drift.model.connected import Configured, ConnectedSystem
from drift.model.resource import Cloud
from drift.ports import AdapterKind
from drift.store.database import Database
from tests.builders import a_deployment
from tests.ledger.building import KEY, NOON, a_coverage, a_disposition, a_finding
from tests.reports.packs import DAY, a_pack
from tests.reports.registering import SINCE, tables_of
from tests.reports.test_pack import table_of
from tests.reports.test_register_duties import a_run
from tests.reports.test_register_pipeline_controls import looked_at
from tests.scenarios.forge import a_repository

SHOP, LAB = "111122223333", "444455556666"


def a_rule(id_: str, kind: SystemKind = SystemKind.ACCOUNT, *, is_in: bool = True) -> StatedScope:
    return StatedScope(
        name=f"rule {id_}",
        kind=kind,
        id=re.compile(id_.replace("*", ".*")),
        written=id_,
        is_in_scope=is_in,
        reason="customers' data",
        owner="erin",
    )


def listed(database: Database, folder: Path, **asked: object) -> dict[tuple[str, str], dict[str, str]]:
    """Return the inventory of an estate of two accounts, a project of flags, tickets and a state."""
    coverage, found = a_coverage(), a_finding()
    differs = replace(found.body, finding=replace(found.body.finding, state="s3://states/shop"))
    with database.transaction() as connection:
        append_all(
            connection,
            [
                a_disposition("chg-1", account=SHOP, ticket="OPS-1", ticket_system="jira"),
                a_disposition("chg-2", account=SHOP),
                a_disposition("chg-3", account="web/production", cloud=Cloud.LAUNCHDARKLY),
                replace(coverage, body=replace(coverage.body, account=LAB)),
                replace(found, body=differs),
            ],
        )
        seal(connection, KEY, NOON + DAY)
    a_pack(database, folder, **asked)
    return {(row["kind"], row["id"]): row for row in table_of(folder / "11_company/inventory.csv")}


def test_what_nobody_listed_is_shown_as_not_stated(sqlite_database: Database, tmp_path: Path) -> None:
    found = listed(sqlite_database, tmp_path / "pack")

    assert {key: (row["in_scope"], row["known_from"], row["changes"]) for key, row in found.items()} == {
        ("account", SHOP): ("not stated", "changes", "2"),
        ("account", LAB): ("not stated", "coverage", ""),
        ("flags", "web/production"): ("not stated", "changes", "1"),
        ("state", "s3://states/shop"): ("not stated", "findings", ""),
        ("ticket-project", "OPS"): ("not stated", "tickets of changes", "1"),
    }


def test_the_company_says_what_is_in_scope_and_why(sqlite_database: Database, tmp_path: Path) -> None:
    """
    The first rule that fits counts; of accounts that none names, `[scope]` tells.
    """
    company = Company(
        systems=(
            a_rule("s3://states/*", SystemKind.STATE),
            a_rule("OPS", SystemKind.TICKET_PROJECT, is_in=False),
            a_rule("999900001111"),
        )
    )
    configured = Configured(
        accounts=(re.compile(SHOP),), pipelines=("deploy",), repositories=("example/infra",)
    )
    jira = ConnectedSystem(kind=AdapterKind.TICKETS, name="jira", type="jira-cloud")

    found = listed(
        sqlite_database, tmp_path / "pack", company=company, configured=configured, connected=(jira,)
    )

    told = {id_: (row["in_scope"], row["reason"], row["stated_as"]) for (_, id_), row in found.items()}
    assert told[SHOP] == ("in", "among the accounts of [scope]", "[scope]")
    assert told[LAB] == ("out", "not among the accounts of [scope]", "[scope]")
    assert told["s3://states/shop"] == ("in", "customers' data", "rule s3://states/*")
    assert told["OPS"] == ("out", "customers' data", "rule OPS")
    assert told["jira (jira-cloud)"][0] == told["deploy"][0] == told["example/infra"][0] == "not stated"
    assert found["account", "999900001111"]["known_from"] == "[[system]] alone"


def test_a_repository_of_another_period_is_not_in_the_inventory(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    """
    One that was in scope when the period began is, though nothing was said of it since.
    """
    old, new = (replace(a_deployment(run_id=one), repository=f"example/{one}") for one in ("old", "new"))
    entries = [
        replace(a_run(old, "chg-1"), recorded_at=SINCE - DAY),
        a_run(new, "chg-2"),
        looked_at(a_repository("example/stands"), SINCE - DAY, "example/stands"),
        looked_at(a_repository("example/gone"), SINCE - 2 * DAY, "example/gone"),
        looked_at(None, SINCE - DAY, "example/gone"),
        looked_at(a_repository("example/left"), SINCE - DAY, "example/left"),
        looked_at(None, SINCE + DAY, "example/left"),
    ]

    tables = tables_of(tmp_path_factory.mktemp("inventory"), sqlite_template, entries)

    rows = tables.rows("11_company/inventory")
    assert {row["id"] for row in rows if row["kind"] == "repository"} == {
        "example/new",
        "example/stands",
        "example/left",
    }
