"""What the pack says of how its lists add up."""

from collections import Counter
from collections.abc import Iterator

from drift.model.event import Fate
from drift.reports.pack.listing import Listing
from drift.reports.pack.reconcile.checks import reconciliation
from drift.reports.pack.reconcile.funnel import funnel, grouped_of
from drift.reports.pack.reconcile.writes import Writes, writes_of
from drift.reports.pack.view import View


def reconciled(view: View) -> Iterator[Listing]:
    """Yield the funnel, the rules that took something away by name, and the checks of two sources."""
    writes = writes_of(view)
    grouped = grouped_of(view, writes)
    yield funnel(view, writes, grouped)
    yield _excluded(writes)
    yield from reconciliation(view, writes, grouped)


def _excluded(writes: Writes) -> Listing:
    counts = Counter(
        (one.exclusion or "", one.account or "")
        for one in writes.standing.values()
        if one.fate is Fate.EXCLUDED
    )
    return Listing(
        path="02_population/excluded_rules",
        title="Rules that leave writes out",
        lists="Each rule of the policy that left writes of the period out, and how many of which account."
        " Each write is an `observation` entry of its own, with the rule in its classification.",
        columns=("rule", "account", "writes"),
        rows=[
            {"rule": rule, "account": account, "writes": count}
            for (rule, account), count in sorted(counts.items())
        ],
    )
