"""What is held about one person as somebody who looks: sign-ins to the pages, and invitations."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from drift.ledger.tables import IS_SELDOM, ledger
from drift.model.evidence import EntryKind
from drift.model.visit import VisitRecord
from drift.model.visitor import Invitation
from drift.reports.browse.places import Count
from drift.reports.entries import entries_numbered
from drift.store.invitations import invitations

FIRST = 20
"""Sign-ins that are shown."""

MOST = 2_000
"""The newest entries, among which a person's are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldVisits:
    """That somebody looked, or may."""

    first: tuple[VisitRecord, ...]
    """The newest."""
    count: Count
    """Of those that were looked through; `is_more` where there are older ones, which were not."""
    invitations: tuple[Invitation, ...]
    """Also those that have expired."""


def held_visits(connection: Connection, names: Collection[str]) -> HeldVisits:
    """Return what is held about the person of these names, in lower case."""
    wanted = set(names)
    newest = (
        select(ledger.c.seq)
        .where(ledger.c.kind == EntryKind.VISIT.value, IS_SELDOM)
        .order_by(ledger.c.seq.desc())
        .limit(MOST + 1)
    )
    seqs = connection.execute(newest).scalars().all()
    records = [one.read_as(VisitRecord) for one in entries_numbered(connection, seqs[:MOST])]
    found = [one for one in reversed(records) if one and one.name and one.name.lower() in wanted]
    return HeldVisits(
        first=tuple(found[:FIRST]),
        count=Count(number=len(found), is_more=len(seqs) > MOST),
        invitations=tuple(one for one in invitations(connection) if one.name.lower() in wanted),
    )
