"""The lines of `drift classify`: one for each record, as JSON or as text."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from drift.judge import Known
from drift.model.change import Write
from drift.model.event import Called, ChangeEvent, Effect, Outcome, Repeat, Source, UnreadableRecord
from drift.model.verdict import Actor, ActorKind, Channel, Classification, Confidence, Credential, Lane, Tool
from drift.terminal import shown

WIDTH = 240
"""Columns of a line of text: long enough for an ARN or two."""

MAX_KEPT = 50_000
"""Parts of lines that are kept for the next line like them; beyond it all are made anew."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class _Actor(msgspec.Struct):
    kind: ActorKind
    name: str
    principal: str | None
    chain: tuple[str, ...]


class _Judged(msgspec.Struct):
    effect: Effect
    outcome: Outcome
    tool: Tool
    credential: Credential
    actor: _Actor
    channel: Channel
    lane: Lane


class _Because(msgspec.Struct):
    reasons: tuple[str, ...]
    confidence: Confidence


class _Line(msgspec.Struct, frozen=True, gc=False):
    """The line of a verdict, of which what other lines share is encoded already.

    Keys and their order are documented, here and below; scripts rely on every one.
    """

    event_id: str | None
    occurred_at: datetime | None
    cloud: msgspec.Raw
    """With all members before `effect`: what is raw is written as it stands."""
    effect: msgspec.Raw
    """With all members before `source`."""
    source: Source


class _Unreadable(msgspec.Struct):
    unreadable: bool
    error: str
    source: Source


class _Form(msgspec.Struct, frozen=True, gc=False):
    """What the lines of one verdict share. It holds what its key is made of: a key must stay its own."""

    actor: Actor
    reasons: tuple[str, ...]
    judged: bytes
    because: bytes


class JsonLines:
    """Writes verdicts as JSON. Lines that are alike are made of the same parts, which makes it fast."""

    def __init__(self) -> None:
        self._encoder = msgspec.json.Encoder()
        self._encode = self._encoder.encode
        self._called: dict[Called, msgspec.Raw] = {}
        self._forms: dict[tuple[object, ...], _Form] = {}

    def text(self, lines: Sequence[msgspec.Struct]) -> bytes:
        """Return the text of lines, each with its end; `inert_json` makes it safe to show."""
        return self._encoder.encode_lines(lines)

    def gap(self, one: UnreadableRecord) -> msgspec.Struct:
        """Return the line of a record that cannot be read."""
        return _Unreadable(unreadable=True, error=one.error, source=one.source)

    def line(self, verdict: Write) -> msgspec.Struct:
        """Return the line of a record."""
        event, call = verdict.event, verdict.event.call
        called = self._of_call(Called(call.cloud, call.account, call.region, call.service, call.action))
        return _Line(event.event_id, event.occurred_at, called, self._judged(verdict), event.source)

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> msgspec.Struct:
        """Return the line of a record that says what others say."""
        form = known.form
        if form is None:
            form = known.form = self._judged(known.verdict)
        return _Line(repeat.event_id, repeat.occurred_at, self._of_call(repeat.called), form, source)

    def _judged(self, verdict: Write) -> msgspec.Raw:
        """Return the effect in a line, and all members before the source."""
        encode, event, found = self._encode, verdict.event, verdict.classification
        form = self._form(verdict)
        resources = encode(event.resources) if event.resources else b"[]"
        tickets = encode([one.key for one in found.references]) if found.references else b"[]"
        parts = (form.judged, b',"resources":', resources, b',"tickets":', tickets, b",", form.because)
        return msgspec.Raw(b"".join(parts))

    def _of_call(self, called: Called) -> msgspec.Raw:
        """Return the cloud in a line, and all members before the effect."""
        known = self._called.get(called)
        if known is None:
            known = msgspec.Raw(_without_key(self._members(called)))
            _keep(self._called, called, known)
        return known

    def _form(self, verdict: Write) -> _Form:
        event, actor, found = verdict.event, verdict.actor, verdict.classification
        key = (id(actor), id(found.reasons), found.lane, event.effect, event.outcome)
        known = self._forms.get(key)
        if known is None:
            judged = _without_key(self._members(_verdict(event, actor, found)))
            because = self._members(_Because(found.reasons, found.confidence))
            known = _Form(actor, found.reasons, judged, because)
            _keep(self._forms, key, known)
        return known

    def _members(self, part: msgspec.Struct) -> bytes:
        """Return an object's members without its braces."""
        return self._encode(part)[1:-1]


def _without_key(members: bytes) -> bytes:
    """Return members without the key of the first."""
    return members.partition(b":")[2]


def _keep(kept: dict[_Key, _Kept], key: _Key, one: _Kept) -> None:
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = one


def _verdict(event: ChangeEvent, actor: Actor, found: Classification) -> _Judged:
    return _Judged(
        effect=event.effect,
        outcome=event.outcome,
        tool=found.tool,
        credential=found.credential,
        actor=_Actor(actor.kind, actor.name, actor.principal, actor.chain),
        channel=found.channel,
        lane=found.lane,
    )


class TextLines:
    """Writes verdicts for people."""

    def text(self, lines: Sequence[str]) -> bytes:
        """Return the text of lines, each with its end."""
        return "\n".join((*lines, "")).encode()

    def gap(self, one: UnreadableRecord) -> str:
        """Return the line of a record that cannot be read."""
        return shown(f"unreadable  {one.source.file} record {one.source.index}: {one.error}", WIDTH)

    def line(self, verdict: Write) -> str:
        """Return the line of a record."""
        return self._line(verdict, verdict.event.occurred_at, verdict.event.call.action)

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> str:
        """Return the line of a record that says what others say."""
        return self._line(known.verdict, repeat.occurred_at, repeat.called.action)

    def _line(self, verdict: Write, at: datetime | None, action: str | None) -> str:
        event, found = verdict.event, verdict.classification
        when = f"{at:%Y-%m-%d %H:%M:%S}" if at else "no time            "
        resources = " ".join(f"{each.type or '?'} {each.id}" for each in event.resources)
        keys = " ".join(reference.key for reference in found.references)
        columns = (
            when,
            f"{event.effect:8}",
            f"{found.channel:10}",
            f"{found.tool:13}",
            verdict.actor.name,
            action or "?",
        )
        return shown("  ".join(part for part in (*columns, resources, keys) if part), WIDTH)
