"""Does the vault keep what is delivered? While it does not, sources are read no further."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlalchemy import Connection

from drift.model.alarm import VAULT_FAILS, Alarm
from drift.model.verdict import Severity
from drift.store.held_up import HeldUp, all_held_up

NAMED = 5


def find_vault_failures(connection: Connection, sources: Iterable[str]) -> Sequence[Alarm]:
    """Return an alarm for each vault that holds a source up."""
    found = sorted(all_held_up(connection, sources).items(), key=lambda one: (one[1].vault, one[1].since))
    return [_alarm(vault, dict(some)) for vault, some in groupby(found, lambda one: one[1].vault)]


def _alarm(vault: str, held: dict[str, HeldUp]) -> Alarm:
    first = next(iter(held.values()))
    names = ", ".join(list(held)[:NAMED])
    more = f" and {len(held) - NAMED} more" if len(held) > NAMED else ""
    return Alarm(
        slug=VAULT_FAILS,
        subject=vault,
        text=f"{first.what}; until it can, nothing more is read of {names}{more}",
        hint=f"{first.hint}; `drift check` tries it. Nothing is lost as long as the sources keep it.",
        severity=Severity.HIGH,
        since=first.since,
    )
