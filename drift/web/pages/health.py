"""Does the watch itself work? Its sources, jobs, alarms, messages and evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from drift.reports.status import Status
from drift.reports.wording import counted
from drift.store.alarms import alarms
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import outside, sees_now
from drift.web.naming import for_reader
from drift.web.pages.health_rows import (
    AlarmLine,
    Fact,
    JobLine,
    LetterLine,
    SourceLine,
    alarm_line,
    canary_facts,
    evidence_facts,
    job_lines,
    letter_line,
    other_facts,
    source_line,
)

MOST_LETTERS = 20
"""Messages that are named; `drift outbox` lists the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Everything about the watch itself."""

    verdict: str
    is_good: bool
    alarms: tuple[AlarmLine, ...]
    sources: tuple[SourceLine, ...]
    gaps: int
    jobs: tuple[JobLine, ...]
    queued: int
    sent: int
    dead: int
    letters: tuple[LetterLine, ...]
    evidence: tuple[Fact, ...]
    canaries: tuple[Fact, ...]
    others: tuple[Fact, ...]

    @property
    def read(self) -> int:
        """How many sources are read."""
        return sum(not one.is_bad for one in self.sources)


def health(ask: Ask) -> Response:
    """Show how the watch stands now."""
    if not sees_now(ask):
        return outside(ask)
    view = health_of(ask)
    return answers.page(ask, "health.html.j2", title="Health of the watch", health=for_reader(ask, view))


def health_of(ask: Ask) -> Health:
    """Return how the watch stands now, with everybody's names."""
    status = ask.site.status()
    with ask.site.database.reading() as connection:
        standing = alarms(connection)
        canaries = tuple(canary_facts(connection, ask.site.settings()))
    wrong = list(_wrong(status, len(standing)))
    return Health(
        verdict=_verdict(wrong, status),
        is_good=not wrong,
        alarms=tuple(alarm_line(one) for one in standing),
        sources=tuple(source_line(one, status) for one in status.sources),
        gaps=status.gaps,
        jobs=tuple(job_lines(status)),
        queued=status.queued,
        sent=status.alerts.get("sent", 0),
        dead=len(status.dead),
        letters=tuple(letter_line(one) for one in status.dead[:MOST_LETTERS]),
        evidence=tuple(evidence_facts(status)),
        canaries=canaries,
        others=tuple(other_facts(status)),
    )


def _wrong(status: Status, alarms_standing: int) -> Iterator[str]:
    if alarms_standing:
        yield f"{counted(alarms_standing, 'alarm')} {_stand(alarms_standing)}"
    unread = sum(bool(one.outage or one.held_up) or one.read_at is None for one in status.sources)
    if unread or not status.sources:
        of = counted(len(status.sources), "source")
        yield f"{unread:,} of {of} cannot be read" if status.sources else "no source is configured"
    if status.gaps:
        yield f"{counted(status.gaps, 'gap')} {_stand(status.gaps)} open"
    failing = sum(bool(one.failures) for one in status.jobs)
    if failing:
        yield f"{counted(failing, 'job')} failed"
    if status.dead:
        yield f"{counted(len(status.dead), 'message')} could not be delivered"
    if failed := sum(bool(one.row.failures) for one in status.anchors):
        yield f"{counted(failed, 'anchor')} cannot be reached"


def _stand(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _verdict(wrong: list[str], status: Status) -> str:
    if not wrong:
        return f"The watch works: {counted(len(status.sources), 'source')} read, and no alarm stands."
    text = "; ".join(wrong)
    return f"{text[:1].upper()}{text[1:]}."
