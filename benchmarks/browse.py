"""How long each page's rows take to find, in a store of a million changes.

A store of its own is filled with changes, writes and judgements as the program writes them; the ledger has
the entries of the newest. `python -m benchmarks.browse 100000` measures with fewer.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from benchmarks import pages
from benchmarks.browse_store import ACCOUNTS, ACTORS, BETWEEN, FIRST, TYPES, filled
from drift.model.approval import ActionRules
from drift.model.enrolment import EnrolmentRules
from drift.model.finding import FindingKind, FindingStatus
from drift.model.person import People
from drift.model.verdict import Channel, Disposition, Lane, Severity
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
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules
from drift.store.database import Database

CHANGES = 1_000_000
MOST_MS = 100

Look = Callable[[Connection], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """One look at a page, and how long it took."""

    what: str
    milliseconds: float


def measure(changes: int = CHANGES) -> Iterator[str]:
    """Yield of each page how long its rows take at the 95th percentile, and what took longest."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        database = filled(Path(folder) / "store.sqlite3", changes)
        yield f"browse: {changes:,} changes filled in {time.perf_counter() - began:.0f} s"
        for page, looks in _pages(changes).items():
            times = sorted((_timed(database, *look) for look in looks), key=lambda one: one.milliseconds)
            p95, worst = times[int(len(times) * 0.95)], times[-1]
            yield (
                f"browse: {page}, {p95.milliseconds:.0f} ms at p95 of {len(times)} ({MOST_MS} at most),"
                f" {worst.milliseconds:.0f} ms at most: {worst.what}"
            )
        database.close()
        queries = [wanted.query() for wanted in _filters(changes)]
        of_findings = [wanted.query() for wanted in _finding_filters()]
        addresses = pages.addresses_of(changes, queries, of_findings)
        yield from pages.measured(Path(folder) / "store.sqlite3", addresses)


def _timed(database: Database, what: str, look: Look) -> Timed:
    """Return how long a look takes that was not taken before."""
    began = time.perf_counter()
    with database.reading() as connection:
        look(connection)
    return Timed(what=what, milliseconds=(time.perf_counter() - began) * 1000)


def _pages(changes: int) -> Mapping[str, Sequence[tuple[str, Look]]]:
    now = FIRST + changes * BETWEEN
    draw = random.Random(5)
    newest = [changes - 1 - draw.randrange(min(changes, 20_000)) for _ in range(60)]
    month = Month(year=now.year, month=now.month)
    rules = EmergencyRules(actions=ActionRules(), people=People(), environments=())
    routing = RoutingRules()
    few: dict[str, Look] = {
        "accounts": lambda c: account_list(c, now=now, rules=EnrolmentRules(), decision=DecisionRules()),
        "emergencies": lambda c: emergencies(c, month, rules, now=now),
        "waivers": lambda c: waiver_list(c, now=now),
        "health": lambda c: health(c, Watched(sources=("trail", "pull")), now=now),
        "evidence": lambda c: evidence(c, ["stamp"]),
        "overview": lambda c: overview(c, now=now, routing=routing),
    }
    return {
        "changes": [
            (f"{wanted.query()} {place or ''}", _changes_at(wanted, place))
            for wanted in _filters(changes)
            for place in _places(changes)
        ],
        "one change": [(f"{n}", lambda c, n=n: change_detail(c, f"chg-{n:09}", now=now)) for n in newest],
        "findings": [
            (f"{wanted.query()}", lambda c, wanted=wanted: finding_list(c, wanted, now=now))
            for wanted in _finding_filters()
        ],
        "one finding": [(f"{n}", lambda c, n=n: finding_detail(c, f"f-{n:06}", now=now)) for n in range(40)],
        "one resource": [
            (id_, lambda c, id_=id_: resource_history(c, Asked(id=id_), now=now))
            for id_ in (f"res-{n * n:06}" for n in range(60))
        ],
        **{name: [(name, look)] * 20 for name, look in few.items()},
        "held about somebody": [(name, lambda c, name=name: held_about(c, [name])) for name in ACTORS[:40]],
    }


def _changes_at(wanted: ChangeFilter, place: Place | None) -> Look:
    return lambda connection: change_list(connection, wanted, place=place)


def _places(changes: int) -> Iterator[Place | None]:
    """Yield the first page, and pages deep in the past, both ways."""
    yield None
    for share, towards in ((0.6, Towards.OLDER), (0.1, Towards.OLDER), (0.3, Towards.NEWER)):
        number = int(changes * share)
        yield Place(towards=towards, at=FIRST + number * BETWEEN, id=f"chg-{number:09}")


def _filters(changes: int) -> Iterator[ChangeFilter]:
    """Yield filters of one thing, of two and more, those among them that no change fits."""
    whole = changes * BETWEEN
    alone = [
        *(ChangeFilter(disposition=frozenset({one})) for one in Disposition),
        *(ChangeFilter(severity=frozenset({one})) for one in Severity),
        *(ChangeFilter(channel=frozenset({one})) for one in Channel),
        *(ChangeFilter(lane=frozenset({one})) for one in Lane),
        *(ChangeFilter(account=one) for one in (ACCOUNTS[0], ACCOUNTS[-1], "nowhere")),
        *(ChangeFilter(actor=one) for one in (ACTORS[0], ACTORS[5], ACTORS[-1], "nobody")),
        *(ChangeFilter(type=one) for one in (TYPES[0], TYPES[-1])),
        *(ChangeFilter(resource=one) for one in ("res-", "res-0000", "res-012345", "zzz")),
        ChangeFilter(resource_id="RES-000001"),
        ChangeFilter(environment="staging"),
        ChangeFilter(ticket="OPS-77"),
        ChangeFilter(ticket="OPS-0"),
        ChangeFilter(since=FIRST + whole / 3, until=FIRST + whole / 2),
        ChangeFilter(needs=True),
    ]
    yield ChangeFilter()
    yield from alone
    draw = random.Random(3)
    for _ in range(60):
        yield _joined(draw.sample(alone, draw.choice((2, 2, 3))))


def _joined(filters: Sequence[ChangeFilter]) -> ChangeFilter:
    joined = ChangeFilter()
    for one in filters:
        given = {name: getattr(one, name) for name in ChangeFilter.__slots__ if getattr(one, name)}
        joined = replace(joined, **given)
    return joined


def _finding_filters() -> Iterator[FindingFilter]:
    yield from (FindingFilter(), FindingFilter(open=True), FindingFilter(overdue=True))
    yield from (FindingFilter(status=frozenset({one})) for one in FindingStatus)
    yield from (FindingFilter(open=True, kind=frozenset({one})) for one in FindingKind)
    yield from (FindingFilter(account=one, open=True) for one in (*ACCOUNTS, "nowhere"))
    yield from (FindingFilter(type=one, severity=frozenset({Severity.CRITICAL})) for one in TYPES)
    yield from (FindingFilter(baseline=one, owner="nobody") for one in ("prod", "none"))


if __name__ == "__main__":
    for line in measure(*map(int, sys.argv[1:2])):
        print(line, flush=True)
