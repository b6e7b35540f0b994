"""Who looked at the pages, and which auditors were invited to."""

from collections.abc import Iterator

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind
from drift.model.visit import VisitRecord, VisitTurn
from drift.model.visitor import InvitationRecord
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import Recorded, View

VISIT_COLUMNS = (
    *("at", "turn", "name", "roles", "vouched_by", "refused"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)
INVITATION_COLUMNS = (
    *("at", "turn", "name", "may_read_since", "may_read_until", "expires_at", "by", "invitation"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)


def visits(view: View) -> Iterator[Listing]:
    """Yield who signed in to the pages in the period, and who was invited."""
    yield Listing(
        path="13_access/page_sign_ins",
        title="Who looked at the pages",
        lists="Each sign-in to Driftledger's own pages in the period, each signing out by the button, and how"
        " many attempts were refused, as entries of the kind `visit` tell it, in the order of the ledger.",
        columns=VISIT_COLUMNS,
        rows=(_visit(one) for one in _visits(view)),
        limits=(
            "Which pages somebody opened is not recorded.",
            "With a proxy, one sign-in an hour of the same name is recorded.",
            "Refused attempts are counted without a name; those since the last count before a stop are lost.",
        ),
        totals=("turn",),
    )
    yield Listing(
        path="13_access/invitations",
        title="Who was invited to read",
        lists="Each invitation of an auditor that was made or withdrawn in the period, as entries of the kind"
        " `invitation` tell it, in the order of the ledger.",
        columns=INVITATION_COLUMNS,
        rows=(_invitation(one) for one in _invitations(view)),
        limits=("That an invitation expired has no row: the time stands in it.",),
        totals=("turn",),
    )


def _visits(view: View) -> Iterator[Recorded[VisitRecord]]:
    for one in view.entries(EntryKind.VISIT, VisitRecord):
        if view.request.period.holds(one.body.at):
            yield one


def _invitations(view: View) -> Iterator[Recorded[InvitationRecord]]:
    for one in view.entries(EntryKind.INVITATION, InvitationRecord):
        if view.request.period.holds(one.body.at):
            yield one


def _visit(one: Recorded[VisitRecord]) -> Fields:
    body = one.body
    return {
        "at": format_time(body.at),
        "turn": body.turn.value,
        "name": body.name,
        "roles": [role.value for role in body.roles],
        "vouched_by": body.by.value,
        "refused": sum(body.refused.values()) if body.turn is VisitTurn.REFUSED else None,
        **_proof(one),
    }


def _invitation(one: Recorded[InvitationRecord]) -> Fields:
    body, invited = one.body, one.body.invitation
    return {
        "at": format_time(body.at),
        "turn": body.turn.value,
        "name": invited.name,
        "may_read_since": format_time(invited.since),
        "may_read_until": format_time(invited.until),
        "expires_at": format_time(invited.expires_at),
        "by": body.by.name,
        "invitation": invited.id,
        **_proof(one),
    }


def _proof(one: Recorded[VisitRecord] | Recorded[InvitationRecord]) -> Fields:
    entry = one.entry
    return {
        "recorded_at": format_time(entry.recorded_at),
        "ledger_seq": entry.seq,
        "leaf_hash": entry.leaf_hash.hex(),
    }
