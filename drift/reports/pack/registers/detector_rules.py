"""By which rules was judged? What is suppressed and by whom, and each version of the configuration itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drift.model.action import Waived
from drift.model.evidence import (
    ActionRecord,
    ConfigRecord,
    EnrolmentRecord,
    EntryKind,
    FindingRecord,
    IgnoredRecord,
)
from drift.model.finding import OPEN
from drift.model.verdict import Disposition
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Witness, Yielded
from drift.reports.pack.view import Recorded

SUPPRESSION_COLUMNS = (
    *("kind", "name", "reason", "owner", "given_by", "given_at", "expires_at", "state", "hits", "hits_are"),
    *PLACE,
)
VERSION_COLUMNS = (
    *("at", "what", "version", "version_before", "changed", "edited_by", "approved_by", "ticket", *PLACE),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """Something that keeps what differs or deviates from being told."""

    kind: str
    name: str
    reason: str
    owner: str
    given_by: str | None
    given_at: datetime | None
    expires_at: datetime
    hits: int
    hits_are: str
    place: dict[str, object]


def detector_rules(facts: Facts) -> Iterator[Yielded]:
    """Yield what is suppressed, and the versions of our own rules."""
    versions = [*_configurations(facts), *_enrolments(facts)]
    yield Register(
        listing=Listing(
            path="09_detector/suppressions",
            title="Suppressions",
            lists="Each waiver that was given before the period ended and had not expired when it began, and"
            " each rule of the configuration that hid drift then, as recorded last, with how much it hid.",
            columns=SUPPRESSION_COLUMNS,
            rows=[_suppression(facts, one) for one in (*_waivers(facts), *_ignores(facts))],
            limits=("Writes that the policy leaves out stand in 02_population/excluded_rules.",),
        ),
        witness=facts.covered.witness,
    )
    yield Register(
        listing=Listing(
            path="09_detector/config_versions",
            title="Versions of our own rules",
            lists="What was in force when the period began (`stood`), and each other version of the"
            " configuration, of its own tables, of the program, of who is who, or of which scopes alert.",
            columns=VERSION_COLUMNS,
            rows=sorted(versions, key=lambda row: str(row["at"])),
            limits=(
                "A version is a hash: the company has the files that bear it.",
                "`edited_by` and what follows is the word of who wrote the file; empty, nobody said it.",
            ),
        ),
        witness=Witness(seen=len(versions), of=None, what="versions recorded"),
    )


def _waivers(facts: Facts) -> Iterator[Suppression]:
    period, hits = facts.view.request.period, _waived(facts)
    for one in facts.view.entries(EntryKind.ACTION, ActionRecord):
        given, deed = one.body, one.body.deed
        if (
            isinstance(deed, Waived)
            and period.begins_before_its_end(given.at)
            and period.is_reached_by(deed.expires_at)
        ):
            yield Suppression(
                kind="waiver",
                name=one.entry.ref,
                reason=deed.reason,
                owner=deed.owner,
                given_by=given.by.name,
                given_at=given.at,
                expires_at=deed.expires_at,
                hits=hits[one.entry.ref],
                hits_are="changes of the period that stand as waived, or findings that stand open",
                place=place_of(one.entry),
            )


def _waived(facts: Facts) -> Counter[str]:
    """Count what a waiver covers: the change that stands as waived, or the finding that stands open."""
    hits = Counter[str]()
    if not any(isinstance(one.deed, Waived) for actions in facts.actions.values() for one in actions):
        return hits
    hits.update(one.body.change_id for one in facts.changes() if one.body.disposition is Disposition.WAIVED)
    findings = facts.view.records(facts.view.population.findings, FindingRecord)
    hits.update(one.body.finding.finding_id for one in findings if one.body.status in OPEN)
    return hits


def _ignores(facts: Facts) -> Iterator[Suppression]:
    period, last = facts.view.request.period, dict[str, Recorded[IgnoredRecord]]()
    for one in facts.view.entries(EntryKind.IGNORED, IgnoredRecord):
        if period.begins_before_its_end(one.entry.recorded_at):
            last[one.body.rule] = one
    for one in last.values():
        body = one.body
        if body.count or period.is_reached_by(one.entry.recorded_at):
            yield Suppression(
                kind="ignore",
                name=body.rule,
                reason=body.reason,
                owner=body.owner,
                given_by=None,
                given_at=None,
                expires_at=body.expires_at,
                hits=body.count,
                hits_are="differences that it hid in the last comparison that told another number",
                place=place_of(one.entry),
            )


def _suppression(facts: Facts, one: Suppression) -> Fields:
    is_over = one.expires_at <= facts.covered.period[1]
    return {
        "kind": one.kind,
        "name": one.name,
        "reason": one.reason,
        "owner": one.owner,
        "given_by": one.given_by,
        "given_at": time(one.given_at),
        "expires_at": time(one.expires_at),
        "state": "expired in the period" if is_over else "in force at its end",
        "hits": one.hits,
        "hits_are": one.hits_are,
        **one.place,
    }


def _configurations(facts: Facts) -> Iterator[Fields]:
    """Yield the versions of the period, with what each changed of the one before it."""
    period, before, opening = facts.view.request.period, None, None
    for one in facts.view.entries(EntryKind.CONFIG_VERSION, ConfigRecord):
        if period.holds(one.entry.recorded_at):
            if opening is not None:
                yield _configuration(opening, None, "stood")
                opening = None
            yield _configuration(one, before.body if before else None)
        elif not period.is_reached_by(one.entry.recorded_at):
            opening = one
        before = one
    if opening is not None:
        yield _configuration(opening, None, "stood")


def _configuration(one: Recorded[ConfigRecord], before: ConfigRecord | None, what: str = "") -> Fields:
    body = one.body
    return {
        "at": time(one.entry.recorded_at),
        "what": what or ("configuration" if before else "first configuration"),
        "version": body.sha256,
        "version_before": before.sha256 if before else None,
        "changed": _changed(body, before) if before else [],
        "edited_by": body.edit.edited_by,
        "approved_by": body.edit.approved_by,
        "ticket": body.edit.ticket,
        **place_of(one.entry),
    }


def _changed(body: ConfigRecord, before: ConfigRecord) -> list[str]:
    """Say what is another one, each with its hash or version before and after."""
    parts = sorted(body.parts.keys() | before.parts.keys())
    compared = {name: (before.parts.get(name), body.parts.get(name)) for name in parts}
    compared["program"] = (before.tool_version, body.tool_version)
    compared["who is who"] = (before.people_sha256, body.people_sha256)
    if not before.parts:  # an older version told but one hash of all files
        compared["files"] = (before.sha256, body.sha256)
    return [
        f"{name}: {was or 'none'} -> {now or 'none'}" for name, (was, now) in compared.items() if was != now
    ]


def _enrolments(facts: Facts) -> Iterator[Fields]:
    for one in facts.in_period(EntryKind.ENROLMENT, EnrolmentRecord):
        yield {
            "at": time(one.entry.recorded_at),
            "what": f"scope {one.body.scope}",
            "version": one.body.turn,
            "edited_by": one.body.by,
            **place_of(one.entry),
        }
