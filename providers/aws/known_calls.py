"""The calls that were seen before: who made them and what they are is worked out once.

A trail repeats itself: a session makes thousands of calls, most of them the same few. The
caches forget everything when they are full, so that no trail can fill the memory.
"""

from msgspec import Struct, field
from msgspec.structs import replace

from drift.model.event import Call, ChangeEvent, Effect, Outcome, Source
from drift.model.resource import Cloud
from drift.model.verdict import Lane
from providers.aws.caller import Caller, caller_of
from providers.aws.effects import Deed, deed_key, deed_of, effect_of
from providers.aws.origin import origin_key, origin_of
from providers.aws.record import TrailRecord
from providers.aws.resources import ResourceMap
from providers.aws.signals import Signals

Key = tuple[object, ...]

MAX_CALLERS = 4_096
"""Each takes some 4 KB: sessions come and go, and what is known of them must not grow with the months."""
MAX_CALLS = 65_536
MAX_DEEDS = 8_192

MAX_KEY_LENGTH = 8_192
"""Of all texts in a key together. Identities are shorter; longer keys are forged, and not kept."""

_NOWHERE = Source(file="", index=0, sha256="")


class _KnownCaller(Struct, frozen=True, eq=False):
    caller: Caller
    events: dict[Deed | Lane, ChangeEvent] = field(default_factory=dict)
    """What a record says of each deed of this caller when it says nothing but when it was done.

    Of reads that are alike there is one for each lane.
    """


class KnownCalls:
    """Finds what is known of a record's call, or works it out."""

    def __init__(self, signals: Signals, resources: ResourceMap) -> None:
        self._signals = signals
        self._resources = resources
        self._callers: dict[Key, _KnownCaller] = {}
        self._deeds: dict[Key, Deed] = {}
        self._failed: dict[int, tuple[ChangeEvent, ChangeEvent]] = {}
        """What failed beside what succeeds: holding the one that its key is of, which stays its own so."""
        self._calls = 0

    def of(self, record: TrailRecord) -> tuple[ChangeEvent, Deed]:
        """Return what a record says when it says nothing but when it was done, and what was done.

        Records that agree in who called what share the call of the event. That of a read that is like
        others may be of one of those, and only who called is to be taken from it.
        """
        key = deed_key(record)
        deed = self._deeds.get(key) or self._new_deed(key, record)
        key = origin_key(record)
        known = self._callers.get(key) or self._new_caller(key, record)
        kind = deed.lane if deed.is_alike else deed
        return known.events.get(kind) or self._new_event(known, deed, kind), deed

    def failed(self, known: ChangeEvent) -> ChangeEvent:
        """Return what a record of such a call says when the call failed, the same for all of them."""
        pair = self._failed.get(id(known))
        if pair is None:
            if len(self._failed) >= MAX_CALLS:
                self._failed.clear()
            effect, outcome = effect_of(known.effect, "failed")
            pair = self._failed[id(known)] = (known, replace(known, effect=effect, outcome=outcome))
        return pair[1]

    def _new_deed(self, key: Key, record: TrailRecord) -> Deed:
        deed = deed_of(record, self._resources, self._signals)
        if _length(key) <= MAX_KEY_LENGTH:
            if len(self._deeds) >= MAX_DEEDS:
                self._forget()
            self._deeds[key] = deed
        return deed

    def _new_caller(self, key: Key, record: TrailRecord) -> _KnownCaller:
        caller = caller_of(origin_of(record), record.user_agent, self._signals)
        known = _KnownCaller(caller)
        if _length(key) <= MAX_KEY_LENGTH:
            if len(self._callers) >= MAX_CALLERS:
                self._forget()
            self._callers[key] = known
        return known

    def _new_event(self, known: _KnownCaller, deed: Deed, kind: Deed | Lane) -> ChangeEvent:
        if self._calls >= MAX_CALLS:
            self._forget()
        event = known.events[kind] = _event(known.caller, deed)
        self._calls += 1
        return event

    def _forget(self) -> None:
        self._callers.clear()
        self._deeds.clear()
        self._failed.clear()
        self._calls = 0


def _length(key: Key) -> int:
    inner = sum(_length(part) for part in key if isinstance(part, tuple))
    return inner + sum(len(part) for part in key if isinstance(part, str | bytes))


def _event(caller: Caller, deed: Deed) -> ChangeEvent:
    called = deed.called
    call = Call(
        cloud=Cloud.AWS,
        account=called.account or caller.account or None,
        region=called.region,
        service=called.service,
        action=called.action,
        principal=caller.principal,
        behind=caller.behind,
        acting_service=caller.service,
        tools=caller.tools,
        credentials=caller.credentials,
        session_keys=caller.session_keys,
        statements=caller.statements,
        source_ip=caller.address,
        user_agent=caller.user_agent,
    )
    return ChangeEvent(
        event_id=None,
        occurred_at=None,
        call=call,
        effect=deed.effect,
        intended=deed.effect,
        outcome=Outcome.SUCCESS,
        error=None,
        lane=deed.lane_of(deed.effect),
        opens=caller.shows,
        resources=(),
        statements=(),
        risks=() if deed.effect is Effect.READ else caller.risks,
        summary="",
        request=None,
        source=_NOWHERE,
    )
