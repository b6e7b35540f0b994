"""Who called: a person, a machine or Google itself, as far as the entry vouches for it.

The first rule that fits decides:

1. a subject of a workforce pool: a person;
2. a subject of a workload pool or a cluster: a machine, with the provider that its subject looks like;
3. a row of the table, by the form of the e-mail address or subject;
4. else nobody knows.

Nobody has the key of a service agent, so what used a key is no service, whatever it is called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from msgspec import structs

from drift.model.event import Issuer, Principal
from drift.model.verdict import ActorKind, Confidence, Credential, Tool
from providers.gcp.record import Authentication, Delegation
from providers.gcp.signals import Signals

_PREFIX = re.compile(r"^(?:deleted:)?(?:user|serviceAccount|group|domain):|\?uid=\d+$")
MAX_DELEGATIONS = 20
"""Google allows four; a forged entry may name millions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """An identity and what its form says of it."""

    principal: Principal
    credential: Credential = Credential.UNKNOWN
    service: str | None = None
    tool: Tool = Tool.UNKNOWN
    carries_out_deployments: bool = False


def caller_of(identity: Authentication, signals: Signals) -> Caller | None:
    """Return the identity that Google saw, or `None` where the entry names none.

    A token of another provider has a subject and no e-mail address; of an address, the subject
    is only another spelling.
    """
    known = identity.principal_email or identity.principal_subject
    if not known:
        return None
    found = _known_as(known, signals)
    if identity.service_account_key_name and found.principal.kind is ActorKind.SERVICE:
        reason = "an identity with a key, which no service agent has"
        machine = structs.replace(found.principal, kind=ActorKind.MACHINE, reason=reason)
        return Caller(principal=machine)
    return found


def delegators_of(identity: Authentication, signals: Signals) -> tuple[Caller, ...]:
    """Return who delegated to the identity, the one first who began: he is the real actor."""
    steps = (identity.service_account_delegation_info or ())[:MAX_DELEGATIONS]
    return tuple(_known_as(known, signals) for step in steps for known in _named(step))


def _named(step: Delegation) -> Iterator[str]:
    """Yield the best name in one step of a delegation."""
    claims = step.third_party_principal.third_party_claims if step.third_party_principal else None
    email = step.first_party_principal.principal_email if step.first_party_principal else None
    subject = (claims or {}).get("sub")
    names = (email, step.principal_subject, subject if isinstance(subject, str) else None)
    yield from [name for name in names if name][:1]


def _known_as(known: str, signals: Signals) -> Caller:
    if found := signals.workforce_pool.match(known):
        return _of_workforce(known, found["pool"], unquote(found["subject"]))
    if found := signals.workload_pool.match(known):
        pool = known[: found.start("subject")].removesuffix("/subject/").partition("//")[2].partition("/")[2]
        return _of_workload(known, pool, unquote(found["subject"]), signals)
    if found := signals.cluster_pool.match(known):
        return _of_workload(known, found["pool"], unquote(found["subject"]), signals)
    plain = _PREFIX.sub("", known)
    for row in signals.identities:
        if matched := row.pattern.search(plain):
            principal = _principal(plain, plain, row.kind, row.confidence, row.reason)
            return Caller(
                principal=principal,
                credential=row.credential,
                service=matched.groupdict().get("service"),
                tool=row.tool,
                carries_out_deployments=row.carries_out_deployments,
            )
    if issuer := _issuer("", known, signals):
        return _of_workload(known, "", known, signals, issuer)
    nobody_knows = "no rule names this identity"
    return Caller(principal=_principal(known, known, ActorKind.UNKNOWN, Confidence.LOW, nobody_knows))


def _of_workforce(known: str, pool: str, subject: str) -> Caller:
    reason = f"a person of the workforce pool {pool}"
    principal = _principal(known, subject, ActorKind.HUMAN, Confidence.HIGH, reason)
    return Caller(principal=principal, credential=Credential.SSO)


def _of_workload(
    known: str, pool: str, subject: str, signals: Signals, issued: tuple[Issuer, Confidence] | None = None
) -> Caller:
    issuer, confidence = (
        issued
        or _issuer(pool, subject, signals)
        or (
            Issuer(name=f"the workload identity pool {_own_name(pool)}", is_pipeline=False, subject=subject),
            None,
        )
    )
    reason = f"a token of {issuer.name}"
    principal = _principal(known, subject, ActorKind.MACHINE, confidence or Confidence.MEDIUM, reason)
    return Caller(
        principal=structs.replace(principal, issuer=structs.replace(issuer, pool=pool)),
        credential=Credential.WEB_IDENTITY,
    )


def _issuer(pool: str, subject: str, signals: Signals) -> tuple[Issuer, Confidence] | None:
    """Return the provider whose tokens have such a subject. A pool's name proves no provider."""
    for row in signals.issuers:
        is_pool = row.pool is None or row.pool.search(_own_name(pool)) is not None
        if is_pool and row.subject.search(subject):
            plain = _without_numbers(subject, signals)
            return Issuer(name=row.name, is_pipeline=row.pipeline, subject=plain), row.confidence
    return None


def _own_name(pool: str) -> str:
    return pool.rpartition("/")[2]


def _without_numbers(subject: str, signals: Signals) -> str:
    """Take the numeric ids out of a subject of GitHub's, so that one pattern fits both forms."""
    found = signals.github_subject.match(subject)
    return f"repo:{found['org']}/{found['repo']}:{found['context']}" if found else subject


def _principal(identity: str, name: str, kind: ActorKind, confidence: Confidence, reason: str) -> Principal:
    return Principal(id=identity, name=name, kind=kind, confidence=confidence, reason=reason)
