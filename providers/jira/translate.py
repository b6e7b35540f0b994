"""What an issue says, as a ticket."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from drift.errors import ProviderResponseError
from drift.model.ticket import Approval, ApprovalDecision, Edit, Ticket
from providers.jira.documents import Fields, History, Issue, RequestApproval, User
from providers.jira.rules import JiraRules
from providers.jira.values import text_of
from providers.ticket_text import Scope, ids_in, names_in, scope_in
from providers.ticket_values import moment, optional_moment

SYSTEM = "jira"

_DECISIONS = {"approved": ApprovalDecision.APPROVED, "declined": ApprovalDecision.DECLINED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """An issue with all that was asked about it."""

    issue: Issue
    histories: Sequence[History] = ()
    approvals: Sequence[RequestApproval] = ()
    is_history_whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Translation:
    """How the issues of one Jira become tickets."""

    rules: JiraRules
    site: str
    """Where people read them."""
    approvers: Collection[str] | None = None
    """Ids of the users that approve by moving an issue; `None`: everybody who can."""

    def ticket(self, read: Read) -> Ticket:
        """Return an issue as a ticket.

        Raises:
            ProviderResponseError: A field that every issue has is missing.
        """
        issue, what = read.issue, f"reading {read.issue.key} in Jira"
        fields, text = _fields(issue), text_of(issue.fields.get("description"))
        histories = sorted(read.histories, key=lambda one: moment(one.created, what=what))
        scope = self._scope(issue, text, what)
        is_open, closed_at = _end(fields, histories, what)
        return Ticket(
            system=SYSTEM,
            key=issue.key,
            kind=self.rules.kind_of(fields.issuetype.name),
            title=fields.summary,
            status=fields.status.name,
            url=f"{self.site.rstrip('/')}/browse/{issue.key}",
            requested_by=fields.reporter.by if fields.reporter else None,
            assignee=fields.assignee.by if fields.assignee else None,
            created_at=moment(fields.created, what=what),
            updated_at=moment(fields.updated, what=what),
            approvals=tuple(
                sorted((*self._by_moving(histories, what), *_by_request(read, what)), key=lambda one: one.at)
            ),
            resources=scope.resources,
            window_start=scope.window_start,
            window_end=scope.window_end,
            is_open=is_open,
            closed_at=closed_at,
            project=fields.project.key if fields.project else issue.key.rpartition("-")[0],
            accounts=scope.accounts,
            environments=scope.environments,
            text=text,
            history=tuple(self._edits(histories, what)),
            untold=() if read.is_history_whole else ("older edits",),
            former_keys=_former_keys(issue.key, histories),
        )

    def scope_of(self, issue: Issue) -> Scope:
        """Return what an issue is for."""
        text = text_of(issue.fields.get("description"))
        return self._scope(issue, text, f"reading {issue.key} in Jira")

    def _scope(self, issue: Issue, text: str, what: str) -> Scope:
        rules, written = self.rules, scope_in(text)

        def said(field: str) -> str:
            return text_of(issue.fields.get(field))

        start, end = written.window_start, written.window_end
        if rules.window_start_field and rules.window_end_field:
            start = optional_moment(said(rules.window_start_field), what=what)
            end = optional_moment(said(rules.window_end_field), what=what)
        environments = rules.environments_field
        return Scope(
            resources=ids_in(said(rules.resources_field)) if rules.resources_field else written.resources,
            accounts=ids_in(said(rules.accounts_field)) if rules.accounts_field else written.accounts,
            environments=names_in(said(environments)) if environments else written.environments,
            window_start=start,
            window_end=end,
        )

    def _by_moving(self, histories: Iterable[History], what: str) -> Iterator[Approval]:
        """Yield the approvals that moving an issue to another status gives."""
        for one in histories:
            for item in one.items:
                if item.field != "status":
                    continue
                if item.to_string in self.rules.declined_statuses:
                    yield _approval(one.author, ApprovalDecision.DECLINED, moment(one.created, what=what))
                elif item.to_string in self.rules.approved_statuses and self._may_approve(one.author):
                    yield _approval(one.author, ApprovalDecision.APPROVED, moment(one.created, what=what))

    def _may_approve(self, user: User | None) -> bool:
        if self.approvers is None:
            return True
        return user is not None and user.id in self.approvers

    def _edits(self, histories: Iterable[History], what: str) -> Iterator[Edit]:
        for one in histories:
            for item in one.items:
                yield Edit(
                    at=moment(one.created, what=what),
                    by=one.author.by if one.author else None,
                    field=self.rules.name_of(item.field_id or item.field),
                    before=item.from_string,
                    after=item.to_string,
                )


def _fields(issue: Issue) -> Fields:
    try:
        return msgspec.convert(issue.fields, Fields)
    except msgspec.ValidationError as error:
        raise ProviderResponseError(
            f"{issue.key} of Jira cannot be understood: {error}",
            hint="let the credentials see every field of the issue; if they do, report it",
        ) from error


def _by_request(read: Read, what: str) -> Iterator[Approval]:
    """Yield what the approvers of a request decided, at the time at which all was decided.

    Of one that is still pending, no time is told, and the others may still decide otherwise.
    """
    for approval in read.approvals:
        if approval.completed_date is None or approval.final_decision not in _DECISIONS:
            continue
        at = moment(approval.completed_date.iso8601, what=what)
        for one in approval.approvers:
            if decision := _DECISIONS.get(one.approver_decision):
                yield _approval(one.approver, decision, at)


def _approval(user: User | None, decision: ApprovalDecision, at: datetime) -> Approval:
    someone = user or User()
    return Approval(
        by=someone.by,
        decision=decision,
        at=at,
        name=someone.display_name,
        is_by_deleted_user=someone.is_deleted,
    )


def _end(fields: Fields, histories: Sequence[History], what: str) -> tuple[bool, datetime | None]:
    """Return whether an issue is open, and since when it is not."""
    is_done = fields.status.status_category is not None and fields.status.status_category.key == "done"
    moves = [one for one in histories if any(item.field == "status" for item in one.items)]
    moved = moves[-1].created if moves and is_done else None
    ends = [at for at in (optional_moment(one, what=what) for one in (fields.resolutiondate, moved)) if at]
    return not (is_done or fields.resolutiondate), min(ends, default=None)


def _former_keys(key: str, histories: Iterable[History]) -> tuple[str, ...]:
    moves = (item.from_string for one in histories for item in one.items if item.field == "Key")
    return tuple(dict.fromkeys(former for former in moves if former and former != key))
