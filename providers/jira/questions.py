"""What Cloud and Data Center are asked alike: fields, users, group members, approvals."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from providers.jira.documents import (
    ApprovalPage,
    FieldInfo,
    MemberPage,
    Myself,
    RequestApproval,
    User,
)
from providers.jira.jql import check_fields
from providers.jira.rules import JiraRules
from providers.ticket_api import TicketApi, all_pages

PAGE = 50

NEEDS_ISSUES = 'the permission "Browse projects" (scope read:jira-work)'
NEEDS_USERS = 'the permission "Browse users and groups" (scope read:jira-user)'
NEEDS_REQUESTS = 'the role "Service desk team" (scope read:servicedesk-request)'


@dataclass(frozen=True, kw_only=True)
class Questions:
    """One Jira, asked as the configuration says."""

    api: TicketApi
    rules: JiraRules
    root: str
    """`rest/api/3`, or `rest/api/2` of Data Center."""

    def myself(self) -> str:
        """Return whose credentials these are."""
        answer = self.api.get(f"{self.root}/myself", what="asking who we are", needs=NEEDS_USERS)
        found = answer.read_as(Myself)
        return found.email_address or found.display_name

    @cached_property
    def fields(self) -> Mapping[str, FieldInfo]:
        """The fields that issues may have, by their ids; asked for once.

        Raises:
            ProviderError: They cannot be had, or one that the configuration names is missing.
        """
        answer = self.api.get(f"{self.root}/field", what="listing the fields", needs=NEEDS_ISSUES)
        found = {one.id: one for one in answer.read_as(tuple[FieldInfo, ...])}
        check_fields(self.rules, found)
        return found

    def approvers(self) -> Collection[str] | None:
        """Return who may approve by moving an issue; `None`: everybody whom the workflow lets."""
        group = self.rules.approver_group
        if group is None:
            return None
        what = f'listing the group "{group}"'

        def page(start: int) -> tuple[Iterable[User], int | None]:
            answer = self.api.get(
                f"{self.root}/group/member",
                {"groupname": group, "includeInactiveUsers": "true", "startAt": start, "maxResults": PAGE},
                what=what,
                needs=NEEDS_USERS,
            )
            found = answer.read_as(MemberPage)
            at_end = found.is_last or not found.values
            return found.values, None if at_end else start + len(found.values)

        return {one.id for one in all_pages(page, 0, what=what) if one.id}

    def people(self, names: Sequence[str], *, by: str, id_: str) -> Sequence[str]:
        """Return the ids of users who are called so; none where we may not look."""
        found: dict[str, None] = {}
        for name in names:
            answer = self.api.get(
                f"{self.root}/user/search",
                {by: name, "maxResults": 2},
                what="looking for a person",
                needs=NEEDS_USERS,
                absent={400, 401, 403},
            )
            users = answer.read_as(tuple[User, ...]) if answer.status == 200 else ()
            found.update((one, None) for user in users if (one := getattr(user, id_)))
        return list(found)

    def approvals(self, key: str) -> Sequence[RequestApproval]:
        """Return the approvals of a request; none of an issue that is no request."""
        if not self.rules.service_desk:
            return ()
        what = f"reading the approvals of {key}"

        def page(start: int) -> tuple[Iterable[RequestApproval], int | None]:
            answer = self.api.get(
                f"rest/servicedeskapi/request/{quote(key, safe='')}/approval",
                {"start": start, "limit": PAGE},
                what=what,
                needs=NEEDS_REQUESTS,
                absent={404},
            )
            if answer.status == 404:
                return (), None
            found = answer.read_as(ApprovalPage)
            at_end = found.is_last_page or not found.values
            return found.values, None if at_end else start + len(found.values)

        return list(all_pages(page, 0, what=what))
