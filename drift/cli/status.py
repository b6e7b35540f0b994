"""`drift status`: does the watch work? Sources, jobs, alerts on their way, evidence."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click
import msgspec

from drift.cli.options import config_option, json_option
from drift.model.budget import told
from drift.model.review import ReviewStanding
from drift.model.self_sample import Lacking, SelfSample
from drift.reports.read_checks import ReadSample, ReadStanding
from drift.reports.reviews_text import review_lines
from drift.reports.status import AnchorStatus, SourceStatus, Status, read_status
from drift.reports.wording import counted, duration
from drift.store.job_runs import JobRun
from drift.store.letters import Letter
from drift.store.outbox import DeliveryStatus
from drift.store.people import DirectoryRow
from drift.terminal import inert_json, shown

MOST_NAMED = 5
"""Dead letters that are named; the rest is counted."""

NAMED = 5
"""Changes of a sample that are shown; `--json` has all."""


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source, as `--json` prints it."""

    name: str
    newest_record_at: datetime | None
    newest_record_age_seconds: float | None
    read_at: datetime | None
    read_age_seconds: float | None
    outage: str | None
    held_up: str | None


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job, as `--json` prints it."""

    name: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_error: str | None
    failures: int


class _Directory(msgspec.Struct, frozen=True, kw_only=True):
    """A directory of people, as `--json` prints it."""

    name: str
    people: int
    read_at: datetime | None
    read_age_seconds: float | None
    outage: str | None


class _Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger, as `--json` prints it."""

    entries: int
    checkpoint_size: int | None
    checkpoint_at: datetime | None
    checkpoint_age_seconds: float | None


class _Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody outside who holds checkpoints, as `--json` prints it."""

    name: str
    size: int
    held_at: datetime | None
    held_age_seconds: float | None
    unheld_entries: int
    unheld_since: datetime | None
    unheld_age_seconds: float | None
    failures: int
    error: str | None


class _ControlFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with how a repository is controlled, as `--json` prints it."""

    host: str
    repository: str
    weakness: str
    severity: str
    owner: str | None
    text: str
    opened_at: datetime


class _Runs(msgspec.Struct, frozen=True, kw_only=True):
    """Runs of pipelines that made changes, as `--json` prints them."""

    recorded: int
    failed: int
    undoing: int


class _Controls(msgspec.Struct, frozen=True, kw_only=True):
    """How the repositories are controlled, as `--json` prints it."""

    repositories: int
    captured_at: datetime | None
    captured_age_seconds: float | None
    findings: list[_ControlFinding]
    runs: _Runs


class _DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A message that could not be delivered, as `--json` prints it."""

    id: int
    notifier: str
    session_id: str
    error: str | None


class _Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The sample of a month, as `--json` prints it."""

    month: str
    population: int
    drawn: int
    lacking: dict[str, tuple[Lacking, ...]]
    """By the change's id."""
    reader: str | None
    due_at: datetime | None
    reading: ReadStanding


class _Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What is used up of a budget, as `--json` prints it: requests, or bytes."""

    source: str
    limit: str
    """The setting that limits it."""
    used: int
    most: int
    next_period_at: datetime


class _Reviews(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing of reviews, as `--json` prints it."""

    overdue: list[str]
    """Weeks and quarters."""
    open_follow_ups: list[str]
    late_follow_ups: list[str]


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, as `--json` prints it."""

    at: datetime
    sources: list[_Source]
    jobs: list[_Job]
    alerts: dict[str, int]
    gaps: int
    dead_letters: list[_DeadLetter]
    findings: int
    evidence: _Evidence
    controls: _Controls
    self_sample: _Sample | None
    budgets: list[_Budget]
    directories: list[_Directory]
    anchors: list[_Anchor]
    reviews: _Reviews


@click.command("status")
@json_option
@config_option
def command(as_json: bool, config: str | None) -> None:
    """Show how far each source was read, how each job ended, what waits to be sent, and what is sealed."""
    from drift import wiring

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        sources, directories = settings.audit_logs, settings.directories
        names, people = [one.name for one in sources], [one.name for one in directories]
        anchors = [one.name for one in settings.anchors]
        status = read_status(connection, names, datetime.now(UTC), people, settings.reviews, anchors)
    if as_json:
        click.echo(inert_json(msgspec.json.encode(_report(status))))
        return
    for line in _lines(status):
        click.echo(shown(line, limit=500))


def _report(status: Status) -> _Report:
    return _Report(
        at=status.at,
        sources=[
            _Source(
                name=one.name,
                newest_record_at=one.newest_record_at,
                newest_record_age_seconds=_seconds(status.age(one.newest_record_at)),
                read_at=one.read_at,
                read_age_seconds=_seconds(status.age(one.read_at)),
                outage=one.outage,
                held_up=one.held_up,
            )
            for one in status.sources
        ],
        jobs=[
            _Job(
                name=one.job,
                last_success_at=one.last_success_at,
                last_failure_at=one.last_failure_at,
                last_error=one.last_error,
                failures=one.failures,
            )
            for one in status.jobs
        ],
        alerts={one.value: status.alerts.get(one, 0) for one in DeliveryStatus},
        gaps=status.gaps,
        dead_letters=[
            _DeadLetter(id=one.id, notifier=one.notifier, session_id=one.session_id, error=one.error)
            for one in status.dead
        ],
        findings=status.findings,
        evidence=_Evidence(
            entries=status.entries,
            checkpoint_size=status.checkpoint_size,
            checkpoint_at=status.checkpoint_at,
            checkpoint_age_seconds=_seconds(status.age(status.checkpoint_at)),
        ),
        controls=_Controls(
            repositories=status.controls.repositories,
            captured_at=status.controls.captured_at,
            captured_age_seconds=_seconds(status.age(status.controls.captured_at)),
            findings=[
                _ControlFinding(
                    host=row.finding.host,
                    repository=row.finding.repository,
                    weakness=row.finding.weakness,
                    severity=row.finding.severity,
                    owner=row.finding.owner,
                    text=row.finding.text,
                    opened_at=row.opened_at,
                )
                for row in status.controls.findings
            ],
            runs=_Runs(
                recorded=status.controls.runs.recorded,
                failed=status.controls.runs.failed,
                undoing=status.controls.runs.undoing,
            ),
        ),
        self_sample=None if status.sample is None else _of_sample(status.sample, status.at),
        budgets=[
            _Budget(
                source=one.source,
                limit=one.unit,
                used=one.used,
                most=one.limit,
                next_period_at=one.unit.next_after(status.at),
            )
            for one in status.budgets
        ],
        directories=[
            _Directory(
                name=row.name,
                people=row.people,
                read_at=row.read_at,
                read_age_seconds=_seconds(status.age(row.read_at)),
                outage=row.outage,
            )
            for row in status.directories
        ],
        anchors=[
            _Anchor(
                name=one.row.name,
                size=one.row.size,
                held_at=one.row.held_at,
                held_age_seconds=_seconds(status.age(one.row.held_at)),
                unheld_entries=one.unheld,
                unheld_since=one.unheld_since,
                unheld_age_seconds=_seconds(status.age(one.unheld_since)),
                failures=one.row.failures,
                error=one.row.error,
            )
            for one in status.anchors
        ],
        reviews=_of_reviews(status.reviews),
    )


def _of_reviews(standing: ReviewStanding | None) -> _Reviews:
    if standing is None:
        return _Reviews(overdue=[], open_follow_ups=[], late_follow_ups=[])
    return _Reviews(
        overdue=[one.period for one in standing.overdue],
        open_follow_ups=[one.id for one in standing.open_follow_ups],
        late_follow_ups=[one.id for one in standing.late_follow_ups],
    )


def _of_sample(found: ReadSample, at: datetime) -> _Sample:
    sample = found.sample
    return _Sample(
        month=sample.month,
        population=sample.population,
        drawn=len(sample.drawn),
        lacking={one.change_id: one.lacking for one in sample.lacking},
        reader=sample.reader,
        due_at=sample.due_at,
        reading=found.standing(at),
    )


def _lines(status: Status) -> Iterator[str]:
    for source in status.sources:
        yield f"source    {source.name}: {_source(source, status)}"
    for row in status.directories:
        yield f"directory {row.name}: {_directory(row, status)}"
    for one in status.budgets:
        yield f"budget    {one.source}: {one.used / one.limit:.0%} used of {told(one.unit, one.limit)}"
    for job in status.jobs:
        yield f"job       {job.job}: {_job(job, status)}"
    if not status.jobs:
        yield "jobs      none ran yet: `drift run` runs them, `drift run --once` does without"
    alerts = ", ".join(f"{number:,} {name}" for name, number in status.alerts.items() if number)
    yield f"alerts    {alerts or 'none yet'}"
    if status.gaps:
        yield f"gaps      {status.gaps:,} open: `drift gaps` lists them"
    yield from _dead(status.dead)
    yield f"findings  {status.findings:,} open"
    yield from _controls(status)
    yield f"evidence  {counted(status.entries, 'entry', 'entries')}, {_checkpoint(status)}"
    for anchored in status.anchors:
        yield f"anchor    {anchored.row.name}: {_anchor(anchored, status)}"
    for line, _ in review_lines(status.reviews) if status.reviews else ():
        yield f"reviews   {line}"
    if status.sample is not None:
        yield f"sample    {_sample(status.sample.sample)}"
        if status.sample.sample.to_read:
            yield f"reading   {_reading(status.sample, status.at)}"


def _controls(status: Status) -> Iterator[str]:
    """Say how repositories are controlled, where a code host tells, and what is wrong with that."""
    found = status.controls
    if found.runs.recorded:
        failed, undoing = f"{found.runs.failed:,} failed", f"{found.runs.undoing:,} undid an earlier one"
        yield f"runs      {found.runs.recorded:,} that made changes, of which {failed} and {undoing}"
    if found.repositories:
        many = counted(found.repositories, "repository", "repositories")
        seen = _ago(status, found.captured_at, "all looked at within the last", "never looked at")
        yield f"controls  {many}, {seen.removesuffix(' ago')}, {counted(len(found.findings), 'finding')}"
    for row in found.findings:
        one = row.finding
        yield f"control   {one.severity}: {one.text} (owner: {one.owner or 'nobody'})"


def _dead(letters: Sequence[Letter]) -> Iterator[str]:
    for one in letters[:MOST_NAMED]:
        again = f"`drift outbox resend {one.id}` sends it again"
        yield f"dead      {one.id} for {one.notifier}: {one.error} ({again})"
    if (rest := len(letters) - MOST_NAMED) > 0:
        yield f"dead      and {rest:,} more: `drift outbox` lists them"


def _source(source: SourceStatus, status: Status) -> str:
    newest = _ago(status, source.newest_record_at, "newest record", "no record yet")
    read = _ago(status, source.read_at, "read to its end", "never read to its end")
    outage = f"; it cannot be read: {source.outage}" if source.outage else ""
    held_up = f"; it is read no further: {source.held_up}" if source.held_up else ""
    return f"{newest}, {read}{outage}{held_up}"


def _directory(row: DirectoryRow, status: Status) -> str:
    read = _ago(status, row.read_at, "read", "never read")
    outage = f"; it cannot be read: {row.outage}" if row.outage else ""
    return f"{counted(row.people, 'person', 'people')}, {read}{outage}"


def _anchor(one: AnchorStatus, status: Status) -> str:
    row = one.row
    held = _ago(status, row.held_at, f"holds {counted(row.size, 'entry', 'entries')},", "holds nothing yet")
    since = _ago(status, one.unheld_since, "the oldest", "")
    later = f"; {counted(one.unheld, 'entry', 'entries')} not held, {since}" if one.unheld else ""
    failed = f"; failed {counted(row.failures, 'time')} since: {row.error}" if row.failures else ""
    return f"{held}{later}{failed}"


def _job(job: JobRun, status: Status) -> str:
    done = _ago(status, job.last_success_at, "done", "never done")
    if not job.failures:
        return done
    return f"{done}; failed {counted(job.failures, 'time')} since: {job.last_error}"


def _sample(sample: SelfSample) -> str:
    drawn = f"{sample.month}: {len(sample.drawn)} of {counted(sample.population, 'change')} drawn"
    if not sample.lacking:
        return f"{drawn}, none lacks a ticket or an approval"
    some = [f"{one.change_id} ({', '.join(one.lacking)})" for one in sample.lacking]
    more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
    return f"{drawn}, {len(some)} of these lacking: {', '.join(some[:NAMED])}{more}"


def _reading(found: ReadSample, at: datetime) -> str:
    due = f", due {found.sample.due_at:%Y-%m-%d}" if found.sample.due_at else ""
    read = f"{len(found.reads)} of {len(found.sample.to_read)} read by {found.sample.reader or 'nobody'}{due}"
    return f"{found.sample.month}: {found.standing(at)}, {read}"


def _checkpoint(status: Status) -> str:
    sealed = _ago(status, status.checkpoint_at, "sealed", "never sealed")
    later = status.entries - (status.checkpoint_size or 0)
    return f"{sealed}, {counted(later, 'entry', 'entries')} since" if later else sealed


def _ago(status: Status, at: datetime | None, what: str, never: str) -> str:
    age = status.age(at)
    return never if age is None else f"{what} {duration(age)} ago"


def _seconds(age: timedelta | None) -> float | None:
    return None if age is None else age.total_seconds()
