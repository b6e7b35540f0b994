"""From every record that was read to the changes: each step names the rule, and how many it took.

Two ends are counted apart: the records when they were read (`tally` entries), the writes as they were
recorded (`observation` entries). Where both should agree, the difference has a row, also when it is 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from drift.model.event import Fate
from drift.model.evidence import EntryKind, TallyRecord
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.reconcile.changes import Named, Told, changes_of, earlier_changes
from drift.reports.pack.reconcile.writes import Writes
from drift.reports.pack.view import View

COLUMNS = ("step", "source", "account", "channel", "lane", "rule", "meaning", "added", "taken", "left")

UNREADABLE = "unreadable"

NO_WRITES: dict[str, str] = {
    UNREADABLE: "nothing could be read from them: each is a gap",
    Fate.READ: "calls that only read",
    Fate.AUTH: "sign-ins and sessions, which are followed and change nothing",
    Fate.DATA: "calls that touch data and no configuration",
    Fate.DUPLICATE: "delivered before",
    Fate.PART: "tell of a call whose write is counted under another record, or wait for that record",
    Fate.CANARY: "writes of our own, by which the watch is tried",
}
"""What becomes of records that are no write, in the order in which they are taken away."""

NO_CHANGES: dict[Fate, str] = {
    Fate.ATTEMPT: "failed, so nothing changed",
    Fate.EXCLUDED: "the policy leaves them out, see excluded_rules",
    Fate.UNDATED: "say not when they were made: each is a gap",
}
"""Why a write is no change."""


@dataclass(slots=True)
class Grouped:
    """How the writes of the period stand in changes."""

    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """In changes of the period, by channel and lane of the change."""
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    attempts: int = 0
    """Failed calls in changes of the period, since they are alarming."""
    later: int = 0
    """Writes in changes of the period that were made after it."""
    before: int = 0
    """Writes of the period in changes that began before it."""
    several: int = 0
    """How often a write stands in another change as well: it touches several resources."""
    unknown: set[str] = field(default_factory=set)
    """Keys that changes name, and no entry about a write does."""
    keys: set[str] = field(default_factory=set)
    """Of all writes of the period that are in a change."""
    named: Named = field(default_factory=Named)


def grouped_of(view: View, writes: Writes) -> Grouped:
    """Find the change that each write of the period belongs to."""
    found = Grouped()
    for change in changes_of(view):
        found.named.add(change)
        place = change.channel or "", change.lane or ""
        found.changes[place] += 1
        found.writes[place] += _count(change, writes, found)
    for change in earlier_changes(view):
        inside = {key for key in change.events if _is_change(writes, key)}
        found.before += len(inside - found.keys)
        found.keys |= inside
    return found


def funnel(view: View, writes: Writes, grouped: Grouped) -> Listing:
    """Return the funnel of the period."""
    return Listing(
        path="01_ipe/funnel",
        title="Funnel from records to changes",
        lists="Per source and account every record that was read of the period, then what each rule took"
        " away, until the changes are left, by channel and lane. A rule that took nothing has no row; a"
        " difference has one, also when it is 0.",
        columns=COLUMNS,
        rows=_rows(view, writes, grouped),
        limits=(
            "Records are counted by the hour of their call: a period that cuts an hour makes a difference.",
            "Records of before the counts were kept in the ledger make a difference too.",
        ),
    )


def _rows(view: View, writes: Writes, grouped: Grouped) -> Iterator[Fields]:
    kept = 0
    for (source, account), counts in sorted(_tallied(view).items()):
        left = counts.total()
        yield _row("records", source, account, rule="received", meaning="records read", count=left, left=left)
        for rule, meaning in NO_WRITES.items():
            if taken := counts.pop(rule, 0):
                left -= taken
                yield _row("records", source, account, rule=rule, meaning=meaning, count=-taken, left=left)
        kept += left
    yield from _of_writes(writes, grouped, kept)
    yield from _of_changes(view, grouped)


def _tallied(view: View) -> dict[tuple[str, str], Counter[str]]:
    period = view.request.period
    found: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in view.entries(EntryKind.TALLY, TallyRecord):
        for count in one.body.counts:
            if period.holds(count.hour):
                found[one.body.source, count.account or ""][count.rule] += count.records
    return dict(found)


def _of_writes(writes: Writes, grouped: Grouped, kept: int) -> Iterator[Fields]:
    left = len(writes.counted)
    yield _row("writes", rule="recorded", meaning="writes recorded, each once", count=left, left=left)
    yield _row(
        "writes",
        rule="difference",
        meaning="writes that were recorded, less those that are left of the records",
        count=left - kept,
        left=left,
    )
    if moved := len(writes.standing) - left:
        left += moved
        meaning = "moved into the period, or out of it, by what later records say"
        yield _row("writes", rule="amended", meaning=meaning, count=moved, left=left)
    fates = Counter(one.fate for one in writes.standing.values())
    for fate, meaning in NO_CHANGES.items():
        if taken := fates[fate]:
            left -= taken
            yield _row("writes", rule=fate.value, meaning=meaning, count=-taken, left=left)
    for rule, meaning, count in (
        ("begun-before", "belong to a change that began before the period", -grouped.before),
        ("later", "were made after the period, in a change that began in it", grouped.later),
        ("several", "touch several resources, and stand in a change of each", grouped.several),
        ("alarming", "failed, and are judged all the same: what they tried is alarming", grouped.attempts),
    ):
        if count:
            left += count
            yield _row("writes", rule=rule, meaning=meaning, count=count, left=left)
    inside = grouped.writes.total()
    yield _row(
        "writes",
        rule="difference",
        meaning="writes that changes of the period name, less those that are left: some are in no change yet",
        count=inside - left,
        left=inside,
    )


def _of_changes(view: View, grouped: Grouped) -> Iterator[Fields]:
    for place in sorted(grouped.changes):
        channel, lane = place
        inside, changes = grouped.writes[place], grouped.changes[place]
        meaning = "writes in changes of this channel and lane"
        yield _row(
            "changes", channel=channel, lane=lane, rule="grouped", meaning=meaning, count=inside, left=inside
        )
        meaning = "less than 15 minutes apart, by one actor to one resource: one change"
        yield _row(
            "changes",
            channel=channel,
            lane=lane,
            rule="together",
            meaning=meaning,
            count=changes - inside,
            left=changes,
        )
    listed, found = len(view.population.changes), grouped.changes.total()
    meaning = "changes in 02_population/changes, less those of all channels and lanes"
    yield _row("changes", rule="difference", meaning=meaning, count=listed - found, left=listed)


def _row(
    step: str,
    source: str | None = None,
    account: str | None = None,
    *,
    rule: str,
    meaning: str,
    count: int,
    left: int,
    channel: str | None = None,
    lane: str | None = None,
) -> Fields:
    """Return a row: `count` is added to what was left, or taken from it where it is negative."""
    return {
        "step": step,
        "source": source,
        "account": account,
        "channel": channel,
        "lane": lane,
        "rule": rule,
        "meaning": meaning,
        "added": max(count, 0),
        "taken": max(-count, 0),
        "left": left,
    }


def _count(change: Told, writes: Writes, found: Grouped) -> int:
    """Count the writes of a change, and note what of them the period does not have as writes of its own."""
    count = 0
    for key in change.events:
        standing = writes.standing.get(key)
        if standing is None:
            if key in writes.others:
                found.later += 1
                count += 1
            elif key not in writes.parts:  # else it is a further record of a write that is counted
                found.unknown.add(key)
            continue
        if key in found.keys:
            found.several += 1
        else:
            found.attempts += standing.fate is Fate.ATTEMPT
        found.keys.add(key)
        count += standing.fate in (Fate.CHANGE, Fate.ATTEMPT)
    return count


def _is_change(writes: Writes, key: str) -> bool:
    standing = writes.standing.get(key)
    return standing is not None and standing.fate is Fate.CHANGE
