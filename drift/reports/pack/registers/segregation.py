"""Segregation of duties as it was: what each person really did, and where one person did too much."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from drift.model.control_test import COMPENSATED, ControlTest
from drift.model.evidence import (
    ConfigRecord,
    DeploymentRecord,
    DispositionRecord,
    EnrolmentRecord,
    EntryKind,
    GapRecord,
)
from drift.model.ticket import Deployment
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.duties import CONFLICTS, Duty, Named, duties_of
from drift.reports.pack.registers.facts import Facts, joined_by
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Yielded
from drift.reports.pack.view import Recorded

MATRIX_COLUMNS = ("person", "names", *(duty.value for duty in Duty), "changes", "conflicts")
CONFLICT_COLUMNS = (
    *("change_id", "began_at", "person", "does", "does_as", "allows", "allows_as", "why"),
    *("compensated_by", "disposition", *PLACE),
)
IDENTITY_COLUMNS = ("name", "person", "is_joined", "duties")


@dataclass(kw_only=True, slots=True)
class _Matrix:
    """What each person did in the period, and the conflicts."""

    did: defaultdict[str, Counter[Duty]] = field(default_factory=lambda: defaultdict(Counter))
    names: defaultdict[str, dict[str, set[Duty]]] = field(default_factory=lambda: defaultdict(dict))
    changes: Counter[str] = field(default_factory=Counter)
    conflicts: list[Fields] = field(default_factory=list)

    def add(self, named: Named) -> None:
        """Count what somebody did, once for each change."""
        for person, duties in named.items():
            self.did[person].update(duties.keys())
            for duty, names in duties.items():
                for name in names:
                    self.names[person].setdefault(name, set()).add(duty)


def segregation(facts: Facts) -> Iterator[Yielded]:
    """Yield who did what, who did too much, and which names were taken for one person."""
    matrix = _matrix(facts)
    yield Register(
        listing=Listing(
            path="06_sod/matrix",
            title="Segregation of duties",
            lists="Each person who did something about a change of the period that somebody has to answer"
            " for, or about the rules: for each duty, about how many changes.",
            columns=MATRIX_COLUMNS,
            rows=_people(matrix),
            limits=(
                "It shows what people did, not what they could have done.",
                "Authors, reviewers and deployers are known of runs with a `deployment` entry only.",
                "Who edited the configuration is known where it says so itself.",
                joined_by(facts),
            ),
        ),
        witness=facts.covered.witness,
    )
    yield Register(
        listing=Listing(
            path="06_sod/conflicts",
            title="Conflicts of duties",
            lists="Each change about which one person, under whatever names, both did something and allowed"
            " it, by its beginning and the rule that says so.",
            columns=CONFLICT_COLUMNS,
            rows=matrix.conflicts,
            limits=(
                "A conflict is no conclusion: an approval by who made the change authorises nothing.",
                joined_by(facts),
            ),
        ),
        witness=facts.covered.witness,
    )
    yield Register(
        listing=Listing(
            path="06_sod/identity_map",
            title="Names of people",
            lists="Each name under which somebody did something in the period, and the person it stands for.",
            columns=IDENTITY_COLUMNS,
            rows=_identities(matrix),
            limits=(joined_by(facts),),
        ),
        witness=facts.covered.witness,
    )


def _matrix(facts: Facts) -> _Matrix:
    matrix, runs = _Matrix(), _runs(facts)
    for one in facts.answered():
        change = one.body
        named = duties_of(change, runs.get(change.deployment or ""), facts)
        matrix.add(named)
        matrix.changes.update(named.keys())
        matrix.conflicts += _conflicts(one, named)
    for name in _rule_editors(facts):
        matrix.add({facts.view.request.people.person(name): {Duty.RULE_EDITOR: frozenset({name})}})
    return matrix


def _runs(facts: Facts) -> dict[str, Deployment]:
    """Return every run by its URL, as it was told last."""
    told = facts.view.entries(EntryKind.DEPLOYMENT, DeploymentRecord)
    return {one.body.deployment.run_url: one.body.deployment for one in told}


def _rule_editors(facts: Facts) -> Iterator[str]:
    """Yield who changed the rules in the period, or which scopes alert, or accepted that a gap stays one."""
    for one in facts.in_period(EntryKind.ENROLMENT, EnrolmentRecord):
        if one.body.by:
            yield one.body.by
    for version in facts.in_period(EntryKind.CONFIG_VERSION, ConfigRecord):
        if version.body.edit.edited_by:
            yield version.body.edit.edited_by
    for gap in facts.in_period(EntryKind.GAP, GapRecord):
        if gap.body.by:
            yield gap.body.by


def _conflicts(one: Recorded[DispositionRecord], named: Named) -> Iterator[Fields]:
    for person, duties in sorted(named.items()):
        for rule in CONFLICTS:
            if rule.does in duties and rule.allows in duties:
                yield {
                    "change_id": one.body.change_id,
                    "began_at": time(one.body.began_at),
                    "person": person,
                    "does": rule.does,
                    "does_as": sorted(duties[rule.does]),
                    "allows": rule.allows,
                    "allows_as": sorted(duties[rule.allows]),
                    "why": rule.why,
                    "compensated_by": _compensated_by(one.body),
                    "disposition": one.body.disposition,
                    **place_of(one.entry),
                }


def _compensated_by(change: DispositionRecord) -> str | None:
    """Return the control that stands in for the review by somebody else, in a small team for example."""
    begins = f"{ControlTest.REVIEWER_IS_NOT_AUTHOR}: "
    said = next((one for one in change.tests if one.startswith(begins) and COMPENSATED in one), None)
    return said.partition(COMPENSATED)[2] if said else None


def _people(matrix: _Matrix) -> Iterator[Fields]:
    conflicts = Counter(row["person"] for row in matrix.conflicts)
    for person in sorted(matrix.did):
        yield {
            "person": person,
            "names": sorted(matrix.names[person]),
            **{duty.value: matrix.did[person][duty] for duty in Duty},
            "changes": matrix.changes[person],
            "conflicts": conflicts[person],
        }


def _identities(matrix: _Matrix) -> Iterator[Fields]:
    for person in sorted(matrix.names):
        for name, duties in sorted(matrix.names[person].items()):
            yield {
                "name": name,
                "person": person,
                "is_joined": name.lower() != person,
                "duties": sorted(duty.value for duty in duties),
            }
