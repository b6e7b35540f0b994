"""The baseline inventory: which states were what when, and how much of what exists they declare."""

from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.evidence import BaselineRecord, ComparisonRecord, EntryKind
from drift.model.finding import FindingKind
from drift.reports.figures import percent, ratio
from drift.reports.month import month_at
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Witness, Yielded
from drift.reports.pack.view import Recorded

VERSION_COLUMNS = (
    *("at", "baseline", "origin", "event", "serial", "serial_before", "lineage", "lineage_before"),
    *("commit", "resources", "sha256", *PLACE),
)
COVERAGE_COLUMNS = (
    *("month", "baselines", "compared_at", "states", "not_read", "managed", "compared", "compared_ratio"),
    *("unreadable", "unsupported", "unmanaged", "managed_ratio", "managed_percent", *PLACE),
)

Version = Recorded[BaselineRecord]


@dataclass(frozen=True, kw_only=True, slots=True)
class Managed:
    """How much of what was found to exist is declared."""

    managed: int
    unmanaged: int

    @property
    def in_scope(self) -> int:
        """Everything that should be declared."""
        return self.managed + self.unmanaged


def baseline_versions(facts: Facts) -> Iterator[Yielded]:
    """Yield each version of each state, and the coverage of what exists."""
    comparisons = list(facts.in_period(EntryKind.COMPARISON, ComparisonRecord))
    made = sum(one.body.comparisons for one in comparisons)
    witness = Witness(seen=made, of=None, what="comparisons of baselines")
    yield Register(
        listing=Listing(
            path="08_baseline/baselines",
            title="Baselines",
            lists="Each state as it was when the period began (`stood`), and each other version of it that"
            " was read since, in the order of reading.",
            columns=VERSION_COLUMNS,
            rows=[_version(one, event) for one, event in _versions(facts)],
            limits=(
                "A version that was replaced before anybody read it shows nowhere.",
                "`commit` is known of code that was fetched from a repository: of a folder nobody can tell.",
                "Of states that versions before this register read already, the first other one is first.",
            ),
        ),
        witness=witness,
    )
    yield Register(
        listing=Listing(
            path="08_baseline/coverage",
            title="Managed coverage",
            lists="Of each month in UTC and each set of baselines that is compared together, the last"
            " comparison: managed is declared, unmanaged exists and is declared nowhere.",
            columns=COVERAGE_COLUMNS,
            rows=_coverage(comparisons),
            limits=(
                "What no reader can list, or is ignored by a rule, is in neither number.",
                "Of an opening register the unmanaged ones count too.",
            ),
        ),
        witness=witness,
    )


def managed_of(body: ComparisonRecord) -> Managed:
    """Return how much of what a comparison saw is declared."""
    return Managed(managed=body.declared, unmanaged=body.findings.get(FindingKind.UNMANAGED, 0))


def last_comparisons(facts: Facts) -> list[ComparisonRecord]:
    """Return the last comparison of each set of baselines in the period."""
    last = dict[tuple[str, ...] | None, ComparisonRecord]()
    for one in facts.in_period(EntryKind.COMPARISON, ComparisonRecord):
        last[one.body.baselines] = one.body
    return list(last.values())


def _versions(facts: Facts) -> list[tuple[Version, str]]:
    period, opening, news = facts.view.request.period, dict[tuple[str, str], Version](), list[Version]()
    for one in facts.view.entries(EntryKind.BASELINE, BaselineRecord):
        if period.holds(one.entry.recorded_at):
            news.append(one)
        elif not period.is_reached_by(one.entry.recorded_at):
            opening[one.body.baseline, one.body.origin] = one
    return [*((one, "stood") for one in opening.values()), *((one, one.body.turn.value) for one in news)]


def _version(one: Version, event: str) -> Fields:
    body = one.body
    return {
        "at": time(one.entry.recorded_at),
        "baseline": body.baseline,
        "origin": body.origin,
        "event": event,
        "serial": body.serial,
        "serial_before": body.serial_before,
        "lineage": body.lineage,
        "lineage_before": body.lineage_before,
        "commit": body.commit,
        "resources": body.resources,
        "sha256": body.sha256,
        **place_of(one.entry),
    }


def _coverage(comparisons: list[Recorded[ComparisonRecord]]) -> list[Fields]:
    last = dict[tuple[str, tuple[str, ...] | None], Fields]()
    for one in comparisons:
        body, managed = one.body, managed_of(one.body)
        last[str(month_at(one.entry.recorded_at)), body.baselines] = {
            "month": str(month_at(one.entry.recorded_at)),
            "baselines": "all" if body.baselines is None else list(body.baselines),
            "compared_at": time(body.to_at),
            "states": body.states,
            "not_read": list(body.not_read),
            "managed": managed.managed,
            "compared": body.compared,
            "compared_ratio": ratio(body.compared, body.declared),
            "unreadable": body.unreadable,
            "unsupported": body.unsupported,
            "unmanaged": managed.unmanaged,
            "managed_ratio": ratio(managed.managed, managed.in_scope),
            "managed_percent": percent(managed.managed, managed.in_scope),
            **place_of(one.entry),
        }
    return list(last.values())
