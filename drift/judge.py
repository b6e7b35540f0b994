"""Judges events in the order of the input: no store, no configuration needed.

What is found of one call is kept for the next call of its kind, and forgotten when a session
is opened that it rests on.
"""

from datetime import datetime

from msgspec import Struct, structs

from drift.callers import Caller, Callers
from drift.model.change import Write
from drift.model.event import Call, ChangeEvent, OpenedSession, Repeat
from drift.stages.attribute import IdentityRules, sessions_behind
from drift.stages.classify import ChannelRules, refine
from drift.stages.merge.operations import Operations

MAX_REMEMBERED = 50_000
"""Verdicts on kinds of calls that are kept for the next call of their kind; beyond it all are forgotten."""


class Known(Struct, gc=False):
    """What was found of records that all say what `verdict.event` says."""

    verdict: Write
    until: datetime | None
    """It is not known of later ones."""
    form: tuple[bytes, bytes] | None = None
    """What their lines share, once one was written; its writer knows more."""


class Judge:
    """Judges events in the order of the input, each kind of call once."""

    def __init__(self, identities: IdentityRules, channels: ChannelRules) -> None:
        self._identities = identities
        self._channels = channels
        self._leaves_out_some = bool(channels.exclusions or channels.scope)
        self._sessions: dict[str, OpenedSession] = {}
        self._operations = Operations()
        self._calls: dict[int, Caller] = {}
        self._callers = Callers(identities, channels)
        self._repeated: dict[int, Known] = {}
        self._resting: dict[str, set[int]] = {}
        """The keys of `_calls` and `_repeated` whose verdicts a session of this key would change."""

    def judge(self, event: ChangeEvent) -> Write:
        """Return the verdict on `event`, and remember the session that it opens."""
        if event.opens is not None:
            self.remember(event)
        if event.operation is not None:
            event = self._operations.seen(event)
        return self._judged(event, self._verdict(event))

    def recall(self, repeat: Repeat) -> Known:
        """Return the verdict on a record that says what others say: the same object as long as it stands."""
        known = self._repeated.get(id(repeat.like))
        if known is None:
            known = self._new_known(repeat.like)
        if known.until is not None and repeat.occurred_at is not None and known.until < repeat.occurred_at:
            like = structs.replace(repeat.like, occurred_at=repeat.occurred_at)
            return Known(self.judge(like), until=None)
        return known

    def remember(self, event: ChangeEvent) -> None:
        """Know whose the later calls of a session are, and what the later records of an operation rest on.

        The first opening of a session stands, unless it can be renewed.
        """
        if event.operation is not None:
            self._operations.seen(event)
        opened = event.opens
        if opened and (opened.is_renewable or opened.key not in self._sessions):
            self._sessions[opened.key] = opened
            for each in self._resting.pop(opened.key, ()):
                self._calls.pop(each, None)
                self._repeated.pop(each, None)

    def _judged(self, event: ChangeEvent, verdict: Caller) -> Write:
        found = common = verdict.common
        if event.lane is not common.lane or event.statements or event.operation or self._leaves_out_some:
            found = refine(common, event, verdict.actor, self._channels)
        return Write(event=event, actor=verdict.actor, classification=found)

    def _new_known(self, like: ChangeEvent) -> Known:
        if like.opens is not None:
            self.remember(like)
        verdict = self._of_caller(like.call, sessions_behind(like.call, None, self._sessions))
        known = Known(self._judged(like, verdict), verdict.until)
        if like.opens is None or not like.opens.is_renewable:
            self._make_room()
            self._repeated[id(like)] = known
            self._let_rest(id(like), like.call, verdict.behind)
        return known

    def _verdict(self, event: ChangeEvent) -> Caller:
        call, at = event.call, event.occurred_at
        known = self._calls.get(id(call))
        if known is None:
            found = self._of_caller(call, sessions_behind(call, None, self._sessions))
            known = structs.replace(found, call=call)
            self._make_room()
            self._calls[id(call)] = known
            self._let_rest(id(call), call, known.behind)
        if known.until is not None and at is not None and known.until < at:
            return self._of_caller(call, sessions_behind(call, at, self._sessions))
        return known

    def _of_caller(self, call: Call, behind: tuple[OpenedSession, ...]) -> Caller:
        """Return what is found of all calls of one caller."""
        self._make_room()
        return self._callers.find(call, behind)

    def _let_rest(self, key: int, call: Call, behind: tuple[OpenedSession, ...]) -> None:
        """Have what is kept under `key` forgotten when a session is opened that would change it."""
        for session in (*call.session_keys, *(one.via for one in behind if one.via)):
            self._resting.setdefault(session, set()).add(key)

    def _make_room(self) -> None:
        kept = len(self._calls) + len(self._callers) + len(self._repeated) + len(self._resting)
        if kept >= MAX_REMEMBERED:
            self._calls.clear()
            self._callers.clear()
            self._repeated.clear()
            self._resting.clear()
