"""What a row of a change request or incident says, as a ticket."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket
from providers.servicenow.rules import ASKED_BY, KINDS, NAMES, ServiceNowSettings
from providers.servicenow.tables import Row
from providers.ticket_text import names_in, scope_in
from providers.ticket_values import moment, optional_moment

SYSTEM = "servicenow"

WHAT = "reading ServiceNow"

_DECISIONS = {"approved": ApprovalDecision.APPROVED, "rejected": ApprovalDecision.DECLINED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A row with all that was read about it."""

    row: Row
    approvals: Sequence[Row] = ()
    edits: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Rows of `sys_audit`, the oldest first, by the row that they are about."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Mail addresses by the user names in which the audit tells people."""


def resources_of(row: Row, settings: ServiceNowSettings) -> tuple[str, ...]:
    """Return the ids of the resources that a row is for."""
    named = (row[column] for column in settings.resource_columns)
    described = scope_in(row["description"]).resources
    return tuple(dict.fromkeys(one for one in (*named, *described) if one))


def ticket_of(read: Read, settings: ServiceNowSettings) -> Ticket:
    """Return a row as a ticket.

    Raises:
        ProviderResponseError: A column that is never empty is, or holds no time.
    """
    row, scope = read.row, scope_in(read.row["description"])
    start, end = (optional_moment(row[column], what=WHAT) for column in ("start_date", "end_date"))
    ends = [at for at in (optional_moment(row[one], what=WHAT) for one in ("resolved_at", "closed_at")) if at]
    environment = settings.environment_column
    return Ticket(
        system=SYSTEM,
        key=row.required("number"),
        kind=KINDS[row.table],
        title=row["short_description"],
        status=row.shown("state"),
        url=f"{settings.base_url.rstrip('/')}/{row.table}.do?sys_id={row['sys_id']}",
        requested_by=_by(row, ASKED_BY[row.table]),
        assignee=_by(row, "assigned_to"),
        created_at=moment(row.required("sys_created_on"), what=WHAT),
        updated_at=moment(row.required("sys_updated_on"), what=WHAT),
        approvals=tuple(_approvals(read)),
        resources=resources_of(row, settings),
        window_start=start or scope.window_start,
        window_end=end or scope.window_end,
        is_open=row["active"] != "false" and not ends,
        closed_at=min(ends, default=None),
        project=row.table,
        accounts=scope.accounts,
        environments=names_in(row.shown(environment)) if environment else scope.environments,
        text=row["description"],
        history=tuple(_history(read)),
        untold=() if settings.audit else ("every field",),
    )


def _approvals(read: Read) -> Iterator[Approval]:
    """Yield what approvers decided, in order of time.

    Without `sys_audit`, the time is that of the row's last change, which may be later than the decision.
    With it, it is known who set the state: an administrator may do so in somebody else's name.
    """
    found = [_approval(row, read) for row in read.approvals]
    yield from sorted((one for one in found if one), key=lambda one: one.at)


def _approval(row: Row, read: Read) -> Approval | None:
    decision = _DECISIONS.get(row["state"])
    if decision is None:
        return None
    by, at = _by(row, "approver") or "a deleted user", moment(row.required("sys_updated_on"), what=WHAT)
    is_deleted = not row["approver.user_name"]
    for edit in read.edits.get(row["sys_id"], ()):
        if edit["fieldname"] == "state" and edit["newvalue"] == row["state"]:
            at = _at(edit)
            if edit["user"] and edit["user"] != row["approver.user_name"] and not is_deleted:
                by = read.people.get(edit["user"], edit["user"])
    return Approval(
        by=by, decision=decision, at=at, name=row.shown("approver"), is_by_deleted_user=is_deleted
    )


def _history(read: Read) -> Iterator[Edit]:
    for edit in read.edits.get(read.row["sys_id"], ()):
        user = edit["user"]
        yield Edit(
            at=_at(edit),
            by=read.people.get(user, user) or None,
            field=NAMES.get(edit["fieldname"], edit["fieldname"]),
            before=edit["oldvalue"] or None,
            after=edit["newvalue"] or None,
        )


def _at(edit: Row) -> datetime:
    return moment(edit.required("sys_created_on"), what=WHAT)


def _by(row: Row, column: str) -> str | None:
    """Return the mail address of whoever a column refers to, else the user name, or the id that is left."""
    return row[f"{column}.email"] or row[f"{column}.user_name"] or row[column] or None
