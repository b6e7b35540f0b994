"""How pipelines were controlled over the period: what protected what, since when, and who got round it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from drift.model.evidence import ControlCheckRecord, ControlFindingRecord, EntryKind, GapStatus
from drift.model.pipeline_control import Verifiable
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.pipeline_looks import FOLDER, Look, looks_of, news_of, path_of
from drift.reports.pack.registers.place import PLACE, place_of
from drift.reports.pack.registers.register import Register, Witness, Yielded
from drift.reports.pack.view import Recorded

COLUMNS = (
    *("at", "host", "repository", "event", "what", "status", "why", "sha256", "sha256_before", "file"),
    *("default_branch", "is_protected", "required_approvals", "owner", "by", "ref", "text", *PLACE),
)
NOT_VERIFIABLE_COLUMNS = ("at", "host", "repository", "what", "why", *PLACE)
CHECK_COLUMNS = ("at", "host", "repositories", "changed", "not_read", *PLACE)

DAY = timedelta(days=1)

Check = Recorded[ControlCheckRecord]


def pipeline_controls(facts: Facts) -> Iterator[Yielded]:
    """Yield the time line, what could not be verified, when it was looked, and the documents themselves."""
    looks = looks_of(facts)
    checks = list(facts.in_period(EntryKind.CONTROL_CHECK, ControlCheckRecord))
    weaknesses = facts.in_period(EntryKind.CONTROL_FINDING, ControlFindingRecord)
    rows = [row for look in looks for row in news_of(look)] + [_weakness(one) for one in weaknesses]
    timeline = Listing(
        path=f"{FOLDER}/timeline",
        title="Pipeline controls",
        lists="How each repository in scope stood when the period began, and then each news of it, by its"
        " time: documents that appeared, changed or went, who got round the rules, and which weaknesses were"
        " found or ended.",
        columns=COLUMNS,
        rows=sorted(rows, key=lambda row: str(row["at"])),
        limits=("It is looked once a day: what is changed and changed back in between shows nowhere.",),
    )
    unverified = Listing(
        path=f"{FOLDER}/not_verifiable",
        title="Pipeline controls that could not be verified",
        lists="Each document that the host does not offer or the credentials may not read, as often as that"
        " was recorded, and each repository that could not be looked at, with the reason.",
        columns=NOT_VERIFIABLE_COLUMNS,
        rows=_not_verifiable(looks, checks),
        limits=("Nobody can say how these were controlled, neither well nor badly: no weakness is meant.",),
    )
    looked = Listing(
        path=f"{FOLDER}/checks",
        title="Looks at pipeline controls",
        lists="Each `control_check` entry of the period: that every repository in scope was looked at.",
        columns=CHECK_COLUMNS,
        rows=map(_check, checks),
    )
    for listing in (timeline, unverified, looked):
        yield Register(listing=listing, witness=_witness(facts, checks))
    yield from _documents(looks)


def _witness(facts: Facts, checks: Sequence[Check]) -> Witness:
    """Tell on how many days all known hosts were looked at; the days begin as the period does."""
    since, until = facts.covered.period
    if facts.view.request.period.since is None:
        since = min([since, *(one.entry.recorded_at for one in checks)])
    days = defaultdict[str, set[int]](set)
    for one in checks:
        days[one.body.host].add((one.entry.recorded_at - since) // DAY)
    seen = len(set.intersection(*days.values())) if days else 0
    return Witness(seen=seen, of=-((since - until) // DAY), what="days on which repositories were looked at")


def _weakness(one: Recorded[ControlFindingRecord]) -> Fields:
    finding, place = one.body.finding, place_of(one.entry)
    return {
        "at": place["recorded_at"],
        "host": finding.host,
        "repository": finding.repository,
        "event": "weakness found" if one.body.status is GapStatus.OPEN else "weakness ended",
        "what": finding.weakness,
        "why": one.body.why,
        "owner": finding.owner,
        "text": finding.text,
        **place,
    }


def _not_verifiable(looks: Sequence[Look], checks: Sequence[Check]) -> Iterator[Fields]:
    for look in looks:
        place = place_of(look.told.entry)
        for one in look.documents:
            if one.status is Verifiable.NOT_VERIFIABLE:
                yield {"at": place["recorded_at"], **look.subject, "what": one.name, "why": one.why, **place}
    for check in checks:
        place = place_of(check.entry)
        for line in check.body.not_read:
            repository, _, why = line.partition(": ")
            said = {"host": check.body.host, "repository": repository, "what": "the repository", "why": why}
            yield {"at": place["recorded_at"], **said, **place}


def _check(one: Check) -> Fields:
    place, body = place_of(one.entry), one.body
    return {
        "at": place["recorded_at"],
        "host": body.host,
        "repositories": body.repositories,
        "changed": body.changed,
        "not_read": list(body.not_read),
        **place,
    }


def _documents(looks: Sequence[Look]) -> Iterator[Document]:
    """Yield every version of a document once."""
    known = {path_of(one): one for look in looks for one in look.documents}
    for path, one in sorted(known.items()):
        if one.status is Verifiable.READ:
            yield Document(path=path, content=one.text.encode(errors="replace"))
