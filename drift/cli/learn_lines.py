"""The lines of `drift learn`: for people, and for programs."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import msgspec

from drift.learn.gather import Seen
from drift.learn.propose import Kind, Proposal, own_name
from drift.learn.toml import entry_toml
from drift.model.resource import Cloud
from drift.model.verdict import Confidence
from drift.terminal import inert_json

EXAMPLES = 5
"""Values of a kind that are shown; of the others only how many there are."""


class Line(msgspec.Struct):
    """One output line of `--json`; scripts rely on every key."""

    principal: str
    proposed: Kind
    reason: str
    known_as: str | None
    confidence: Confidence
    writes: int
    cloud: Cloud
    issuer: str | None
    subject: str | None
    roles: tuple[str, ...]
    identities: tuple[str, ...]
    accounts: tuple[str, ...]
    credentials: tuple[str, ...]
    tools: tuple[str, ...]
    user_agents: tuple[str, ...]
    actions: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None
    days: int
    hours: tuple[int, ...]
    warnings: tuple[str, ...]
    toml: tuple[str, ...]


def json_line(one: Proposal) -> str:
    """Return one JSON object; every key is always there."""
    return inert_json(msgspec.json.encode(_line(one))).decode()


def _line(one: Proposal) -> Line:
    seen, identity = one.seen, one.seen.identity
    return Line(
        principal=identity.name,
        proposed=one.kind,
        reason=one.reason,
        known_as=one.known_as,
        confidence=seen.confidence,
        writes=seen.writes,
        cloud=identity.cloud,
        issuer=identity.issuer,
        subject=identity.subject,
        roles=_most(seen.roles),
        identities=_most(seen.principals),
        accounts=_most(seen.accounts),
        credentials=_most(seen.credentials),
        tools=_most(seen.tools),
        user_agents=_most(seen.user_agents),
        actions=_most(seen.actions),
        first_at=seen.first_at,
        last_at=seen.last_at,
        days=len(seen.days),
        hours=tuple(seen.hours[hour] for hour in range(24)),
        warnings=one.warnings,
        toml=tuple(entry_toml(entry) for entry in one.entries),
    )


def _most(counter: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in counter.most_common())


def text_lines(one: Proposal) -> Iterator[str]:
    """Say who it is, then the evidence, then what to think of."""
    seen, identity = one.seen, one.seen.identity
    role = f" in {own_name(identity.role)}" if identity.role and identity.role != identity.name else ""
    yield f"{seen.writes:>6}  {one.kind:11}  {identity.name}{role}"
    indent = " " * 21
    known = f'; [[pipeline]] "{one.known_as}"' if one.known_as and one.kind is Kind.PIPELINE else ""
    yield f"{indent}{one.reason}{known}"
    yield f"{indent}{_when(seen)}; {identity.cloud} {_some(seen.accounts)}"
    yield f"{indent}{_some(seen.actions)}"
    yield f"{indent}{_some(seen.tools)}; {_some(seen.credentials)}"
    if len(seen.roles) > 1 or (identity.issuer and seen.roles):
        yield f"{indent}roles: {_some(seen.roles)}"
    if seen.user_agents:
        yield f"{indent}user agents: {_some(seen.user_agents, 2)}"
    for warning in one.warnings:
        yield f"{indent}! {warning}"


def _when(seen: Seen) -> str:
    if seen.first_at is None or seen.last_at is None:
        return "at unknown times"
    span = (seen.last_at.date() - seen.first_at.date()).days + 1
    days = f"on {len(seen.days)} of {span} days" if span > 1 else f"on {seen.first_at:%Y-%m-%d}"
    return f"{days}, {_hours(seen)}"


def _hours(seen: Seen) -> str:
    """Return the hours of the day as spans: `06-17 h UTC`."""
    active = sorted(seen.hours)
    if len(active) == 24:
        return "at every hour"
    spans: list[list[int]] = []
    for hour in active:
        if spans and hour == spans[-1][1]:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    return ", ".join(f"{begin:02}-{end:02}" for begin, end in spans) + " h UTC"


def _some(counter: Counter[str], most: int = EXAMPLES) -> str:
    """Name the most frequent values, and how many others there are."""
    names = [value for value, _ in counter.most_common(most)]
    more = f" and {len(counter) - most} more" if len(counter) > most else ""
    return (", ".join(names) or "none recorded") + more
