"""Looks once a day who may act as the identities that deploy, and records what is not as it was.

A review of the code shows little where somebody else may act as the pipeline, and what a role trusted
last March nobody can ask its cloud any more.
"""

from dataclasses import dataclass
from datetime import datetime

from drift import daily
from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.ports import TrustSource
from drift.stages.record import record_other_sources, record_trust
from drift.store import meta


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustCaptured:
    """What was looked at."""

    identities: int = 0
    changed: int = 0
    problems: tuple[str, ...] = ()


def capture_trust(have: Equipment, now: datetime) -> TrustCaptured:
    """Look at the identities of every source that was not looked at today, and of no other any more."""
    with have.database.transaction() as connection:
        record_other_sources(connection, have.trust, now)
    identities, changed, problems = 0, 0, list[str]()
    for name, source in have.trust.items():
        if not daily.is_due(have.database, meta.trust_of(name), now):
            continue
        try:
            seen, news = _capture(have, name, source, now)
        except ProviderError as error:
            problems.append(f"{name}: {error}")
        else:
            identities, changed = identities + seen, changed + news
    return TrustCaptured(identities=identities, changed=changed, problems=tuple(problems))


def _capture(have: Equipment, name: str, source: TrustSource, now: datetime) -> tuple[int, int]:
    """Record the identities of a source, all or none; return how many there are, and are news."""
    with only_provider_errors(f"looking whom {name} trusts"):
        identities = source.identities()
    with have.database.transaction() as connection:
        news = record_trust(connection, name, identities, have.policy.coverage.owner, now)
        daily.note_done(connection, meta.trust_of(name), now)
    return len(identities), news
