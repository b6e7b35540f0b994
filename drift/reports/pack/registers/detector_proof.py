"""Does the watch see, and what was wrong with it? Its own writes that came back, and its alarms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.model.evidence import AlarmRecord, AlarmStatus, CanaryRecord, CanaryStatus, EntryKind
from drift.reports.figures import seconds
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Witness, Yielded
from drift.reports.pack.view import Recorded

CANARY_COLUMNS = (
    *("canary", "written_at", "due_at", "seen_at", "latency_s", "result", "event", "event_sha256", *PLACE),
)
ALARM_COLUMNS = (
    *("alarm_id", "slug", "subject", "severity", "since", "raised_at", "ended_at", "stood_s", "told_at"),
    *("text", "hint", *PLACE),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRun:
    """One write of our own, and whether it came back."""

    written: Recorded[CanaryRecord]
    seen: Recorded[CanaryRecord] | None

    @property
    def seen_at(self) -> datetime | None:
        """When its record was read."""
        return self.seen.entry.recorded_at if self.seen else None

    def result(self, now: datetime) -> str:
        """Say what became of it by the time that the ledger was sealed."""
        due_at, seen_at = self.written.body.due_at, self.seen_at
        if seen_at is not None:
            return "seen in time" if seen_at <= due_at else "seen late"
        return "lost" if now > due_at else "not due"


def detector_proof(facts: Facts) -> Iterator[Yielded]:
    """Yield the canaries and the alarms of the period."""
    runs = canary_runs(facts)
    yield Register(
        listing=Listing(
            path="09_detector/canaries",
            title="Canaries",
            lists="Each harmless write of our own that was made in the period, and when its record came back:"
            " proof that the watch sees what is written there. They are in no population.",
            columns=CANARY_COLUMNS,
            rows=[_canary(facts, one) for one in runs],
            limits=(
                "A canary proves the way from its account and region to us, at its time, and no other.",
                "One that could not be written is no row, but the alarm `canary-missing`.",
            ),
        ),
        witness=Witness(seen=len(runs), of=None, what="canaries written"),
    )
    yield Register(
        listing=Listing(
            path="09_detector/alarms",
            title="Alarms",
            lists="Each alarm about the watch itself that stood at some time of the period, by when it was"
            " raised.",
            columns=ALARM_COLUMNS,
            rows=_alarms(facts),
        ),
        witness=facts.covered.witness,
    )


def canary_runs(facts: Facts) -> list[CanaryRun]:
    """Return the canaries that were written in the period."""
    every = list(facts.view.entries(EntryKind.CANARY, CanaryRecord))
    seen = {one.body.token: one for one in every if one.body.status is CanaryStatus.SEEN}
    period = facts.view.request.period
    return [
        CanaryRun(written=one, seen=seen.get(one.body.token))
        for one in every
        if one.body.status is CanaryStatus.WRITTEN and period.holds(one.body.written_at)
    ]


def _canary(facts: Facts, one: CanaryRun) -> Fields:
    body, proof = one.written.body, one.seen.body if one.seen else None
    return {
        "canary": body.canary,
        "written_at": time(body.written_at),
        "due_at": time(body.due_at),
        "seen_at": time(one.seen_at),
        "latency_s": seconds(one.seen_at - body.written_at) if one.seen_at else None,
        "result": one.result(facts.view.sealed.made_at),
        "event": proof.event if proof else None,
        "event_sha256": proof.event_sha256 if proof else None,
        **place_of((one.seen or one.written).entry),
    }


def _alarms(facts: Facts) -> list[Fields]:
    raised, ended = dict[str, Recorded[AlarmRecord]](), dict[str, datetime]()
    for one in facts.view.entries(EntryKind.ALARM, AlarmRecord):
        match one.body.status:
            case AlarmStatus.RAISED:
                raised[one.entry.ref] = one
            case AlarmStatus.ENDED:
                ended[one.entry.ref] = one.entry.recorded_at
    period = facts.view.request.period
    return [
        _alarm(facts, one, ended.get(alarm_id))
        for alarm_id, one in raised.items()
        if period.begins_before_its_end(one.entry.recorded_at) and period.is_reached_by(ended.get(alarm_id))
    ]


def _alarm(facts: Facts, one: Recorded[AlarmRecord], ended_at: datetime | None) -> Fields:
    alarm, raised_at = one.body.alarm, one.entry.recorded_at
    return {
        "alarm_id": one.entry.ref,
        "slug": alarm.slug,
        "subject": alarm.subject,
        "severity": alarm.severity,
        "since": time(alarm.since),
        "raised_at": time(raised_at),
        "ended_at": time(ended_at),
        "stood_s": seconds(ended_at - raised_at) if ended_at else None,
        "told_at": time(facts.told_at.get(one.entry.ref)),
        "text": alarm.text,
        "hint": alarm.hint,
        **place_of(one.entry),
    }
