"""How many changes of the period were made how, in one pass over them."""

from dataclasses import dataclass, field
from datetime import timedelta

from drift.model.verdict import Disposition
from drift.reports.pack.registers.duties import BY_HAND
from drift.reports.pack.registers.emergency_answers import answers_of, is_emergency
from drift.reports.pack.registers.facts import Facts

UNAUTHORISED = (Disposition.UNTICKETED, Disposition.RETROACTIVE)


@dataclass(kw_only=True, slots=True)
class ChangeCounts:
    """Changes that somebody has to answer for."""

    all: int = 0
    by_hand: int = 0
    by_hand_unticketed: int = 0
    unauthorised: int = 0
    waived: int = 0
    production: int = 0
    production_emergencies: int = 0
    to_approve_afterwards: int = 0
    """Emergencies, and what was ticketed or approved only afterwards."""
    approved_after: list[timedelta] = field(default_factory=list)
    """Of these, how long after the first write each was approved that was; in order of length."""


def count_changes(facts: Facts) -> ChangeCounts:
    """Return the counts of the period."""
    counts = ChangeCounts()
    for one in facts.answered():
        change, emergency = one.body, is_emergency(one.body, facts)
        is_production, is_by_hand = facts.is_production(change), change.channel in BY_HAND
        counts.all += 1
        counts.by_hand += is_by_hand
        counts.by_hand_unticketed += is_by_hand and change.disposition is Disposition.UNTICKETED
        counts.unauthorised += change.disposition in UNAUTHORISED
        counts.waived += change.disposition is Disposition.WAIVED
        counts.production += is_production
        counts.production_emergencies += is_production and emergency
        if emergency or change.disposition is Disposition.RETROACTIVE:
            counts.to_approve_afterwards += 1
            approved_at = answers_of(change, facts).approved_at
            counts.approved_after += [approved_at - change.began_at] if approved_at else []
    counts.approved_after.sort()
    return counts
