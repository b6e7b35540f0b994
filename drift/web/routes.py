"""Every page, and what it asks of whoever opens it. What is not listed here does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from starlette.responses import Response

from drift.model.visitor import Permission
from drift.web.ask import Ask
from drift.web.limits import limited
from drift.web.pages import (
    access,
    accounts,
    change,
    changes,
    emergencies,
    evidence,
    finding,
    findings,
    health,
    healthz,
    me,
    overview,
    resource,
    signing,
    style,
    waivers,
    weekly,
)

LOOK, ACT, APPROVE = Permission.LOOK, Permission.ACT, Permission.APPROVE
EXPORT, TAKE, ADMINISTER = Permission.EXPORT, Permission.TAKE, Permission.ADMINISTER


class Door(Enum):
    """Who may open a page for which no role is needed."""

    OPEN = "open"
    """Anybody: what shows nothing, or lets somebody in."""
    SIGNED_IN = "signed in"
    """Whoever is signed in, even without a role."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or what a form is sent to."""

    method: str
    path: str
    needs: Permission | Door
    show: Callable[[Ask], Response]


PAGES: Final[tuple[Page, ...]] = (
    Page("GET", "/healthz", Door.OPEN, healthz.alive),
    Page("GET", "/style.css", Door.OPEN, style.sheet),
    Page("GET", "/sign-in", Door.OPEN, signing.sign_in),
    Page("GET", "/sign-in/link", Door.OPEN, signing.ask_link),
    Page("POST", "/sign-in/link", Door.OPEN, limited(signing.use_link)),
    Page("GET", "/sign-in/start", Door.OPEN, limited(signing.start)),
    Page("GET", "/sign-in/back", Door.OPEN, limited(signing.back)),
    Page("POST", "/sign-out", Door.SIGNED_IN, signing.sign_out),
    Page("GET", "/me", Door.SIGNED_IN, me.me),
    Page("GET", "/access", ADMINISTER, access.access),
    Page("POST", "/access/invitations", ADMINISTER, access.invite_somebody),
    Page("POST", "/access/withdraw", ADMINISTER, access.withdraw_from),
    Page("GET", "/", LOOK, overview.overview),
    Page("GET", "/findings", LOOK, findings.findings),
    Page("GET", "/findings/{finding_id}", LOOK, finding.finding),
    Page("POST", "/findings/{finding_id}/waive", APPROVE, finding.waive),
    Page("POST", "/findings/{finding_id}/acknowledge", ACT, finding.acknowledge),
    Page("GET", "/accounts", LOOK, accounts.accounts),
    Page("GET", "/accounts/{account}", LOOK, accounts.account),
    Page("GET", "/emergencies", LOOK, emergencies.register),
    Page("GET", "/waivers", LOOK, waivers.waivers),
    Page("GET", "/weekly", LOOK, weekly.weekly),
    Page("GET", "/health", LOOK, health.health),
    Page("GET", "/changes", LOOK, changes.changes),
    Page("GET", "/changes/{id}", LOOK, change.change),
    Page("POST", "/changes/{id}/link", ACT, change.SAY["link"]),
    Page("POST", "/changes/{id}/emergency", ACT, change.SAY["emergency"]),
    Page("POST", "/changes/{id}/acknowledge", ACT, change.SAY["acknowledge"]),
    Page("POST", "/changes/{id}/review", ACT, change.SAY["review"]),
    Page("POST", "/changes/{id}/disown", ACT, change.SAY["disown"]),
    Page("POST", "/changes/{id}/correct", ACT, change.SAY["correct"]),
    Page("POST", "/changes/{id}/approve", APPROVE, change.SAY["approve"]),
    Page("POST", "/changes/{id}/waive", APPROVE, change.SAY["waive"]),
    Page("GET", "/resources", LOOK, resource.resource),
    Page("GET", "/evidence", LOOK, evidence.evidence),
    Page("POST", "/evidence/packs", EXPORT, evidence.make_pack),
    Page("GET", "/evidence/packs/{pack}", TAKE, evidence.pack),
    Page("GET", "/evidence/packs/{pack}/zip", TAKE, evidence.download),
    Page("POST", "/evidence/packs/{pack}/verify", TAKE, evidence.verify_pack),
    Page("POST", "/evidence/packs/{pack}/drop", TAKE, evidence.drop_pack),
)
