"""What a burst leaves behind, and what must be said of it, however often the program was killed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from typing import Protocol

import msgspec
from sqlalchemy import select

from drift import wiring
from drift.ledger.log import entries
from drift.ledger.verify import verify_pack
from drift.model.evidence import CoverageInterval, EntryKind
from drift.model.verdict import Decision, Disposition
from drift.store.changes import ChangeRow, changes
from drift.store.gaps import open_gaps
from drift.store.schema import write
from drift.store.tally import funnel_totals
from tests.crash.burst import Burst
from tests.providers.slack.fake_slack import FakeSlack


class Ended(Protocol):
    """A world in which the program has done its work."""

    @property
    def config(self) -> Path:
        """Its configuration."""
        ...

    @property
    def slack(self) -> FakeSlack:
        """Where it told people."""
        ...

    def start(self, *command: str) -> "Popen[bytes]":
        """Start the program."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Everything that is left once the queue is empty."""

    writes: frozenset[str]
    fates: dict[str, int]
    """How many records became what."""
    observed: Counter[str]
    """How often the ledger tells of each write."""
    judged: dict[str, frozenset[str]]
    """How the changes of each write were judged. To which changes writes add up, their order has a say in."""
    unticketed: frozenset[str]
    """Sessions with a change that no ticket covers, and that somebody must be told of."""
    messages: Counter[str]
    """How often Slack took the message of each session."""
    strangers: int
    """Messages that came again and do not bear the client id of the one before, so that nobody knows them."""
    holes: int
    """Entries about coverage between which something is missing."""
    open_gaps: int
    """Gaps in the coverage that are not filled."""
    problems: tuple[str, ...]
    """What the auditor's verifier finds wrong."""


def ending_of(world: Ended) -> Ending:
    """Look at the store, at Slack, and at the evidence with its own verifier."""
    settings = wiring.settings_for_reading(str(world.config))
    with wiring.open_database(settings) as database, database.reading() as connection:
        rows = list(changes(connection))
        observed = Counter(one.ref for one in entries(connection) if one.kind is EntryKind.OBSERVATION)
        covered = [one.body or b"" for one in entries(connection) if one.kind is EntryKind.COVERAGE]
        kept = frozenset(connection.execute(select(write.c.key)).scalars())
        fates = funnel_totals(connection)
        gaps = open_gaps(connection)
    payloads = [message.content["metadata"]["event_payload"] for message in world.slack.messages]
    return Ending(
        writes=kept,
        fates=fates,
        observed=observed,
        judged=_judged(rows),
        unticketed=frozenset(
            row.change.session_id for row in rows if row.judgement and _must_be_told(row.judgement.decision)
        ),
        messages=Counter(one["session_id"] for one in payloads),
        strangers=_strangers((one["session_id"], one["client_id"]) for one in payloads),
        holes=_holes([msgspec.json.decode(body, type=CoverageInterval) for body in covered]),
        open_gaps=len(gaps),
        problems=tuple(_problems_of_the_pack(world)),
    )


def what_is_wrong(ending: Ending, undisturbed: Ending, burst: Burst, kills: int) -> Iterator[str]:
    """Yield, each in one line, what was lost, kept twice or told too often."""
    if lost := len(undisturbed.writes - ending.writes):
        yield f"{lost} writes were lost"
    if made_up := len(ending.writes - undisturbed.writes):
        yield f"{made_up} writes were made up"
    if twice := [key for key, times in ending.observed.items() if times != 1]:
        yield f"the ledger tells of {len(twice)} writes more than once"
    if ending.observed.keys() != ending.writes:
        yield "the ledger and the store do not know the same writes"
    if sum(ending.fates.values()) != burst.records or ending.fates != undisturbed.fates:
        yield f"of {burst.records} records became {ending.fates}, undisturbed {undisturbed.fates}"
    if ending.judged != undisturbed.judged:
        yield "writes belong to no change, or are judged otherwise than in an undisturbed run"
    if untold := len(ending.unticketed - ending.messages.keys()):
        yield f"{untold} sessions with unticketed changes were told to nobody"
    if ending.holes:
        yield f"{ending.holes} spans of coverage do not begin where the one before them ended"
    # Slack may have taken a message whose sender was killed before it could note that.
    repeated = ending.messages.total() - len(ending.messages)
    if repeated > kills:
        yield f"{repeated} messages came again, of {kills} runs that were killed"
    if ending.strangers:
        yield f"{ending.strangers} of them bear another client id than the message before"
    if ending.open_gaps:
        yield f"{ending.open_gaps} gaps in the coverage are not filled"
    yield from ending.problems


def _strangers(messages: Iterable[tuple[str, str]]) -> int:
    """Count the messages about a session under more ids than one: news edits a message that is there."""
    ids: dict[str, set[str]] = defaultdict(set)
    for session_id, client_id in messages:
        ids[session_id].add(client_id)
    return sum(len(one) - 1 for one in ids.values())


def _judged(rows: Iterable[ChangeRow]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for one in row.change.writes:
            found[one.event.key].add(str(row.judgement and row.judgement.decision.disposition))
    return {key: frozenset(dispositions) for key, dispositions in found.items()}


def _holes(spans: Iterable[CoverageInterval]) -> int:
    ends: dict[tuple[str | None, str | None], datetime | None] = {}
    holes = 0
    for one in spans:
        place = one.account, one.region
        holes += place in ends and ends[place] != one.from_at
        ends[place] = one.to_at
    return holes


def _must_be_told(decision: Decision) -> bool:
    """Starting, stopping and scaling alerts nobody."""
    return decision.alert and decision.disposition is Disposition.UNTICKETED


def _problems_of_the_pack(world: Ended) -> list[str]:
    pack = world.config.parent / "pack"
    process = world.start("evidence", "export", "--out", str(pack))
    _, said = process.communicate()
    return list(verify_pack(str(pack)).all_problems) if process.returncode == 0 else [said.decode()]
