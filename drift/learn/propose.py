"""What each principal looks like, and what the configuration could say of it.

A proposal is exact: it holds no wildcard, and nothing that the caller chose. What should be
looked at first stands in it as a comment.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from drift.learn.gather import Identity, Seen
from drift.model.verdict import ActorKind, Confidence, Tool
from drift.stages.classify import ChannelRules

DEPLOYING_TOOLS = frozenset(
    {
        Tool.TERRAFORM,
        Tool.PULUMI,
        Tool.CLOUDFORMATION,
        Tool.CDK,
        Tool.CROSSPLANE,
        Tool.ANSIBLE,
        Tool.ARM_DEPLOYMENT,
        Tool.DEPLOYMENT_MANAGER,
        Tool.CONFIG_CONNECTOR,
    }
)

LONGEST_NAME = 1_000
"""Nothing real is longer; strangers choose names, and what is proposed is to be read."""

_BREAK_GLASS = re.compile(r"break.?glass|fire.?call|emergency", re.IGNORECASE)

_PROTECTED = re.compile(r"(?:main|master|trunk|stable|live|production|prod|releases?)(?:[/-].*)?")
"""Branches that are usually protected; whether this one is, its repository says."""

_GITHUB = re.compile(
    r"repo:(?P<repository>[\w.-]+/[\w.-]+):(?P<key>ref:refs/heads/|environment:)(?P<value>.+)"
)
_GITLAB = re.compile(r"project_path:(?P<repository>[\w.-]+(?:/[\w.-]+)+):ref_type:branch:ref:(?P<value>.+)")


class Kind(StrEnum):
    """What a principal is proposed to be."""

    PIPELINE = "pipeline"
    MACHINE = "machine"
    PERSON = "person"
    BREAK_GLASS = "break-glass"
    SERVICE = "service"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Lines for the configuration: keys of one table."""

    heading: str
    """As it is written: `[[pipeline]]`."""
    values: tuple[tuple[str, str | tuple[str, ...]], ...]
    is_sure: bool = True
    """Fit to be pasted as it is; else it stands in comments until somebody has looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A principal with what it is proposed to be, and why."""

    seen: Seen
    kind: Kind
    reason: str
    known_as: str | None = None
    """What the configuration calls it already."""
    warnings: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    """Alternatives, unless a warning says otherwise; none where nothing is to be added."""


def proposals(found: Iterable[Seen], rules: ChannelRules) -> Iterator[Proposal]:
    """Yield what each principal is proposed to be, in the same order."""
    names = {rule.name for rule in rules.pipelines}
    for seen in found:
        proposal = _proposal(seen, rules, names)
        names.update(str(value) for one in proposal.entries for key, value in one.values if key == "name")
        yield proposal


def _proposal(seen: Seen, rules: ChannelRules, names: set[str]) -> Proposal:
    identity = seen.identity
    pipeline = rules.pipeline_for(seen.actor) if seen.confidence is not Confidence.LOW else None
    if pipeline:
        reason = "the configuration trusts it"
        return Proposal(seen=seen, kind=Kind.PIPELINE, reason=reason, known_as=pipeline.name)
    if rules.is_break_glass(seen.actor):
        reason = "the configuration calls it emergency access"
        return Proposal(seen=seen, kind=Kind.BREAK_GLASS, reason=reason, known_as="break_glass")
    if identity.kind is ActorKind.SERVICE:
        return Proposal(seen=seen, kind=Kind.SERVICE, reason="nothing to configure: the cloud itself")
    if _BREAK_GLASS.search(f"{identity.name} {identity.role or ''}"):
        return _break_glass(seen)
    match identity.kind:
        case ActorKind.HUMAN:
            return Proposal(seen=seen, kind=Kind.PERSON, reason=_said(seen))
        case ActorKind.MACHINE if identity.issuer:
            return _token(seen, names)
        case ActorKind.MACHINE:
            return _machine(seen, names)
        case _:
            return _unknown(seen)


def _said(seen: Seen) -> str:
    why = seen.actor.reasons[0] if seen.actor.reasons else "the record says so"
    return f"{why} (confidence {seen.confidence})"


def _break_glass(seen: Seen) -> Proposal:
    role = seen.identity.role
    entry, warnings = _listed(seen, "[break_glass]", "roles" if role else "principals", is_sure=True)
    return Proposal(
        seen=seen,
        kind=Kind.BREAK_GLASS,
        reason="its name says that it is for emergencies",
        warnings=warnings,
        entries=entry,
    )


def _token(seen: Seen, names: set[str]) -> Proposal:
    """Propose a pipeline by what its token says: repository with branch or environment."""
    identity = seen.identity
    reason = f"a token of {identity.issuer}"
    if identity.subject is None:
        warning = (
            "the record that opened its sessions was not among these, so its repository is not known: "
            "give a longer span"
        )
        return Proposal(seen=seen, kind=Kind.PIPELINE, reason=reason, warnings=(warning,))
    keys, warnings = _subject(identity.subject)
    if not _are_plain(keys.values()):
        return Proposal(seen=seen, kind=Kind.PIPELINE, reason=reason, warnings=(_WILDCARD,))
    roles = {own_name(role) for role in seen.roles}
    if len(roles) == 1 and _are_plain(roles):
        keys["role"] = roles.pop()
    named = " ".join(value for key, value in keys.items() if key != "role")
    keys |= _vouched_for(seen)
    if identity.pool is not None and not {"pool", "principal"} & keys.keys():
        warnings = (*warnings, _NO_POOL)
    entry = _pipeline(named, keys, names, is_sure=not warnings)
    return Proposal(seen=seen, kind=Kind.PIPELINE, reason=reason, warnings=warnings, entries=(entry,))


def _vouched_for(seen: Seen) -> dict[str, str]:
    """Return who must vouch for a subject that the owner of a pool made: the pool, or what it acts as."""
    pool = seen.identity.pool
    if pool and _are_plain([pool]):
        return {"pool": pool}
    known = [one for one in seen.principals if _is_usable("principal", one)]
    return {"principal": known[0]} if pool is not None and len(known) == len(seen.principals) == 1 else {}


def _subject(subject: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the keys that a subject is written with, and what is to be thought of before."""
    if found := _GITHUB.fullmatch(subject):
        if found["key"] == "environment:":
            return {"repository": found["repository"], "environment": found["value"].replace("%3A", ":")}, ()
        return {"repository": found["repository"], "branch": found["value"]}, _about_branch(found["value"])
    if found := _GITLAB.fullmatch(subject):
        return {"repository": found["repository"], "branch": found["value"]}, _about_branch(found["value"])
    if subject.endswith(":pull_request"):
        return {"subject": subject}, ("whoever can open a pull request gets this token: do not trust it",)
    if ":ref:refs/tags/" in subject or ":ref_type:tag:" in subject:
        return {"subject": subject}, ("a tag: whoever may push tags could deploy, and each has another name",)
    return {"subject": subject}, ("check that this subject names one pipeline, and not all of a provider's",)


def _about_branch(branch: str) -> tuple[str, ...]:
    if _PROTECTED.fullmatch(branch):
        return ()
    return (f"{branch} does not look like a protected branch: whoever can push it could deploy",)


def _machine(seen: Seen, names: set[str]) -> Proposal:
    deploys = sum(number for tool, number in seen.tools.items() if tool in DEPLOYING_TOOLS)
    if deploys * 2 <= seen.writes:
        if seen.confidence is Confidence.HIGH:
            return Proposal(seen=seen, kind=Kind.MACHINE, reason=f"nothing to configure: {_said(seen)}")
        entry, warnings = _listed(seen, "[identities]", "machines", is_sure=False)
        return Proposal(seen=seen, kind=Kind.MACHINE, reason=_said(seen), warnings=warnings, entries=entry)
    tool = seen.tools.most_common(1)[0][0]
    warnings = ("only its user agent says that it deploys: check that nothing but the pipeline can use it",)
    key, value = _handle(seen.identity, seen)
    if not _is_usable(key, value):
        return Proposal(
            seen=seen, kind=Kind.PIPELINE, reason=f"a machine with {tool}", warnings=(*warnings, _WILDCARD)
        )
    entry_of_it = _pipeline(value, {key: value}, names, is_sure=False)
    is_named_only = seen.confidence is Confidence.LOW
    machines, _ = _listed(seen, "[identities]", "machines", is_sure=False) if is_named_only else ((), ())
    return Proposal(
        seen=seen,
        kind=Kind.PIPELINE,
        reason=f"a machine with {tool}",
        warnings=(*warnings, _NAMED_ONLY) if is_named_only else warnings,
        entries=(*machines, entry_of_it),
    )


def _unknown(seen: Seen) -> Proposal:
    people, warnings = _listed(seen, "[identities]", "people", is_sure=False)
    machines, _ = _listed(seen, "[identities]", "machines", is_sure=False)
    return Proposal(
        seen=seen, kind=Kind.UNKNOWN, reason=_said(seen), warnings=warnings, entries=(*people, *machines)
    )


_NAMED_ONLY = (
    "only the name of its sessions says that it is a machine, and whoever opens one chooses that: "
    "it takes both entries to trust it"
)

_NO_POOL = (
    "whoever owns a pool says what its tokens are called: add the pool, or the principal that the pipeline "
    "acts with"
)

_WILDCARD = "its name cannot be written down: it holds * or ?, is very long, or is only the name of a session"


def _listed(
    seen: Seen, heading: str, key: str, *, is_sure: bool
) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    kind, value = _handle(seen.identity, seen)
    if not _is_usable(kind, value):
        return (), (_WILDCARD,)
    return (Entry(heading=heading, values=((key, (value,)),), is_sure=is_sure),), ()


def _pipeline(name: str, keys: dict[str, str], names: set[str], *, is_sure: bool) -> Entry:
    return Entry(
        heading="[[pipeline]]",
        values=(("name", _unique(name, names)), *keys.items()),
        is_sure=is_sure,
    )


def _handle(identity: Identity, seen: Seen) -> tuple[str, str]:
    """Return by what a principal is known: its role by its own name, or itself."""
    if identity.role:
        return "role", own_name(identity.role)
    principals = seen.principals or {identity.name: 1}
    return "principal", max(principals, key=lambda one: principals[one])


def _is_usable(key: str, value: str) -> bool:
    """Tell whether it stands for this one principal: a session's name stands for whoever chose it."""
    is_session = key == "principal" and re.match("arn:[^:]*:sts:", value) is not None
    return bool(value.strip()) and _are_plain([value]) and not is_session


def _are_plain(values: Iterable[str]) -> bool:
    return not any(len(value) > LONGEST_NAME or re.search(r"[*?]", value) for value in values)


def own_name(role: str) -> str:
    """Return the name at the end of a role's ARN; a bare name is its own."""
    return role.rpartition("/")[2]


def _unique(name: str, names: set[str]) -> str:
    """Return a name that no other pipeline has; it is printable, as the configuration wants it."""
    plain = "".join(char if char.isprintable() else " " for char in name).strip()[:80] or "pipeline"
    number = 2
    unique = plain
    while unique in names:
        unique, number = f"{plain} {number}", number + 1
    return unique
