"""What an alert says, part by part, for channels that give it their own form.

Every text in it is visible, on one line and short enough; none is markup of any kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drift.model.alarm import ToldAlarm
from drift.model.alert import Alert, AlertedChange
from providers import wording
from providers.difference import difference
from providers.visible import shortened

LISTED_CHANGES: Final = 20
"""How many changes of a session are described, the worst first; the rest is counted."""

_LINE = 400
_NAME = 120
_ACTIONS = 6
_REASONS = 6
_PARAGRAPHS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that is said, under its label."""

    label: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Things that belong together: those about the session, then those about each change."""

    facts: tuple[Fact, ...] = ()
    lines: tuple[str, ...] = ()
    """Said without a label: a difference, or the paragraphs of a digest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """All that an alert says."""

    title: str
    call_to_action: str
    parts: tuple[Part, ...]


def telling(alert: Alert) -> Telling:
    """Return what an alert says, within limits whatever it says."""
    is_over = alert.alarm is not None and alert.alarm.ended_at is not None
    severity = "" if alert.notice or is_over else f"{alert.severity.upper()}: "
    return Telling(
        title=shortened(f"{severity}{alert.headline}", _LINE) or "Driftledger",
        call_to_action=shortened(alert.call_to_action, _LINE),
        parts=tuple(_parts(alert)),
    )


def _parts(alert: Alert) -> Iterator[Part]:
    if alert.notice:
        shown = tuple(shortened(one, _LINE) for one in alert.notice[:_PARAGRAPHS])
        rest = len(alert.notice) - len(shown)
        yield Part(lines=(*shown, f"and {rest} more") if rest > 0 else shown)
        return
    if alert.alarm is not None:
        yield Part(facts=tuple(_alarm(alert, alert.alarm)))
        return
    yield Part(
        facts=(
            Fact(label="Who", text=shortened(wording.who(alert), _NAME)),
            Fact(label="Identity", text=shortened(alert.identity, _LINE)),
            Fact(label="Where", text=wording.where(alert)),
            Fact(label="When", text=wording.when(alert)),
            Fact(label="Session", text=shortened(alert.session_id, _NAME)),
        )
    )
    worst_first = sorted(alert.changes, key=lambda change: -change.severity.rank)
    for change in worst_first[:LISTED_CHANGES]:
        yield Part(facts=tuple(_change(change)), lines=tuple(difference(change.drift)))
    if (rest := len(alert.changes) - LISTED_CHANGES) > 0:
        yield Part(lines=(f"and {rest} more {'changes' if rest > 1 else 'change'} in this session",))


def _alarm(alert: Alert, told: ToldAlarm) -> Iterator[Fact]:
    alarm = told.alarm
    yield Fact(label="What", text=shortened(alarm.text, _LINE))
    yield Fact(label="Alarm", text=shortened(f"{alarm.slug} · {alarm.subject}", _LINE))
    yield Fact(label="Since", text=f"{alarm.since:%Y-%m-%d %H:%M:%S} UTC")
    if told.ended_at:
        lasted = wording.duration(told.ended_at - alarm.since)
        yield Fact(label="Over", text=f"{told.ended_at:%Y-%m-%d %H:%M:%S} UTC, after {lasted}")
    yield Fact(label="Ref", text=f"{shortened(alert.session_id, _NAME)} · ledger entry {told.ledger_seq}")


def _change(change: AlertedChange) -> Iterator[Fact]:
    done = wording.listing(change.actions, _ACTIONS, _NAME)
    yield Fact(label="What", text=f"{shortened(change.resource, _LINE)} – {done}")
    standing = f"{change.severity} · {change.disposition}, {wording.STANDINGS[change.disposition]}"
    yield Fact(label="Status", text=standing)
    if change.ticket:
        yield Fact(label="Ticket", text=shortened(change.ticket, _NAME))
    if change.declared_at:
        yield Fact(label="Declared at", text=shortened(change.declared_at, _LINE))
    if change.reasons:
        yield Fact(label="Why flagged", text=wording.listing(change.reasons, _REASONS, _LINE))
    yield Fact(label="Ref", text=f"{shortened(change.change_id, _NAME)} · ledger entry {change.ledger_seq}")
