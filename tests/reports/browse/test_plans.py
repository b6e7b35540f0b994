"""No page reads a whole table that grows with the years, whatever somebody asks for."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from drift.model.approval import ActionRules
from drift.model.enrolment import EnrolmentRules
from drift.model.finding import FindingKind, FindingStatus
from drift.model.person import People
from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.reports.browse import places, search
from drift.reports.browse.accounts import account_list
from drift.reports.browse.change_detail import change_detail
from drift.reports.browse.change_filter import ChangeFilter
from drift.reports.browse.change_list import change_list
from drift.reports.browse.emergencies import EmergencyRules, emergencies
from drift.reports.browse.evidence import evidence
from drift.reports.browse.finding_detail import finding_detail
from drift.reports.browse.finding_filter import FindingFilter
from drift.reports.browse.finding_list import finding_list
from drift.reports.browse.health import Watched, health
from drift.reports.browse.held_about import held_about
from drift.reports.browse.overview import overview
from drift.reports.browse.places import Place, Towards
from drift.reports.browse.resource_history import Asked, resource_history
from drift.reports.browse.waivers import waiver_list
from drift.reports.emergency import Month
from drift.reports.population import Period
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from tests.builders import NOON, a_finding, a_judgement
from tests.reports.browse.listing import ACCOUNTS, ACTORS, TYPES, filled
from tests.store.test_indexes import asked, plan
from tests.world import World

LARGE = (
    "change",
    "change_line",
    "write",
    "change_write",
    "change_session",
    "finding",
    "ledger",
    "evidence_body",
)
"""What has a row for every change, every write, every finding or every entry."""

Look = Callable[[Connection], object]

PERIOD = Period(since=NOON, until=NOON + timedelta(days=9))
PLACES = (
    None,
    Place(towards=Towards.OLDER, at=NOON + timedelta(hours=9), id="chg"),
    Place(towards=Towards.NEWER, at=NOON + timedelta(hours=2), id="chg"),
)
RULES = EmergencyRules(actions=ActionRules(), people=People(), environments=())


def change_filters() -> Iterator[ChangeFilter]:
    alone = {
        "disposition": frozenset({Disposition.AUTHORISED, Disposition.PENDING}),
        "severity": frozenset({Severity.HIGH}),
        "channel": frozenset({Channel.CONSOLE}),
        "lane": frozenset(Lane),
        "environment": "production",
        "account": ACCOUNTS[0],
        "actor": ACTORS[0],
        "type": TYPES[0],
        "resource": "sg-",
        "resource_id": "sg-1",
        "ticket": "OPS-1",
        "since": NOON,
        "until": NOON + timedelta(hours=20),
        "needs": True,
    }
    yield ChangeFilter()
    for one in alone:
        for other in alone:
            yield ChangeFilter(**{one: alone[one], other: alone[other]})  # type: ignore[arg-type]


def finding_filters() -> Iterator[FindingFilter]:
    yield FindingFilter()
    yield FindingFilter(open=True, severity=frozenset({Severity.HIGH}))
    yield FindingFilter(status=frozenset({FindingStatus.OPEN}), account="111122223333")
    yield FindingFilter(kind=frozenset({FindingKind.DRIFTED}), type="aws_security_group")
    yield FindingFilter(overdue=True, owner="dave", baseline="prod")


LOOKS: dict[str, Look] = {
    "one change": lambda c: change_detail(c, "chg-1", now=NOON),
    "one finding": lambda c: finding_detail(c, "f-1", now=NOON),
    "one resource": lambda c: resource_history(c, Asked(id="sg-1", type="aws_vpc"), now=NOON, within=PERIOD),
    "one address": lambda c: resource_history(c, Asked(address="aws_vpc.main"), now=NOON),
    "accounts": lambda c: account_list(c, now=NOON, rules=EnrolmentRules(), decision=DecisionRules()),
    "emergencies": lambda c: emergencies(c, Month(year=2026, month=11), RULES, now=NOON),
    "waivers": lambda c: waiver_list(c, now=NOON),
    "health": lambda c: health(c, Watched(sources=("trail",), anchors=("stamp",)), now=NOON),
    "evidence": lambda c: evidence(c, ["stamp"]),
    "overview": lambda c: overview(c, now=NOON, within=PERIOD),
    "held about somebody": lambda c: held_about(c, ["alice", "bob"], within=PERIOD),
}


@pytest.mark.parametrize("most", [3, 10_000], ids=["where many fit", "where few do"])
def test_the_lists_find_their_rows_by_an_index(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    filled(sqlite_database, 30)
    World(database=sqlite_database).compared(*(a_finding(f"f-{n}") for n in range(9)))
    for module in (search, places):
        monkeypatch.setattr(module, "MOST_LOOKED_THROUGH", most)
    looks: dict[str, Look] = {}
    for place in PLACES:
        for wanted in change_filters():
            looks[f"{wanted.query()} {place}"] = lambda c, w=wanted, p=place: change_list(  # type: ignore[misc]
                c, w, place=p, within=PERIOD
            )
        for found in finding_filters():
            looks[f"{found.query()} {place}"] = lambda c, w=found, p=place: finding_list(  # type: ignore[misc]
                c, w, place=p, now=NOON, within=PERIOD
            )

    assert badly_found(sqlite_database, looks) == {}


def test_the_other_pages_find_their_rows_by_an_index(sqlite_database: Database) -> None:
    World(database=sqlite_database).happened(judged=a_judgement())

    assert badly_found(sqlite_database, LOOKS) == {}


def badly_found(database: Database, looks: dict[str, Look]) -> dict[str, list[str]]:
    """Return the steps by which a whole table is read or sorted, by the page that asks for it."""
    wrong: dict[str, list[str]] = {}
    known: dict[str, list[str]] = {}
    for name, look in looks.items():
        with database.reading() as connection:
            with asked(connection) as statements:
                look(connection)
            for statement, values in statements:
                if statement not in known:
                    steps = plan(connection, f"EXPLAIN QUERY PLAN {statement}", values)
                    known[statement] = [step for step in steps if is_wide(step, steps, statement)]
                if known[statement]:
                    wrong.setdefault(name, []).extend([statement, *known[statement]])
    return wrong


def is_wide(step: str, steps: list[str], statement: str) -> bool:
    """Tell whether a step goes through all of a large table: only in order of an index, up to a limit."""
    if not any(
        step.startswith((f"SCAN {name} ", f"SCAN {name}")) and name == step.split()[1] for name in LARGE
    ):
        return False
    is_in_order = "USING" in step and "LIMIT" in statement
    return not is_in_order or any(one.startswith("USE TEMP B-TREE FOR ORDER BY") for one in steps)
