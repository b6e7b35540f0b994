"""What was changed in the hours before something happened, the most relevant first. Pure.

Each change weighs what its reasons add up to, and each reason is told with it, so that whoever reads
the list can disagree. Of equal weight, what was done by hand comes before what a pipeline did, and
then the later before the earlier.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.model.change import Change
from drift.model.ticket import Ticket
from drift.model.verdict import Severity
from drift.reports.around_scope import Part, Placed
from drift.reports.wording import duration
from drift.stages.decide import EXPOSING_RISKS, PEOPLE
from drift.store.changes import ChangeRow

NAMED = 100
"""The incident names the resource."""

IN_ACCOUNT = 40
IN_ENVIRONMENT = 30
"""The incident is about the account, or about the environment."""

SEVERITIES = {Severity.CRITICAL: 60, Severity.HIGH: 40, Severity.MEDIUM: 20, Severity.LOW: 0}

UNJUDGED = SEVERITIES[Severity.MEDIUM]
"""What was not judged yet may be anything."""

EXPOSES = 10
"""It lets somebody in who could not get in before."""

CLOSENESS = (
    (timedelta(minutes=15), 40),
    (timedelta(hours=1), 30),
    (timedelta(hours=4), 20),
    (timedelta(hours=12), 10),
)
"""What a change weighs by how long before it was: the first that is not exceeded counts."""

SHORTEST_NAME = 4
"""Letters of a name that is looked for in the text of an incident: a shorter one stands in any."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a change may matter, and how much that weighs."""

    text: str
    weight: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A change with what it weighs, and why."""

    row: ChangeRow
    reasons: tuple[Reason, ...]
    last_at: datetime
    """Time of its last write before it happened."""

    @property
    def weight(self) -> int:
        """All that its reasons add up to."""
        return sum(one.weight for one in self.reasons)

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return ", ".join(one.text for one in self.reasons)


def rank(
    rows: Iterable[ChangeRow],
    at: datetime,
    incident: Ticket | None,
    placed: Callable[[ChangeRow], Placed],
    parts: Sequence[Part] = (),
) -> tuple[Ranked, ...]:
    """Return the changes that lie in the `parts` of the estate, the most relevant to `at` first.

    What turned out to be no change, since all of its writes left it, is left out.
    """
    found: list[Ranked] = []
    for row in rows:
        change = row.change
        if change.withdrawn or change.began_at > at:
            continue
        place = placed(row)
        if place.is_in(change, parts):
            last_at = max(one for write in change.writes if (one := write.event.occurred_at) and one <= at)
            reasons = tuple(_reasons(row, place, incident, at - last_at))
            found.append(Ranked(row=row, reasons=reasons, last_at=last_at))
    return tuple(sorted(found, key=_order))


def _order(one: Ranked) -> tuple[int, bool, float, str]:
    change = one.row.change
    return (-one.weight, change.channel not in PEOPLE, -one.last_at.timestamp(), change.change_id)


def _reasons(row: ChangeRow, place: Placed, incident: Ticket | None, before: timedelta) -> Iterator[Reason]:
    change, decision = row.change, row.judgement.decision if row.judgement else None
    if incident:
        yield from _of_incident(change, place, incident)
    if decision:
        yield Reason(text=decision.severity, weight=SEVERITIES[decision.severity])
    else:
        yield Reason(text="not judged yet", weight=UNJUDGED)
    risks = (risk for write in change.writes for risk in write.event.risks)
    if risk := next((one for one in risks if one.slug in EXPOSING_RISKS), None):
        yield Reason(text=risk.text, weight=EXPOSES)
    weight = next((weight for within, weight in CLOSENESS if before <= within), 0)
    yield Reason(text=f"{duration(before)} before", weight=weight)


def _of_incident(change: Change, place: Placed, incident: Ticket) -> Iterator[Reason]:
    said = f"{incident.title}\n{incident.text}"
    names = (change.resource.id, change.resource.short_id.removeprefix("…"), place.address)
    if change.resource.id in incident.resources or any(_is_named(name, said) for name in names):
        yield Reason(text=f"named in {incident.key}", weight=NAMED)
    account = change.first.event.call.account
    if account and (account in incident.accounts or _is_named(account, said)):
        yield Reason(text=f"in the account of {incident.key}", weight=IN_ACCOUNT)
    elif place.environment and place.environment.lower() in {one.lower() for one in incident.environments}:
        yield Reason(text=f"in the environment of {incident.key}", weight=IN_ENVIRONMENT)


def _is_named(name: str | None, text: str) -> bool:
    """Tell whether a text names something as a word of its own."""
    if name is None or len(name) < SHORTEST_NAME:
        return False
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None
