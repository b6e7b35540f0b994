"""Who answers for a call, behind roles, sessions and impersonation?

The cloud vouches for the principal; the records that opened its session tell who
stood behind it. Session names are chosen by the caller and prove nothing alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from msgspec import structs

from drift.model.event import Call, ChangeEvent, OpenedSession, Principal
from drift.model.verdict import Actor, ActorKind, Confidence
from drift.ticket_keys import TicketKeys, shipped_ticket_keys

MAX_CHAIN = 5
"""Roles assumed from roles are followed this far; longer chains are cut, and said to be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentityRules:
    """The identities that the configuration knows better than the record does. Globs."""

    people: tuple[str, ...] = ()
    """Over the principal, its role and its session's name."""
    machines: tuple[str, ...] = ()
    """Over the same but the session's name: else anybody could call themselves a machine."""
    strict_domains: tuple[str, ...] = ()
    """Where given, people sign in under an address of these domains, and whoever does not is unknown."""
    ticket_keys: TicketKeys = field(default_factory=shipped_ticket_keys)
    """People append a ticket's key to the name of their session."""


def attribute(event: ChangeEvent, sessions: Mapping[str, OpenedSession], rules: IdentityRules) -> Actor:
    """Return who answers for `event`, naming everyone in the chain behind it."""
    return actor_of(event.call, sessions_behind(event.call, event.occurred_at, sessions), rules)


def sessions_behind(
    call: Call, at: datetime | None, sessions: Mapping[str, OpenedSession]
) -> tuple[OpenedSession, ...]:
    """Return the sessions that lead to a call made at this time, the last one first."""
    found: dict[str, OpenedSession] = {}
    for first in call.session_keys:
        key: str | None = first
        while key is not None and key not in found and len(found) < MAX_CHAIN:
            opened = sessions.get(key)
            if opened is None or _is_over(opened, at):
                break
            found[key] = opened
            key = opened.via
    return tuple(found.values())


def actor_of(call: Call, behind: tuple[OpenedSession, ...], rules: IdentityRules) -> Actor:
    """Return who answers for calls of this kind that were made in these sessions."""
    principal = call.principal
    if principal is None:
        return _without_principal(call)
    openers = _openers_in_order(call, behind)
    links = [_as_configured(one, rules) for one in (*openers, *reversed(call.behind), principal)]
    who = _answerable(links, rules, acts_alone=call.acting_service is not None)
    issuer = next((one.issuer for one in links if one.issuer), None)
    is_machine = who.kind is ActorKind.MACHINE
    is_unsure = _is_cut(behind) or _is_machine_by_name(who, links)
    actor = Actor(
        kind=who.kind,
        name=_name_of(who, links[-1], behind, rules),
        principal=principal.id,
        chain=_chain(call, behind),
        grants=tuple(dict.fromkeys(name for one in behind for name in one.grants)),
        subject=issuer.subject if issuer else None,
        issuer=issuer.name if issuer else None,
        pool=issuer.pool if issuer else None,
        is_known_pipeline=issuer is not None and issuer.is_pipeline and is_machine,
        run=next((one.session_name for one in links if one.session_name), None) if is_machine else None,
        statements=tuple(said for one in behind for said in one.statements),
        tools=next((one.tools for one in reversed(behind) if one.tools), ()),
        reasons=(who.reason, *_reasons_behind(who, call, behind)),
        confidence=Confidence.LOW if is_unsure else who.confidence,
    )
    return _held_to_strictness(actor, who, rules)


def _held_to_strictness(actor: Actor, who: Principal, rules: IdentityRules) -> Actor:
    """Take a person for unknown who did not sign in under an address of the company.

    The rule is on the identity and nothing else, so that no list of programs can go stale. A name
    that the caller may have chosen is no sign-in, whatever it looks like.
    """
    if not rules.strict_domains or actor.kind is not ActorKind.HUMAN:
        return actor
    domain = actor.name.rpartition("@")[2].lower() if "@" in actor.name else None
    is_vouched_for = who.confidence is Confidence.HIGH
    if is_vouched_for and domain in {one.lower() for one in rules.strict_domains}:
        return actor
    reason = f"strict identity: no sign-in under {' or '.join(rules.strict_domains)}"
    return structs.replace(
        actor, kind=ActorKind.UNKNOWN, reasons=(reason, *actor.reasons), confidence=Confidence.LOW
    )


def _without_principal(call: Call) -> Actor:
    if call.acting_service:
        return Actor(
            kind=ActorKind.SERVICE,
            name=call.acting_service,
            principal=None,
            reasons=(f"{call.acting_service} acted by itself",),
            confidence=Confidence.HIGH,
        )
    return Actor(
        kind=ActorKind.UNKNOWN, name="unknown", principal=None, reasons=("the record names no identity",)
    )


def _is_over(opened: OpenedSession, at: datetime | None) -> bool:
    return at is not None and opened.expires_at is not None and opened.expires_at < at


def _is_cut(behind: tuple[OpenedSession, ...]) -> bool:
    """Tell whether the chain goes on: its first known caller acts in a role that somebody assumed.

    A person for whose sign-in the cloud vouches is the beginning.
    """
    if len(behind) < MAX_CHAIN or behind[-1].via is None:
        return False
    opener = behind[-1].opener
    is_signed_in = opener.kind is ActorKind.HUMAN and opener.confidence is Confidence.HIGH
    return opener.role is not None and not is_signed_in


def _as_configured(principal: Principal, rules: IdentityRules) -> Principal:
    """Return `principal` as the configuration knows it. A service of the cloud stays one."""
    if principal.kind is ActorKind.SERVICE:
        return principal
    if pattern := _first_match(rules.machines, _vouched_for(principal)):
        return structs.replace(
            principal,
            kind=ActorKind.MACHINE,
            confidence=Confidence.HIGH,
            reason=f"the configuration calls {pattern} a machine",
        )
    chosen = (principal.id, principal.session_name or "")
    if pattern := _first_match(rules.people, (*_vouched_for(principal), *chosen)):
        is_known = principal.kind is ActorKind.HUMAN
        return structs.replace(
            principal,
            kind=ActorKind.HUMAN,
            name=principal.name
            if is_known
            else rules.ticket_keys.without_suffix(principal.session_name or principal.name),
            confidence=_confidence_in_person(principal),
            reason=f"the configuration calls {pattern} a person",
        )
    return principal


def _vouched_for(principal: Principal) -> tuple[str, ...]:
    """Return the names that the caller did not choose: the principal without its session's, and the role."""
    role = principal.role or ""
    return principal.id.removesuffix(principal.session_name or ""), role, _own_name(role)


def _confidence_in_person(principal: Principal) -> Confidence:
    """That it is a person is configured; which one is as sure as the session's name."""
    if principal.session_name is None:
        return Confidence.HIGH
    return principal.confidence if principal.kind is ActorKind.HUMAN else Confidence.MEDIUM


def _answerable(links: list[Principal], rules: IdentityRules, *, acts_alone: bool) -> Principal:
    """Return who of a chain answers for it; its links are in order of time.

    Brokers open sessions for people, and people use roles that are made for machines: a
    person anywhere in the chain answers. Only what begins with a pipeline's token, or with
    a machine of the configuration, stays a machine's, whatever its sessions are called. A
    service that carries out what somebody asked for is no answer, one that acts alone is.
    """
    first, last = links[0], links[-1]
    if last.kind is ActorKind.SERVICE and (acts_alone or first.kind is ActorKind.UNKNOWN):
        return last
    if _is_surely_machine(first, rules):
        return first
    for kind in (ActorKind.HUMAN, ActorKind.MACHINE):
        if found := next((one for one in links if one.kind is kind), None):
            return found
    return last


def _is_surely_machine(principal: Principal, rules: IdentityRules) -> bool:
    has_token = principal.issuer is not None and principal.issuer.is_pipeline
    is_configured = _first_match(rules.machines, _vouched_for(principal)) is not None
    return principal.kind is ActorKind.MACHINE and (has_token or is_configured)


def _is_machine_by_name(who: Principal, links: list[Principal]) -> bool:
    """Tell whether only the name of its session makes it a machine: whoever opened it chose that.

    Who opened it may be told too late, or not at all. Where a service did, it chose the name.
    """
    is_named_only = who.session_name is not None and who.issuer is None
    is_by_service = links[0].kind is ActorKind.SERVICE and links[0].confidence is Confidence.HIGH
    is_vouched_for = who.confidence is Confidence.HIGH or is_by_service
    return who.kind is ActorKind.MACHINE and is_named_only and not is_vouched_for


def _name_of(who: Principal, last: Principal, behind: tuple[OpenedSession, ...], rules: IdentityRules) -> str:
    """Name a machine by the role it acted in, and a person by the source identity or else the sign-in."""
    match who.kind:
        case ActorKind.MACHINE if last.kind is not ActorKind.SERVICE:
            return _own_name(last.role or "") or last.name
        case ActorKind.HUMAN if said := _source_identity(behind):
            return (
                rules.ticket_keys.without_suffix(said.source_identity or "")
                if _is_believed(said, who)
                else who.name
            )
        case _:
            return who.name


def _source_identity(behind: tuple[OpenedSession, ...]) -> OpenedSession | None:
    """Return the session that set the source identity: no later one can change it."""
    return next((one for one in reversed(behind) if one.source_identity), None)


def _is_believed(said: OpenedSession, who: Principal) -> bool:
    """Tell whether a source identity names the person.

    One that came with the sign-in is the identity provider's. One that came with a role was
    chosen by whoever assumed it, and cannot rename a person whom the cloud vouches for.
    """
    return said.via is None or who.confidence is not Confidence.HIGH


def _own_name(role: str) -> str:
    """Return the name at the end of a role's ARN; a bare name is its own."""
    return role.rpartition("/")[2]


def _chain(call: Call, behind: tuple[OpenedSession, ...]) -> tuple[str, ...]:
    principal = call.principal
    ids = [principal.role if principal else None, *(one.id for one in (*call.behind, *_openers(behind)))]
    return tuple(dict.fromkeys(one for one in ids if one and (principal is None or one != principal.id)))


def _openers(behind: tuple[OpenedSession, ...]) -> Iterator[Principal]:
    return (one.opener for one in behind)


def _openers_in_order(call: Call, behind: tuple[OpenedSession, ...]) -> list[Principal]:
    """Return who opened the sessions, the first one first: a call's own session is the last of them."""
    in_time = behind[::-1]
    return [one.opener for is_own in (False, True) for one in in_time if _is_own(one, call) is is_own]


def _reasons_behind(who: Principal, call: Call, behind: tuple[OpenedSession, ...]) -> Iterator[str]:
    if call.behind:
        yield f"{call.behind[-1].id} acted as {call.principal.id if call.principal else 'nobody'}"
    others = [one for one in behind if not _is_own(one, call)]
    if others:
        opened = f"the session of {others[0].role or 'the key used'}"
        which = opened if len(others) == 1 else f"the first of {len(others)} sessions that led to {opened}"
        yield f"{others[-1].opener.id} opened {which}"
    said = _source_identity(behind)
    if said and who.kind is ActorKind.HUMAN and not _is_believed(said, who):
        yield f"whoever assumed the role gave {said.source_identity} as the source identity"
    if _is_cut(behind):
        yield f"the chain of roles was followed {MAX_CHAIN} steps, and goes on"


def _is_own(opened: OpenedSession, call: Call) -> bool:
    """Tell whether the session is that of the call itself: it tells a program, and nobody else."""
    principal = call.principal
    return principal is not None and (opened.opener.id, opened.role) == (principal.id, principal.role)


def _first_match(patterns: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    return next(
        (pattern for pattern in patterns if any(name and _glob(pattern).fullmatch(name) for name in names)),
        None,
    )


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """Translate `*` and `?` only: brackets are ordinary characters in principals."""
    translated = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile(translated, re.DOTALL)
