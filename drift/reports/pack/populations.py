"""The populations, as they follow from the ledger, row by row."""

from collections.abc import Iterator

from drift.reports.pack.listing import Listing, Shape
from drift.reports.pack.view import View

CHANGE_COLUMNS = (
    *("change_id", "session_id", "began_at", "ended_at"),
    *("cloud", "account", "region", "environment", "resource_type", "resource_id", "address"),
    *("summary", "actor", "corrected_actor", "actor_kind", "principal", "channel", "lane", "tool"),
    *("disposition", "severity", "alert", "reasons"),
    *("ticket_system", "ticket", "approver", "approved_at", "deployment", "link_method", "link_confidence"),
    *("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "tests"),
    *("events", "event_sha256", "recorded_at", "ledger_seq", "leaf_hash"),
)
FINDING_COLUMNS = (
    *("finding_id", "kind", "status", "severity", "account", "region", "type", "resource_id", "address"),
    *("attributes", "explained_by", "baseline", "state", "source", "by", "reason"),
    *("owner", "due_at", "last_writer"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)
COVERAGE_COLUMNS = (
    *("source", "account", "region", "from_at", "to_at", "records", "unreadable"),
    *("first_at", "last_at", "contiguous_since"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)
GAP_COLUMNS = (
    *("source", "account", "region", "file", "index", "sha256", "error"),
    *("status", "gap_id", "owner", "from_at", "to_at", "by", "reason"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)


def populations(view: View) -> Iterator[Listing]:
    """Yield what the verifier derives again from the entries."""
    population = view.population
    yield Listing(
        path="02_population/changes",
        title="Changes",
        lists="The latest `disposition` entry of each change that began in the period, by its beginning.",
        columns=CHANGE_COLUMNS,
        rows=(row.fields for row in view.changes()),
        totals=("account", "channel", "lane", "disposition"),
        dated_by="began_at",
        shapes=tuple(Shape),
        is_derived_again=True,
    )
    yield _some_changes(
        view,
        population.unticketed,
        name="unticketed",
        title="Unticketed changes",
        lists="The changes, in their order, that nothing covers: no ticket, review, or emergency.",
    )
    yield _some_changes(
        view,
        population.emergencies,
        name="emergency",
        title="Emergency changes",
        lists="The changes, in their order, that used emergency access (lane `emergency`) or were declared an"
        " emergency (disposition `emergency`).",
    )
    yield Listing(
        path="02_population/drift",
        title="Drift",
        lists="The latest `finding` entry of each finding that was open in the period, by its id.",
        columns=FINDING_COLUMNS,
        rows=(row.fields for row in view.rows(population.findings)),
        totals=("account", "kind", "status"),
        shapes=tuple(Shape),
        is_derived_again=True,
    )
    yield Listing(
        path="01_ipe/coverage",
        title="Coverage",
        lists="Of each source, account and region, the spans in which the source was read to its end, one"
        " after the other, and how many records were read meanwhile: those that came late may be older.",
        columns=COVERAGE_COLUMNS,
        rows=(row.fields for row in view.rows(population.coverage)),
        totals=("source", "account"),
        limits=("It does not prove that the cloud delivered everything to the source.",),
        is_derived_again=True,
    )
    yield Listing(
        path="01_ipe/gaps",
        title="Gaps",
        lists="What is known not to have been read or judged, and, with the status closed and the same"
        " gap_id, that it was read since, or, with the status accepted, who accepts that it never will be,"
        " and why: it stays unread. Files are named as their source named them.",
        columns=GAP_COLUMNS,
        rows=(row.fields for row in view.rows(population.gaps)),
        totals=("source", "status"),
        is_derived_again=True,
    )


def _some_changes(view: View, seqs: tuple[int, ...], *, name: str, title: str, lists: str) -> Listing:
    return Listing(
        path=f"02_population/{name}",
        title=title,
        lists=lists,
        columns=CHANGE_COLUMNS,
        rows=(row.fields for row in view.rows(seqs)),
        totals=("account", "channel", "lane"),
        dated_by="began_at",
    )
