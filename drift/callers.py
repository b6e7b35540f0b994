"""What was found of callers, each once.

Judging is a pure function of who called and of the sessions behind the call, and translators share
these objects among the calls of a caller.
"""

from datetime import datetime

from msgspec import Struct

from drift.model.event import Call, OpenedSession
from drift.model.verdict import Actor, Classification
from drift.stages.attribute import IdentityRules, actor_of
from drift.stages.classify import ChannelRules, classify_call


class Caller(Struct, frozen=True, gc=False):
    """What was found of a kind of call. It holds what its keys are made of, so that they stay its own."""

    call: Call
    behind: tuple[OpenedSession, ...]
    until: datetime | None
    """When the first of these sessions ends, and the verdict with it."""
    actor: Actor
    common: Classification


class Callers:
    """Judges who calls, each caller once."""

    def __init__(self, identities: IdentityRules, channels: ChannelRules) -> None:
        self._identities = identities
        self._channels = channels
        self._known: dict[tuple[object, ...], Caller] = {}

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._known)

    def clear(self) -> None:
        """Forget all of them."""
        self._known.clear()

    def find(self, call: Call, behind: tuple[OpenedSession, ...]) -> Caller:
        """Return what is found of all calls of one caller, made in these sessions."""
        parts = (call.principal, call.behind, call.tools, call.credentials, call.statements, *behind)
        key = (call.acting_service, *map(id, parts))
        caller = self._known.get(key)
        if caller is None:
            actor = actor_of(call, behind, self._identities)
            until = min((one.expires_at for one in behind if one.expires_at), default=None)
            caller = Caller(call, behind, until, actor, classify_call(call, actor, self._channels))
            self._known[key] = caller
        return caller
