"""The figures that people ask for, each with its formula and as so many of so many.

A count of nothing says how much was covered: "0" alone only where that was everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from drift.reports.figures import percent, quantile, ratio, seconds
from drift.reports.pack.listing import IS_PRODUCTION_BY, Fields, Listing
from drift.reports.pack.registers.baseline_versions import last_comparisons, managed_of
from drift.reports.pack.registers.change_counts import count_changes
from drift.reports.pack.registers.covered import minutes_of
from drift.reports.pack.registers.detector_alerts import told_in
from drift.reports.pack.registers.detector_proof import canary_runs
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.register import Register, Yielded
from drift.reports.pack.registers.timed import detect_latencies, resolutions

COLUMNS = ("metric", "formula", "said", "number", "of", "ratio", "percent", "p50_s", "p95_s", "mean_s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One figure."""

    name: str
    formula: str
    number: int
    of: int
    took: Sequence[timedelta] = ()
    """In order of length, where it is about how long something took."""


def metrics(facts: Facts) -> Iterator[Yielded]:
    """Yield every figure."""
    counted = [*_of_changes(facts), *_of_alerts(facts), *_of_drift(facts), *_of_watch(facts)]
    yield Register(
        listing=Listing(
            path="09_detector/metrics",
            title="Metrics",
            lists="Each figure with its formula: `number` of `of`; where it is about time, the median and the"
            " 95th percentile by nearest rank, and the mean. `said` is how to quote the number.",
            columns=COLUMNS,
            rows=[_row(facts, one) for one in counted],
            limits=(
                "A figure is no verdict: what is much and what is little, the reader says.",
                IS_PRODUCTION_BY,
            ),
        ),
        witness=facts.covered.witness,
    )


def _of_changes(facts: Facts) -> Iterator[Metric]:
    counts, latencies = count_changes(facts), detect_latencies(facts)
    yield Metric(
        name="unticketed by hand",
        formula="changes through console or manual that stand as unticketed / all changes through these",
        number=counts.by_hand_unticketed,
        of=counts.by_hand,
    )
    yield Metric(
        name="unauthorised",
        formula="changes that stand as unticketed or retroactive / changes that somebody answers for",
        number=counts.unauthorised,
        of=counts.all,
    )
    yield Metric(
        name="waived",
        formula="changes that stand as waived / changes that somebody answers for",
        number=counts.waived,
        of=counts.all,
    )
    yield Metric(
        name="emergency ratio",
        formula="emergencies in production / production changes that somebody answers for",
        number=counts.production_emergencies,
        of=counts.production,
    )
    yield Metric(
        name="approval afterwards",
        formula="approved / emergencies and retroactive changes; time from the first write to the approval",
        number=len(counts.approved_after),
        of=counts.to_approve_afterwards,
        took=counts.approved_after,
    )
    yield Metric(
        name="detect latency",
        formula="changes that the watch itself saw / changes that somebody answers for, those taken in as"
        " history too; time from the first write to the first entry that says how the change stands",
        number=len(latencies),
        of=counts.all,
        took=latencies,
    )


def _of_alerts(facts: Facts) -> Iterator[Metric]:
    told = [one for one in told_in(facts).values() if one.began_at is not None]
    untold = {one.body.session_id for one in facts.changes() if one.body.alert} - facts.told_at.keys()
    took = sorted(one.told_at - one.began_at for one in told if one.began_at is not None)
    answered = sorted(one.answer.at - one.told_at for one in told if one.answer)
    yield Metric(
        name="time to tell",
        formula="sessions of which somebody was told / these and those with a change that alerts, of which"
        " nobody was ever told; time from the first write to the first message",
        number=len(told),
        of=len(told) + len(untold),
        took=took,
    )
    yield Metric(
        name="time to acknowledge (MTTA)",
        formula="sessions about which somebody did something after the message / sessions that were told;"
        " time from the first message to that",
        number=len(answered),
        of=len(told),
        took=answered,
    )


def _of_drift(facts: Facts) -> Iterator[Metric]:
    found = resolutions(facts)
    every = len(found.took) + len(found.open_for)
    yield Metric(
        name="drift resolved (MTTR)",
        formula="findings resolved in the period / these and those open at its end;"
        " time from the first entry to the resolution",
        number=len(found.took),
        of=every,
        took=found.took,
    )
    yield Metric(
        name="drift open",
        formula="findings open at the end of the period / these and those resolved in it; their age",
        number=len(found.open_for),
        of=every,
        took=found.open_for,
    )


def _of_watch(facts: Facts) -> Iterator[Metric]:
    last, now = last_comparisons(facts), facts.view.sealed.made_at
    canaries = [one for one in canary_runs(facts) if one.result(now) != "not due"]
    seen = sorted(one.seen_at - one.written.body.written_at for one in canaries if one.seen_at)
    yield Metric(
        name="managed coverage",
        formula="declared resources / declared and unmanaged ones, by the last comparison of each baseline",
        number=sum(managed_of(one).managed for one in last),
        of=sum(managed_of(one).in_scope for one in last),
    )
    yield Metric(
        name="compared coverage",
        formula="compared resources / declared ones, by the last comparison of each baseline",
        number=sum(one.compared for one in last),
        of=sum(one.declared for one in last),
    )
    yield Metric(
        name="detector uptime",
        formula="minutes that were covered by every source / minutes of the period",
        number=minutes_of(facts.covered.by_all),
        of=facts.covered.minutes,
    )
    yield Metric(
        name="canaries in time",
        formula="canaries seen in time / canaries that were due; time from the write to its record",
        number=sum(one.result(now) == "seen in time" for one in canaries),
        of=len(canaries),
        took=seen,
    )


def _row(facts: Facts, one: Metric) -> Fields:
    mean = sum(one.took, timedelta()) / len(one.took) if one.took else None
    return {
        "metric": one.name,
        "formula": one.formula,
        "said": _said(one.number, facts),
        "number": one.number,
        "of": one.of,
        "ratio": ratio(one.number, one.of),
        "percent": percent(one.number, one.of),
        "p50_s": seconds(quantile(one.took, 0.5)),
        "p95_s": seconds(quantile(one.took, 0.95)),
        "mean_s": seconds(mean),
    }


def _said(number: int, facts: Facts) -> str:
    """Write a count; one of nothing with how much was covered, unless that was everything."""
    if number or facts.covered.is_complete:
        return f"{number:,}"
    share = percent(minutes_of(facts.covered.by_all), facts.covered.minutes) or "0.0"
    return f"0 seen, {share} % covered"
