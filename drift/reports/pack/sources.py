"""Since when each source and baseline was watched: before that, a pack cannot show anything of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.ledger.entry import format_time
from drift.model.evidence import ComparisonRecord, CoverageInterval, EnrolmentRecord, EnrolmentTurn, EntryKind
from drift.model.history import is_history
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.covered import Covered, covered_of, minutes_of
from drift.reports.pack.view import View

COLUMNS = (
    *("source", "kind", "watched_since", "operated_since", "read_up_to"),
    *("minutes", "minutes_covered", "cannot_show_from", "cannot_show_until", "statement"),
)


@dataclass(slots=True)
class _Operated:
    """One source or baseline, over the whole ledger."""

    name: str
    kind: str
    watched_since: datetime | None = None
    operated_since: datetime | None = None
    read_up_to: datetime | None = None

    def reaches(self, from_at: datetime | None, to_at: datetime | None) -> None:
        """Take a span in which it was read."""
        if from_at is not None:
            self.operated_since = min(self.operated_since or from_at, from_at)
        if to_at is not None:
            self.read_up_to = max(self.read_up_to or to_at, to_at)


def sources(view: View) -> Iterator[Listing]:
    """Yield since when each source operated."""
    covered = covered_of(view)
    yield Listing(
        path="01_ipe/sources",
        title="Sources, and since when they operated",
        lists="Each baseline, each source of audit logs that is connected or was read, and each archive, by"
        " its name: since when it is watched, and the first moment of which anything is known; how many"
        " minutes of the period there were, and in how many of them it was read without a gap.",
        columns=COLUMNS,
        rows=[_row(one, view, covered) for one in _operated(view, covered)],
        limits=(
            "Of the time before a source operated, nothing can be shown: an empty list says nothing of it.",
            "A source that nobody configured is in no list.",
        ),
    )


def _operated(view: View, covered: Covered) -> list[_Operated]:
    found = _Found()
    for turn in view.entries(EntryKind.ENROLMENT, EnrolmentRecord):
        kind, _, name = turn.body.scope.partition(":")
        if turn.body.turn is EnrolmentTurn.WATCHED:
            found.of(kind, name).watched_since = turn.entry.recorded_at
    for interval in view.entries(EntryKind.COVERAGE, CoverageInterval):
        said = interval.body
        one = found.of("archive" if is_history(said.source) else "source", said.source)
        one.reaches(said.from_at, said.to_at)
    for name in covered.by_source:
        found.of("source", name)  # connected, and never read
    for comparison in view.entries(EntryKind.COMPARISON, ComparisonRecord):
        told = comparison.body
        for one in found.compared(told):
            one.reaches(told.from_at, told.to_at)
    return found.sorted()


class _Found(dict[tuple[str, str], _Operated]):
    def of(self, kind: str, name: str) -> _Operated:
        return self.setdefault((kind, name), _Operated(name, kind))

    def compared(self, said: ComparisonRecord) -> list[_Operated]:
        """Return the baselines that a comparison read: those that it names, or all that were watched then."""
        names = {
            one.name
            for one in self.values()
            if one.kind == "baseline" and one.watched_since and one.watched_since <= said.to_at
        }
        chosen = names if said.baselines is None else set(said.baselines)
        return [self.of("baseline", name) for name in sorted(chosen.difference(said.not_read))]

    def sorted(self) -> list[_Operated]:
        return [self[key] for key in sorted(self)]


def _row(one: _Operated, view: View, covered: Covered) -> Fields:
    since = view.request.period.since
    spans = covered.by_source.get(one.name)
    is_late = one.operated_since is None or since is None or one.operated_since > since
    return {
        "source": one.name,
        "kind": one.kind,
        "watched_since": _text(one.watched_since),
        "operated_since": _text(one.operated_since),
        "read_up_to": _text(one.read_up_to),
        "minutes": covered.minutes if spans is not None else None,
        "minutes_covered": minutes_of(spans) if spans is not None else None,
        "cannot_show_from": _text(since) if is_late else None,
        "cannot_show_until": _text(one.operated_since) if is_late else None,
        "statement": _statement(one, since, is_late=is_late),
    }


def _statement(one: _Operated, since: datetime | None, *, is_late: bool) -> str:
    if one.operated_since is None:
        return "cannot show anything: it was never read to its end"
    if not is_late:
        return "operated since before the period began"
    began = f"{one.operated_since:%Y-%m-%d %H:%M:%S} UTC"
    what = "cannot show anything of it before that"
    return f"operated since {began}" + ("" if since is None else ", after the period began") + f"; {what}"


def _text(time: datetime | None) -> str | None:
    return None if time is None else format_time(time)
