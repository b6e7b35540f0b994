"""Did the watch run? Covered minutes, heartbeats of the service, turns of its jobs, comparisons made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drift.model.evidence import ComparisonRecord, EntryKind
from drift.model.heartbeat import Heartbeat
from drift.reports.figures import percent, ratio
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.covered import Span, joined, minutes_of, within
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Witness, Yielded
from drift.reports.pack.view import Recorded

COVERED_COLUMNS = (
    "what",
    "from_at",
    "to_at",
    "covered_minutes",
    "minutes",
    "ratio",
    "percent",
    "longest_gap_s",
)
HEARTBEAT_COLUMNS = ("from_at", "to_at", "minutes", "jobs", "turns", "failures", "deaths", *PLACE)
JOB_COLUMNS = ("day", "job", "schedule", "turns", "failures", "deaths")
RUN_COLUMNS = (
    *("from_at", "to_at", "baselines", "comparisons", "states", "not_read", "declared", "compared"),
    *("unreadable", "unsupported", "discovered", "settling", "found", "resolved", "findings", *PLACE),
)

Beat = Recorded[Heartbeat]


@dataclass(kw_only=True, slots=True)
class _Day:
    """What a job did on one day."""

    schedule: str
    turns: int = 0
    failures: int = 0
    deaths: int = 0


def detector_runs(facts: Facts) -> Iterator[Yielded]:
    """Yield whether the watch ran, by what shows it."""
    beats = [one for one in facts.view.entries(EntryKind.HEARTBEAT, Heartbeat) if _reaches(facts, one)]
    ran = within(facts.covered.period, joined((one.body.from_at, one.body.to_at) for one in beats))
    running = Witness(
        seen=minutes_of(ran), of=facts.covered.minutes, what="minutes of the period had heartbeats"
    )
    yield Register(
        listing=Listing(
            path="09_detector/covered",
            title="Covered minutes",
            lists="For each source, for all of them at once, and for the heartbeats of the service: how many"
            " minutes of the period were covered, and the longest span that was not.",
            columns=COVERED_COLUMNS,
            rows=_covered(facts, ran),
            limits=("That a source was read to its end does not prove that the cloud delivered everything.",),
        ),
        witness=facts.covered.witness,
    )
    yield Register(
        listing=Listing(
            path="09_detector/heartbeats",
            title="Heartbeats",
            lists="Each `heartbeat` entry that reaches into the period: the service ran from then until then"
            " without a break, and its jobs took so many turns.",
            columns=HEARTBEAT_COLUMNS,
            rows=map(_beat, beats),
            limits=(
                "Where the program is killed, or run once by cron, there are none: coverage tells then.",
            ),
        ),
        witness=running,
    )
    yield Register(
        listing=Listing(
            path="09_detector/jobs",
            title="Runs of jobs",
            lists="For each day in UTC and each job, by the heartbeats that ended on it: when it was due, how"
            " many turns it took, and how many failed or died.",
            columns=JOB_COLUMNS,
            rows=_jobs(beats),
            limits=("Turns after the last heartbeat before a kill are in no number.",),
        ),
        witness=running,
    )
    runs = list(facts.in_period(EntryKind.COMPARISON, ComparisonRecord))
    yield Register(
        listing=Listing(
            path="09_detector/drift_runs",
            title="Drift runs",
            lists="Each `comparison` entry of the period: so many comparisons that told the same, what was"
            " compared and what was not, and what they found.",
            columns=RUN_COLUMNS,
            rows=map(_run, runs),
            limits=("When they are due stands in jobs, under the jobs that begin with `sweep`.",),
        ),
        witness=Witness(seen=sum(one.body.comparisons for one in runs), of=None, what="comparisons"),
    )


def _reaches(facts: Facts, one: Beat) -> bool:
    period = facts.view.request.period
    return period.is_reached_by(one.body.to_at) and period.begins_before_its_end(one.body.from_at)


def _covered(facts: Facts, ran: Sequence[Span]) -> Iterator[Fields]:
    covered = facts.covered
    spans = {**covered.by_source, "all sources": covered.by_all, "heartbeats": ran}
    for what, some in spans.items():
        seen = minutes_of(some)
        yield {
            "what": what,
            "from_at": time(covered.period[0]),
            "to_at": time(covered.period[1]),
            "covered_minutes": seen,
            "minutes": covered.minutes,
            "ratio": ratio(seen, covered.minutes),
            "percent": percent(seen, covered.minutes),
            "longest_gap_s": _longest_gap(covered.period, some),
        }


def _longest_gap(period: Span, spans: Sequence[Span]) -> int:
    ends = [period[0], *(until for _, until in spans)]
    begins = [*(since for since, _ in spans), period[1]]
    return round(max((begin - end).total_seconds() for end, begin in zip(ends, begins, strict=True)))


def _beat(one: Beat) -> Fields:
    body = one.body
    return {
        "from_at": time(body.from_at),
        "to_at": time(body.to_at),
        "minutes": minutes_of([(body.from_at, body.to_at)]),
        "jobs": len(body.jobs),
        "turns": sum(job.turns for job in body.jobs),
        "failures": sum(job.failures for job in body.jobs),
        "deaths": sum(job.deaths for job in body.jobs),
        **place_of(one.entry),
    }


def _jobs(beats: Sequence[Beat]) -> Iterator[Fields]:
    days = dict[tuple[str, str], _Day]()
    for one in beats:
        for job in one.body.jobs:
            day = days.setdefault((f"{one.body.to_at:%Y-%m-%d}", job.job), _Day(schedule=job.schedule))
            day.schedule = job.schedule
            day.turns += job.turns
            day.failures += job.failures
            day.deaths += job.deaths
    for (at, name), day in sorted(days.items()):
        counted = {"turns": day.turns, "failures": day.failures, "deaths": day.deaths}
        yield {"day": at, "job": name, "schedule": day.schedule, **counted}


def _run(one: Recorded[ComparisonRecord]) -> Fields:
    body = one.body
    return {
        "from_at": time(body.from_at),
        "to_at": time(body.to_at),
        "baselines": "all" if body.baselines is None else list(body.baselines),
        "comparisons": body.comparisons,
        "states": body.states,
        "not_read": list(body.not_read),
        "declared": body.declared,
        "compared": body.compared,
        "unreadable": body.unreadable,
        "unsupported": body.unsupported,
        "discovered": body.discovered,
        "settling": body.settling,
        "found": body.found,
        "resolved": body.resolved,
        "findings": body.findings,
        **place_of(one.entry),
    }
