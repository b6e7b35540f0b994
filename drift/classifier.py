"""Judges the records of files on their own: no store, no configuration needed.

A verdict uses only records that came earlier in the input, as the daemon's would.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from drift.model.change import Write
from drift.model.event import Call, ChangeEvent, OpenedSession, RawRecord, Source, UnreadableRecord
from drift.model.verdict import Actor, Classification
from drift.ports import Translator
from drift.records import Damage, pieces_of
from drift.stages.attribute import IdentityRules, actor_of, sessions_behind
from drift.stages.classify import ChannelRules, classify_call, refine
from drift.stages.merge.operations import Operations
from drift.stages.translate import Translators

MAX_REMEMBERED = 50_000
"""Verdicts on kinds of calls that are kept for the next call of their kind; beyond it all are forgotten."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was found of a kind of call. It holds what its keys are made of, so that they stay its own."""

    call: Call
    behind: tuple[OpenedSession, ...]
    actor: Actor
    common: Classification


class Judge:
    """Judges events in the order of the input, each kind of call once."""

    def __init__(self, identities: IdentityRules, channels: ChannelRules) -> None:
        self._identities = identities
        self._channels = channels
        self._leaves_out_some = bool(channels.exclusions or channels.scope)
        self._sessions: dict[str, OpenedSession] = {}
        self._operations = Operations()
        self._calls: dict[int, _Verdict] = {}
        self._callers: dict[tuple[object, ...], _Verdict] = {}
        self._alike: dict[int, Write] = {}

    def judge(self, event: ChangeEvent) -> Write:
        """Return the verdict on `event`, and remember the session that it opens."""
        if event.opens is not None:
            self.remember(event)
        if event.operation is not None:
            event = self._operations.seen(event)
        verdict = self._verdict(event)
        found = common = verdict.common
        if event.lane is not common.lane or event.statements or event.operation or self._leaves_out_some:
            found = refine(common, event, verdict.actor, self._channels)
        return Write(event=event, actor=verdict.actor, classification=found)

    def recall(self, like: ChangeEvent) -> Write:
        """Return the verdict on a record that says what `like` says."""
        known = self._alike.get(id(like))
        if known is None:
            self._make_room()
            known = self._alike[id(like)] = self.judge(like)
        for key in like.call.session_keys:
            if key in self._sessions:
                return self.judge(like)
        return known

    def remember(self, event: ChangeEvent) -> None:
        """Know whose the later calls of a session are: the first opening stands, unless it can be renewed."""
        opened = event.opens
        if event.operation is not None:
            self._operations.seen(event)
        if opened and (opened.is_renewable or opened.key not in self._sessions):
            self._sessions[opened.key] = opened

    def _verdict(self, event: ChangeEvent) -> _Verdict:
        call = event.call
        for key in call.session_keys:
            if key in self._sessions:
                return self._of_caller(call, sessions_behind(event, self._sessions))
        known = self._calls.get(id(call))
        if known is None:
            found = self._of_caller(call, ())
            known = _Verdict(call, (), found.actor, found.common)
            self._make_room()
            self._calls[id(call)] = known
        return known

    def _of_caller(self, call: Call, behind: tuple[OpenedSession, ...]) -> _Verdict:
        """Return what is found of all calls of one caller.

        Judging is a pure function of these objects, and translators share them among the calls of a caller.
        """
        parts = (call.principal, call.behind, call.tools, call.credentials, call.statements, *behind)
        key = (call.acting_service, *map(id, parts))
        verdict = self._callers.get(key)
        if verdict is None:
            actor = actor_of(call, behind, self._identities)
            verdict = _Verdict(call, behind, actor, classify_call(call, actor, self._channels))
            self._make_room()
            self._callers[key] = verdict
        return verdict

    def _make_room(self) -> None:
        if len(self._calls) + len(self._callers) + len(self._alike) >= MAX_REMEMBERED:
            self._alike.clear()
            self._calls.clear()
            self._callers.clear()


def classified_file(path: Path, translators: Translators, judge: Judge) -> Iterator[Write | UnreadableRecord]:
    """Yield the verdict on every record of a file."""
    for raw in raw_records(path, translators.all):
        event = translators.translate(raw)
        yield event if isinstance(event, UnreadableRecord) else judge.judge(event)


def openings_in(path: Path, translators: Translators) -> Iterator[ChangeEvent]:
    """Yield the records of a file that open sessions or tell of operations."""
    marks = tuple(mark for one in translators.all for mark in one.opening_marks)
    for raw in raw_records(path, translators.all, marks):
        event = translators.translate(raw)
        if isinstance(event, ChangeEvent) and (event.opens or event.operation):
            yield event


def raw_records(
    path: Path, translators: Sequence[Translator], marks: tuple[bytes, ...] = ()
) -> Iterator[RawRecord | UnreadableRecord]:
    """Yield the records of a file; with `marks`, only those that hold one of them."""
    name = name_of(path)
    for index, piece in enumerate(pieces_in(path, translators)):
        if isinstance(piece, Damage):
            source = Source(file=name, index=index, sha256=piece.sha256)
            yield UnreadableRecord(error=piece.error, source=source)
        elif not marks or any(mark in piece for mark in marks):
            yield RawRecord(body=piece, source=source_of(piece, name, index))


def pieces_in(path: Path, translators: Sequence[Translator]) -> Iterator[bytes | Damage]:
    """Yield the bytes of each record of a file; what keeps it from being read is the last of them."""
    try:
        with path.open("rb") as stream:
            yield from pieces_of(stream, translators)
    except OSError as error:
        yield Damage.of_nothing(f"the file cannot be read: {error.strerror or error}")


def source_of(body: bytes, file: str, index: int) -> Source:
    """Return where a record stands."""
    return Source(file=file, index=index, sha256=hashlib.sha256(body).hexdigest())


def name_of(path: Path) -> str:
    """Return a file's name as text: it may be called anything, but what is said of it must be readable."""
    return os.fsencode(path).decode(errors="replace")
