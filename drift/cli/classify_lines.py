"""The lines of `drift classify`: one for each record, as JSON or as text."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from drift.model.change import Write
from drift.model.event import Call, ChangeEvent, Effect, Outcome, Source, UnreadableRecord
from drift.model.resource import Cloud
from drift.model.verdict import Actor, ActorKind, Channel, Classification, Confidence, Credential, Lane, Tool
from drift.terminal import shown

WIDTH = 240
"""Columns of a line of text: long enough for an ARN or two."""

MAX_KEPT = 50_000
"""Parts of lines that are kept for the next line like them; beyond it all are made anew."""


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


@dataclass(frozen=True, slots=True)
class _Form:
    """A line without what differs. It holds what its key is made of: a key must stay its own."""

    made_of: tuple[Call, Actor, tuple[str, ...]]
    called_and_judged: bytes
    because: bytes


class JsonLines:
    """Writes verdicts as JSON. Lines that are alike are made of one form, which makes it fast."""

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self._forms: dict[tuple[object, ...], _Form] = {}
        self._judged: dict[tuple[object, ...], _Form] = {}

    def gap(self, one: UnreadableRecord) -> bytes:
        """Return the line of a record that cannot be read."""
        return self._encode(_Unreadable(unreadable=True, error=one.error, source=one.source))

    def line(self, verdict: Write, event_id: str | None, at: datetime | None, source: Source) -> bytes:
        """Return the line of a record, without its end; `inert_json` makes it safe to show."""
        encode, event, found = self._encode, verdict.event, verdict.classification
        form = self._form(event, verdict.actor, found)
        references = found.references
        return b"".join(
            (
                b'{"event_id":',
                encode(event_id),
                b',"occurred_at":',
                encode(at),
                form.called_and_judged,
                encode(event.resources) if event.resources else b"[]",
                b',"tickets":',
                encode([reference.key for reference in references]) if references else b"[]",
                form.because,
                encode(source),
                b"}",
            )
        )

    def _form(self, event: ChangeEvent, actor: Actor, found: Classification) -> _Form:
        call, reasons = event.call, found.reasons
        key = (id(call), id(actor), id(reasons), found.lane, event.effect, event.outcome)
        known = self._forms.get(key)
        if known is None:
            judged = self._form_of_verdict(key[1:], event, actor, found)
            called = b"," + self._members(_called(call)) + judged.called_and_judged
            known = _Form((call, actor, reasons), called, judged.because)
            _keep(self._forms, key, known)
        return known

    def _form_of_verdict(
        self, key: tuple[object, ...], event: ChangeEvent, actor: Actor, found: Classification
    ) -> _Form:
        """Return the part of a form that calls of one caller share."""
        known = self._judged.get(key)
        if known is None:
            judged = b"," + self._members(_judged(event, actor, found)) + b',"resources":'
            because = b"," + self._members(_Because(found.reasons, found.confidence)) + b',"source":'
            known = _Form((event.call, actor, found.reasons), judged, because)
            _keep(self._judged, key, known)
        return known

    def _members(self, part: msgspec.Struct) -> bytes:
        """Return an object's members without its braces."""
        return self._encode(part)[1:-1]


def _keep(forms: dict[tuple[object, ...], _Form], key: tuple[object, ...], form: _Form) -> None:
    if len(forms) >= MAX_KEPT:
        forms.clear()
    forms[key] = form


def _called(call: Call) -> _Called:
    return _Called(call.cloud, call.account, call.region, call.service, call.action)


def _judged(event: ChangeEvent, actor: Actor, found: Classification) -> _Judged:
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

    def line(self, verdict: Write, event_id: str | None, at: datetime | None, source: Source) -> bytes:
        """Return the line of a record, without its end."""
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
            event.call.action or "?",
        )
        return shown("  ".join(part for part in (*columns, resources, keys) if part), WIDTH).encode()
