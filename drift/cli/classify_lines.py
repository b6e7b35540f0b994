"""The lines of `drift classify`: one for each record, as JSON or as text."""

from datetime import datetime
from typing import TypeVar

import msgspec

from drift.judge import Known
from drift.model.change import Write
from drift.model.event import Called, ChangeEvent, Effect, Outcome, Repeat, Source, UnreadableRecord
from drift.model.resource import Cloud
from drift.model.verdict import Actor, ActorKind, Channel, Classification, Confidence, Credential, Lane, Tool
from drift.terminal import shown

WIDTH = 240
"""Columns of a line of text: long enough for an ARN or two."""

MAX_KEPT = 50_000
"""Parts of lines that are kept for the next line like them; beyond it all are made anew."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class _Called(msgspec.Struct):
    """What calls of one kind share. Keys and their order are documented; scripts rely on every one."""

    cloud: Cloud
    account: str | None
    region: str | None
    service: str | None
    action: str | None


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
        self._encode = msgspec.json.Encoder().encode
        self._called: dict[tuple[Cloud, Called], bytes] = {}
        self._forms: dict[tuple[object, ...], _Form] = {}

    def gap(self, one: UnreadableRecord) -> bytes:
        """Return the line of a record that cannot be read."""
        return self._encode(_Unreadable(unreadable=True, error=one.error, source=one.source))

    def line(self, verdict: Write) -> bytes:
        """Return the line of a record, without its end; `inert_json` makes it safe to show."""
        event, call = verdict.event, verdict.event.call
        called = self._of_call(call.cloud, Called(call.account, call.region, call.service, call.action))
        return self._line(event.event_id, event.occurred_at, called, self._judged(verdict), event.source)

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> bytes:
        """Return the line of a record that says what others say, without its end."""
        form = known.form
        if form is None:
            form = known.form = self._judged(known.verdict)
        called = self._of_call(known.verdict.event.call.cloud, repeat.called)
        return self._line(repeat.event_id, repeat.occurred_at, called, form, source)

    def _line(
        self, event_id: str | None, at: datetime | None, called: bytes, judged: bytes, source: Source
    ) -> bytes:
        encode = self._encode
        return b"".join(
            (
                b'{"event_id":',
                encode(event_id),
                b',"occurred_at":',
                encode(at),
                called,
                judged,
                encode(source),
                b"}",
            )
        )

    def _judged(self, verdict: Write) -> bytes:
        """Return all of a line between what was called and the source."""
        encode, event, found = self._encode, verdict.event, verdict.classification
        form = self._form(verdict)
        resources = encode(event.resources) if event.resources else b"[]"
        tickets = encode([one.key for one in found.references]) if found.references else b"[]"
        return b"".join((form.judged, resources, b',"tickets":', tickets, form.because))

    def _of_call(self, cloud: Cloud, called: Called) -> bytes:
        key = (cloud, called)
        known = self._called.get(key)
        if known is None:
            own = _Called(cloud, called.account, called.region, called.service, called.action)
            known = b"," + self._members(own)
            _keep(self._called, key, known)
        return known

    def _form(self, verdict: Write) -> _Form:
        event, actor, found = verdict.event, verdict.actor, verdict.classification
        key = (id(actor), id(found.reasons), found.lane, event.effect, event.outcome)
        known = self._forms.get(key)
        if known is None:
            judged = b"," + self._members(_verdict(event, actor, found)) + b',"resources":'
            because = b"," + self._members(_Because(found.reasons, found.confidence)) + b',"source":'
            known = _Form(actor, found.reasons, judged, because)
            _keep(self._forms, key, known)
        return known

    def _members(self, part: msgspec.Struct) -> bytes:
        """Return an object's members without its braces."""
        return self._encode(part)[1:-1]


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

    def gap(self, one: UnreadableRecord) -> bytes:
        """Return the line of a record that cannot be read."""
        return shown(f"unreadable  {one.source.file} record {one.source.index}: {one.error}", WIDTH).encode()

    def line(self, verdict: Write) -> bytes:
        """Return the line of a record, without its end."""
        return self._line(verdict, verdict.event.occurred_at, verdict.event.call.action)

    def repeated(self, known: Known, repeat: Repeat, source: Source) -> bytes:
        """Return the line of a record that says what others say, without its end."""
        return self._line(known.verdict, repeat.occurred_at, repeat.called.action)

    def _line(self, verdict: Write, at: datetime | None, action: str | None) -> bytes:
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
        return shown("  ".join(part for part in (*columns, resources, keys) if part), WIDTH).encode()
