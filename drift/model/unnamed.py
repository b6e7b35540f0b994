"""Keeps names out of messages where it is not sure that they are those of who acted.

Nobody is accused by a machine: what a session is called was chosen by whoever opened it. The evidence
and `drift show` tell it all the same, to those who look into it.
"""

import re
from collections.abc import Callable, Iterable

from drift.model.change import Change, Write
from drift.model.verdict import ActorKind, Confidence

UNNAMED = "(a name that is not sure)"


def unsure_names(change: Change, names_of: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Return the names under which a change is recorded, as far as they may be those of somebody else.

    `names_of` tells all names of whoever has one.
    """
    recorded = {name for write in change.writes for name in _unsure(write)}
    return frozenset(name for one in recorded for name in names_of(one))


def without(text: str, names: Iterable[str]) -> str:
    """Return a text in which none of these names stands as a word of its own."""
    longest_first = sorted(names, key=len, reverse=True)
    if not longest_first:
        return text
    alternatives = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<![\w.@-])(?:{alternatives})(?![\w@-])", UNNAMED, text, flags=re.IGNORECASE)


def _unsure(write: Write) -> Iterable[str]:
    actor, principal = write.actor, write.event.call.principal
    if actor.confidence is Confidence.HIGH or actor.kind in (ActorKind.MACHINE, ActorKind.SERVICE):
        return ()
    chosen = principal.session_name if principal else None
    roles = {principal.role.rpartition("/")[2]} if principal and principal.role else set()
    # A role names nobody, and who looks into it needs to know which it was.
    is_person = actor.kind is ActorKind.HUMAN and actor.name not in roles
    return filter(None, (chosen, actor.name if is_person else None))
