"""Who may see what, and which auditors are invited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from drift.errors import DriftError, RefusedError, UsageError
from drift.invite import MOST_DAYS, Wish, invite, withdraw
from drift.model.visitor import MAY, Permission, Role
from drift.store.invitations import invitations
from drift.web import answers
from drift.web.ask import Ask, wall_clock
from drift.web.period import days_in

PATH = "/access"

WHAT: Final[Mapping[Permission, str]] = {
    Permission.LOOK: "see changes, findings, coverage and evidence",
    Permission.SEE_NAMES: "see who did what, by name",
    Permission.ACT: "link tickets, declare emergencies, acknowledge",
    Permission.APPROVE: "approve and waive, if [approvals] names them",
    Permission.EXPORT: "have packs made",
    Permission.TAKE: "download packs that were made for them",
    Permission.ADMINISTER: "invite auditors",
}
"""What each permission means, in words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleRow:
    """A role, and who has it."""

    role: Role
    people: tuple[str, ...]
    groups: tuple[str, ...]
    may: tuple[str, ...]


def access(ask: Ask) -> Response:
    """Show who has which role, and who is invited."""
    return _page(ask)


def invite_somebody(ask: Ask) -> Response:
    """Invite an auditor."""
    try:
        invite(ask.site.database, _wish(ask), ask.doer, now=wall_clock(), at=ask.now)
    except (RefusedError, UsageError) as error:
        return _page(ask, error)
    ask.site.acted()
    return answers.to(PATH)


def withdraw_from(ask: Ask) -> Response:
    """Take an invitation back."""
    try:
        withdraw(ask.site.database, ask.form.get("name", ""), ask.doer, ask.now)
    except RefusedError as error:
        return _page(ask, error)
    ask.site.acted()
    return answers.to(PATH)


def may_in_words(role: Role) -> tuple[str, ...]:
    """Return what a role may, in words."""
    return tuple(WHAT[one] for one in Permission if one in MAY[role])


def _page(ask: Ask, refused: DriftError | None = None) -> Response:
    now = wall_clock()
    with ask.site.database.reading() as connection:
        invited = tuple(invitations(connection))
    return answers.page(
        ask,
        "access.html.j2",
        status=403 if refused else 200,
        title="Access",
        roles=tuple(_row(ask, role) for role in Role),
        invited=tuple((one, one.counts(now)) for one in invited),
        refused=refused,
        form=ask.form if refused else {},
        longest=now + timedelta(days=MOST_DAYS),
        most_days=MOST_DAYS,
    )


def _row(ask: Ask, role: Role) -> RoleRow:
    rules = [one for one in ask.site.settings().access.roles if one.role is role]
    return RoleRow(
        role=role,
        people=tuple(name for one in rules for name in one.people),
        groups=tuple(name for one in rules for name in one.groups),
        may=may_in_words(role),
    )


def _wish(ask: Ask) -> Wish:
    days = days_in(ask.form)
    if days.since is None or days.until is None:
        raise UsageError("The period has no beginning or no end.", hint="Give the days that are audited.")
    last = days_in({"to": ask.form.get("expires", "")}).until
    if last is None:
        raise UsageError("It is not said when the invitation ends.", hint="Give its last day.")
    return Wish(name=ask.form.get("name", ""), since=days.since, until=days.until, expires_at=last)
