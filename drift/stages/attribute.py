"""Who answers for a call, behind roles, sessions and impersonation?

The cloud vouches for the principal; the records that opened its session tell who
stood behind it. Session names are chosen by the caller and prove nothing alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from drift.model.change import ChangeEvent, OpenedSession, Principal
from drift.model.verdict import Actor, ActorKind, Confidence

MAX_CHAIN = 5
"""Roles assumed from roles are followed this far; longer chains are cut, and said to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityRules:
    """The identities that the configuration knows better than the record does.

    Patterns are globs over the principal, its role and its session name.
    """

    people: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()


def attribute(event: ChangeEvent, sessions: Mapping[str, OpenedSession], rules: IdentityRules) -> Actor:
    """Return who answers for `event`, naming everyone in the chain behind it."""
    principal = event.principal
    if principal is None:
        return _without_principal(event)
    behind = _behind(event.session_key, sessions)
    kind, confidence, reason = _kind_of(principal, behind, rules)
    opener = behind[-1].opener if behind else principal
    issuer = next((one.opener.issuer for one in behind if one.opener.issuer), principal.issuer)
    return Actor(
        kind=kind,
        name=_name_of(kind, principal, behind),
        principal=principal.id,
        chain=_chain(principal, behind),
        subject=issuer.subject if issuer else None,
        issuer=issuer.name if issuer else None,
        is_known_pipeline=issuer is not None and issuer.is_pipeline and kind is ActorKind.MACHINE,
        run=principal.session_name if kind is ActorKind.MACHINE else None,
        reasons=(reason, *_behind_reasons(behind, opener)),
        confidence=confidence,
    )


def _without_principal(event: ChangeEvent) -> Actor:
    if event.acting_service:
        return Actor(
            kind=ActorKind.SERVICE,
            name=event.acting_service,
            principal=None,
            reasons=(f"{event.acting_service} acted by itself",),
            confidence=Confidence.HIGH,
        )
    return Actor(
        kind=ActorKind.UNKNOWN, name="unknown", principal=None, reasons=("the record names no identity",)
    )


def _behind(key: str | None, sessions: Mapping[str, OpenedSession]) -> tuple[OpenedSession, ...]:
    chain: list[OpenedSession] = []
    while key is not None and len(chain) < MAX_CHAIN and (opened := sessions.get(key)) is not None:
        if opened in chain:
            break
        chain.append(opened)
        key = opened.via
    return tuple(chain)


def _kind_of(
    principal: Principal, behind: tuple[OpenedSession, ...], rules: IdentityRules
) -> tuple[ActorKind, Confidence, str]:
    names = [name for name in (principal.id, principal.role, principal.session_name) if name]
    if pattern := _first_match(rules.machines, names):
        return ActorKind.MACHINE, Confidence.HIGH, f"the configuration calls {pattern} a machine"
    if pattern := _first_match(rules.people, names):
        return ActorKind.HUMAN, Confidence.HIGH, f"the configuration calls {pattern} a person"
    if behind and principal.kind is not ActorKind.SERVICE:
        opener = behind[-1].opener
        if opener.kind in (ActorKind.HUMAN, ActorKind.MACHINE):
            return opener.kind, opener.confidence, f"the session was opened by {opener.name}: {opener.reason}"
    return principal.kind, principal.confidence, principal.reason


def _name_of(kind: ActorKind, principal: Principal, behind: tuple[OpenedSession, ...]) -> str:
    """Prefer what cannot be chosen freely: the source identity, then the opener, then the session."""
    if kind is not ActorKind.HUMAN or not behind:
        return principal.name
    for opened in reversed(behind):
        if opened.source_identity:
            return _person_in(opened.source_identity)
    return behind[-1].opener.name


def _person_in(source_identity: str) -> str:
    """Cut a ticket key that follows the person, as in `alice@example.com.OPS-123`."""
    return re.sub(r"[.@][A-Z][A-Z0-9]{1,9}-\d{1,7}$", "", source_identity)


def _chain(principal: Principal, behind: tuple[OpenedSession, ...]) -> tuple[str, ...]:
    ids = [principal.role, *(one.opener.id for one in behind)]
    return tuple(dict.fromkeys(one for one in ids if one and one != principal.id))


def _behind_reasons(behind: tuple[OpenedSession, ...], opener: Principal) -> tuple[str, ...]:
    if not behind:
        return ()
    reasons = [f"{opener.id} opened the session of {behind[0].role or 'the key used'}"]
    if len(behind) == MAX_CHAIN:
        reasons.append(f"the chain of roles was followed {MAX_CHAIN} steps and may go on")
    return tuple(reasons)


def _first_match(patterns: tuple[str, ...], names: list[str]) -> str | None:
    return next(
        (pattern for pattern in patterns if any(_glob(pattern).fullmatch(name) for name in names)), None
    )


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """Translate `*` and `?` only: brackets are ordinary characters in principals."""
    translated = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile(translated, re.DOTALL)
