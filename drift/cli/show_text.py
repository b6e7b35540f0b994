"""`drift show` as text: what somebody who was just woken up must know, from the top."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime

from drift.cli.makers import made_by
from drift.cli.words import attribute_lines, width
from drift.model.action import Waived
from drift.model.control_test import Assessed
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.judgement import Judgement
from drift.model.routing import Owner
from drift.model.verdict import Disposition
from drift.reports.blame import makers_in
from drift.reports.change_lines import (
    actor_line,
    channel_line,
    channel_reasons,
    coverage_line,
    coverage_reasons,
    identity_lines,
    owner_line,
    told_line,
)
from drift.reports.moment import Moment
from drift.reports.story import ChangeStory, FindingStory
from drift.reports.wording import DIFFERENCE, done, finding_name, identity, moment
from drift.terminal import shown

_LABEL = 10
_LONGEST = 4000
_LONGEST_HEAD = 500

_DECLARED_AND_LIVE = "Declared -> live"

_SIDES = {FindingKind.UNAPPLIED: "In the code -> in the state"}


def change_text(story: ChangeStory, due_at: datetime, owner: Owner) -> str:
    """Return everything that is known of a change, and who answers for it."""
    return "\n".join(_change_lines(story, due_at, owner))


def finding_text(story: FindingStory, owner: Owner) -> str:
    """Return everything that is known of a finding, and who answers for it."""
    return "\n".join(_finding_lines(story, owner))


def _change_lines(story: ChangeStory, due_at: datetime, owner: Owner) -> Iterator[str]:
    change, judgement = story.row.change, story.row.judgement
    decision = judgement.decision if judgement else None
    standing = judgement.standing if judgement else None
    event = change.first.event
    stands = f"{decision.severity}, {decision.disposition}" if decision else "not judged yet"
    yield shown(f"{change.change_id}  {stands}", width())
    said = shown(f"{identity(change)}: {done(change)}", _LONGEST_HEAD)
    yield from textwrap.wrap(said, width(), break_on_hyphens=False)
    yield ""
    known = f", declared at {standing.source}" if standing and standing.source else ""
    named = f"{change.resource.type or 'type unknown'} {change.resource.id}"
    address = standing.address if standing else None
    yield from _fact("What", f"{address} ({named}){known}" if address else named)
    yield from _fact("Who", actor_line(change))
    yield from _fact("", *identity_lines(change))
    yield from _fact("How", channel_line(change), *channel_reasons(change))
    where = (decision.environment if decision else None, event.call.account, event.call.region)
    yield from _fact("Where", ", ".join(part for part in where if part) or "unknown")
    yield from _owner(owner)
    if judgement:
        yield from _fact("Why", *judgement.decision.reasons)
        yield from _fact("Covered by", *_cover(judgement))
        yield from _fact("Tests", *map(_tested, judgement.tests))
        if judgement.decision.disposition in (Disposition.PENDING, Disposition.UNTICKETED):
            yield from _fact("Due", f"an answer by {moment(due_at)} UTC")
    yield from _fact("Told", *map(told_line, story.alerts))
    still_open = [row.finding for row in story.findings if row.is_open]
    yield from _fact("Live now", *_live(still_open, judgement))
    for kind in dict.fromkeys(finding.kind for finding in still_open):
        shown_now = [one for finding in still_open if finding.kind is kind for one in finding.attributes]
        yield from _drift(shown_now, _SIDES.get(kind, _DECLARED_AND_LIVE))
    yield from _moments(story.moments)
    yield from _evidence([entry.seq for entry in story.entries])


def _finding_lines(story: FindingStory, owner: Owner) -> Iterator[str]:
    row, finding = story.row, story.row.finding
    yield shown(f"{finding.finding_id}  {finding.severity}, {row.status}", width())
    yield shown(f"{finding_name(finding)} {DIFFERENCE[finding.kind]}", width())
    yield ""
    named = (
        f"{finding.type} {finding.resource_id}"
        if finding.resource_id
        else f"{finding.type}, its id is not known"
    )
    yield from _fact("What", named)
    yield from _fact(
        "Where", ", ".join(part for part in (finding.account, finding.region) if part) or "unknown"
    )
    yield from _owner(owner)
    if finding.baseline:
        yield from _fact(
            "Declared", f"in {finding.baseline}" + (f", at {finding.source}" if finding.source else "")
        )
    yield from _fact("Seen", _seen(story))
    if story.waiver and isinstance(story.waiver.deed, Waived):
        deed = story.waiver.deed
        by = f"by {story.waiver.by.name}, owner {deed.owner}: {deed.reason}"
        yield from _fact("Waiver", f"until {moment(deed.expires_at)} UTC {by}")
    if row.due_at:
        answering = row.owner or "nobody is known to own it"
        yield from _fact(
            "Register", f"was there before the watch; due {row.due_at:%Y-%m-%d}", f"owner: {answering}"
        )
    yield from _drift(finding.attributes, _SIDES.get(finding.kind, _DECLARED_AND_LIVE))
    yield from _fact("Made so by", *_makers_of(story))
    yield from _moments(story.moments)
    yield from _evidence([entry.seq for entry in story.entries])


def _owner(owner: Owner) -> Iterator[str]:
    """Say who answers for it, and by which rule, where teams are configured."""
    if line := owner_line(owner):
        yield from _fact("Owner", line)


def _cover(judgement: Judgement) -> Iterator[str]:
    match = judgement.match
    yield coverage_line(judgement)
    if match.ticket:
        yield f"{match.ticket.key} ({match.ticket.status}): {match.ticket.title} {match.ticket.url or ''}"
    if match.deployment:
        pull = match.deployment.pull_request
        yield f"{pull.url}: {pull.title}" if pull else match.deployment.run_url
    yield from coverage_reasons(judgement)


def _tested(one: Assessed) -> str:
    instead = f"; instead: {one.compensated_by}" if one.compensated_by else ""
    return f"{one.test} {one.result.replace('_', ' ')}: {one.test.asks}? {one.reason}{instead}"


def _live(still_open: Sequence[DriftFinding], judgement: Judgement | None) -> Iterator[str]:
    yield from (DIFFERENCE[finding.kind] for finding in still_open)
    if not still_open:
        is_compared = judgement is not None and judgement.standing.is_compared
        yield "as declared" if is_compared else "not compared with any code"


def _makers_of(story: FindingStory) -> Iterator[str]:
    makers = {one.write.event.key: one for row in story.changes for one in makers_in(row)}
    if not makers:
        yield "no write to it is known"
        return
    finding = story.row.finding
    for one in finding.attributes:
        yield from (f"{one.path}: {line}" for line in made_by(one.explained_by, makers, one.is_explained))
    if not finding.attributes:
        yield from made_by(finding.explained_by, makers, bool(finding.explained_by))


def _seen(story: FindingStory) -> str:
    row = story.row
    if row.resolved_at:
        return f"{moment(row.first_seen_at)}, resolved {moment(row.resolved_at)}"
    return f"{moment(row.first_seen_at)} first, {moment(row.last_seen_at)} last"


def _drift(attributes: Sequence[AttributeDrift], sides: str) -> Iterator[str]:
    if attributes:
        yield from ("", sides)
        for attribute in attributes:
            yield from attribute_lines(attribute, "  ", longest=_LONGEST)


def _moments(moments: Sequence[Moment]) -> Iterator[str]:
    yield from ("", "Time line (UTC)")
    for one in moments:
        entry = f"  [entry {one.ledger_seq}]" if one.ledger_seq is not None else ""
        yield f"  {one.at:%Y-%m-%d %H:%M:%S}  {shown(one.what, width() - 24 - len(entry))}{entry}"
        if one.detail:
            yield f"{'':23}{shown(one.detail, width() - 23)}"


def _evidence(seqs: Sequence[int]) -> Iterator[str]:
    yield ""
    entries = f"ledger {'entry' if len(seqs) == 1 else 'entries'} {', '.join(map(str, seqs))}"
    yield from _fact("Evidence", entries if seqs else "none")


def _fact(label: str, *lines: str) -> Iterator[str]:
    """Write lines beside a label, broken between words: nothing is cut that somebody may have to copy."""
    indent = " " * (_LABEL + 2)
    for line in lines:
        yield from textwrap.wrap(
            shown(line, _LONGEST),
            width(),
            initial_indent=f"{label:{_LABEL}}  ",
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        label = ""
