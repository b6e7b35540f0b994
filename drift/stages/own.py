"""Whose is a finding of the opening register? Who owns the code, and who wrote to the resource last."""

from collections.abc import Collection, Mapping, Sequence

from drift.errors import ProviderError, only_provider_errors
from drift.model.change import Write
from drift.model.enrolment import Owners
from drift.model.finding import Comparison
from drift.model.verdict import Confidence
from drift.ports import Mapped, Watched


def owners(watched: Collection[Watched], names: Collection[str]) -> tuple[Owners, list[str]]:
    """Return who owns the code of each state of these baselines, and whose owners cannot be found out.

    The register does not wait for it: what no owner is known of goes to whom the policy names.
    """
    found: dict[str, str] = {}
    unavailable: list[str] = []
    for one in watched:
        if one.baseline.name in names and isinstance(one.baseline, Mapped):
            try:
                with only_provider_errors("looking for owners"):
                    states = one.baseline.mapped()
                    found.update((state.state, state.owner.value) for state in states if state.owner)
            except ProviderError as error:
                unavailable.append(f"{one.baseline.name}: its owners are not known: {error.what}")
    return found, unavailable


def last_writers(comparison: Comparison, writes: Mapping[str, Sequence[Write]]) -> Mapping[str, str]:
    """Return who wrote last to the resource of each finding, by its id, where a write is known."""
    found = ((one.finding_id, writes.get(one.finding_id)) for one in comparison.findings)
    return {finding_id: _name(some[-1]) for finding_id, some in found if some}


def _name(write: Write) -> str:
    actor = write.actor
    is_sure = actor.confidence is Confidence.HIGH
    return actor.name if is_sure else f"{actor.name} ({actor.confidence} confidence)"
