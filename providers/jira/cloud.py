"""Jira Cloud.

Issues are fetched by their keys, which shows them as they are now; the search shows some edits only
moments later, so what was just fetched is given along, to be searched as it is now.
https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/ (2026-11)
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from urllib.parse import quote

from drift.errors import ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.jira import jql
from providers.jira.documents import NEEDED, FoundIssues, History, HistoryPage, Issue
from providers.jira.questions import NEEDS_ISSUES, Questions
from providers.jira.rules import JiraRules
from providers.jira.translate import Read, Translation
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_candidates import likeliest
from providers.ticket_values import Address, basic, header_text

ROOT = "rest/api/3"

PAGE = 100
"""Issues, and edits, that are asked for at once."""

MOST_RECONCILED = 50
"""Issues that a search may be asked to show as they are now."""


class JiraCloudSettings(JiraRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The site, and who asks it."""

    base_url: Address
    """`https://example.atlassian.net`; for a token with scopes `https://api.atlassian.com/ex/jira/CLOUD-ID`."""
    token: Secret
    email: str | None = None
    """Whose API token it is. Without it, the token stands alone, as one of OAuth does."""
    site: Address | None = None
    """Where people read issues, if not at `base_url`."""


class JiraCloud:
    """A `TicketSource` that reads the issues of a Jira Cloud site."""

    def __init__(self, settings: JiraCloudSettings) -> None:
        self._settings = settings
        self._api = TicketApi(system="Jira", base_url=settings.base_url, headers=self._headers)
        self._questions = Questions(api=self._api, rules=settings, root=ROOT)

    def check(self) -> str:
        """Ask who we are, for the fields and the group that are configured, and for any issue."""
        who, _, _ = self._questions.myself(), self._questions.fields, self._questions.approvers()
        condition = "created >= -3650d"  # a question without any condition is refused
        found = self._page(jql.query(condition, self._settings), most=1, fields=["summary"], ids=()).issues
        for one in found:
            self._histories(one)
            self._questions.approvals(one.key)
        where = ", ".join(self._settings.projects) or "every project that it may see"
        return f"{who} reads {where}{'' if found else ', where no issue is yet'}"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the issues with these keys, and those that name these resources; see `TicketSource`."""
        wanted = sorted({key for key in keys if self._settings.allows(key)})
        found = {one.id: one for one in self._fetch(wanted) if self._settings.allows(one.key)}
        names, known = self._translation(None), {one for one in resource_ids if one.strip()}
        for one in self._naming(known, ids=list(found)):
            if not known.isdisjoint(names.scope_of(one).resources):
                found.setdefault(one.id, one)
        if not found:
            return []
        translation = self._translation(self._questions.approvers())
        return [translation.ticket(self._read(one)) for one in found.values()]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing: Jira tells a deleted issue from one that never was to nobody."""
        return ()

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return issues that fit what is known; see `TicketSource`."""
        people = self._questions.people(search.people, by="query", id_="account_id")
        condition = jql.likely(search, people, self._settings, self._questions.fields)
        question = jql.query(condition, self._settings, newest_first=True)
        found = self._page(question, most=50, fields=self._wanted, ids=()).issues
        translation = self._translation(None)
        return likeliest(search, [translation.ticket(Read(issue=one)) for one in found])

    @property
    def _wanted(self) -> Sequence[str]:
        return [*NEEDED, *self._settings.scope_fields]

    def _translation(self, approvers: Collection[str] | None) -> Translation:
        site = self._settings.site or self._settings.base_url
        return Translation(rules=self._settings, site=site, approvers=approvers)

    def _fetch(self, keys: Sequence[str]) -> Iterable[Issue]:
        """Yield the issues with these keys; those that do not exist, or may not be seen, are left out."""
        for at in range(0, len(keys), PAGE):
            asked = {"issueIdsOrKeys": list(keys[at : at + PAGE]), "fields": list(self._wanted)}
            answer = self._api.post(
                f"{ROOT}/issue/bulkfetch", asked, what="reading issues", needs=NEEDS_ISSUES
            )
            found = answer.read_as(FoundIssues)
            if found.issue_errors:
                raise ProviderUnavailableError(
                    f"{answer.what}: {len(found.issue_errors)} could not be returned",
                    hint="it is asked again in the next cycle",
                )
            yield from found.issues

    def _naming(self, resource_ids: Collection[str], ids: Sequence[str]) -> Iterable[Issue]:
        if not resource_ids:
            return ()
        condition = jql.naming(resource_ids, self._settings, self._questions.fields)
        question = jql.query(condition, self._settings)

        def page(token: str) -> tuple[Iterable[Issue], str | None]:
            found = self._page(question, most=PAGE, fields=self._wanted, ids=ids, token=token)
            return found.issues, found.next_page_token

        return all_pages(page, "", what="searching issues in Jira")

    def _page(
        self, question: str, *, most: int, fields: Sequence[str], ids: Sequence[str], token: str = ""
    ) -> FoundIssues:
        asked: dict[str, object] = {"jql": question, "maxResults": most, "fields": list(fields)}
        if ids:
            asked["reconcileIssues"] = [int(one) for one in ids[:MOST_RECONCILED] if one.isdecimal()]
        if token:
            asked["nextPageToken"] = token
        answer = self._api.post(f"{ROOT}/search/jql", asked, what="searching issues", needs=NEEDS_ISSUES)
        return answer.read_as(FoundIssues)

    def _read(self, issue: Issue) -> Read:
        return Read(
            issue=issue, histories=self._histories(issue), approvals=self._questions.approvals(issue.key)
        )

    def _histories(self, issue: Issue) -> Sequence[History]:
        what = f"reading the edits of {issue.key}"

        def page(start: int) -> tuple[Iterable[History], int | None]:
            answer = self._api.get(
                f"{ROOT}/issue/{quote(issue.id, safe='')}/changelog",
                {"startAt": start, "maxResults": PAGE},
                what=what,
                needs=NEEDS_ISSUES,
            )
            found = answer.read_as(HistoryPage)
            at_end = found.is_last or not found.values
            return found.values, None if at_end else start + len(found.values)

        return list(all_pages(page, 0, what=what))

    def _headers(self) -> Mapping[str, str]:
        token, email = header_text(self._settings.token, what="the token for Jira"), self._settings.email
        return {"Authorization": basic(email, token) if email else f"Bearer {token}"}
