"""Jira Data Center: a server of one's own, asked with a personal access token."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from drift.model.secret import Secret
from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.jira import jql
from providers.jira.documents import NEEDED, FoundIssues, Issue
from providers.jira.questions import NEEDS_ISSUES, Questions
from providers.jira.rules import JiraRules
from providers.jira.translate import Read, Translation
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_candidates import likeliest
from providers.ticket_values import Address, header_text

ROOT = "rest/api/2"

PAGE = 50


class JiraDataCenterSettings(JiraRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The server, and who asks it."""

    base_url: Address
    """With the context path, if it has one: `https://jira.example.com/jira`."""
    token: Secret
    """A personal access token."""


class JiraDataCenter:
    """A `TicketSource` that reads the issues of a Jira server."""

    def __init__(self, settings: JiraDataCenterSettings) -> None:
        self._settings = settings
        self._api = TicketApi(system="Jira", base_url=settings.base_url, headers=self._headers)
        self._questions = Questions(api=self._api, rules=settings, root=ROOT)

    def check(self) -> str:
        """Ask who we are, for the fields and the group that are configured, and for any issue."""
        who, _, _ = self._questions.myself(), self._questions.fields, self._questions.approvers()
        found = self._page(jql.query("created >= -3650d", self._settings), start=0, most=1)
        for one in found.issues:
            self._questions.approvals(one.key)
        where = ", ".join(self._settings.projects) or "every project that it may see"
        return f"{who} reads {where}, with {found.total or 0:,} issues"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the issues with these keys, and those that name these resources; see `TicketSource`."""
        wanted = sorted({key for key in keys if self._settings.allows(key)})
        issues = (self._issue(key) for key in wanted)
        found = {one.id: one for one in issues if one and self._settings.allows(one.key)}
        names, known = self._translation(None), {one for one in resource_ids if one.strip()}
        for one in self._naming(known):
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
        people = self._questions.people(search.people, by="username", id_="name")
        condition = jql.likely(search, people, self._settings, self._questions.fields)
        question = jql.query(condition, self._settings, newest_first=True)
        found = self._page(question, start=0, most=PAGE).issues
        translation = self._translation(None)
        return likeliest(search, [translation.ticket(Read(issue=one)) for one in found])

    @property
    def _wanted(self) -> Sequence[str]:
        return [*NEEDED, *self._settings.scope_fields]

    def _translation(self, approvers: Collection[str] | None) -> Translation:
        return Translation(rules=self._settings, site=self._settings.base_url, approvers=approvers)

    def _issue(self, key: str) -> Issue | None:
        """Return the issue with a key, also a former one; `None` if there is none, or it may not be seen."""
        answer = self._api.get(
            f"{ROOT}/issue/{key}",
            {"fields": ",".join(self._wanted), "expand": "changelog"},
            what=f"reading {key}",
            needs=NEEDS_ISSUES,
            absent={404},
        )
        return None if answer.status == 404 else answer.read_as(Issue)

    def _naming(self, resource_ids: Collection[str]) -> Iterable[Issue]:
        if not resource_ids:
            return ()
        condition = jql.naming(resource_ids, self._settings, self._questions.fields)
        question = jql.query(condition, self._settings)

        def page(start: int) -> tuple[Iterable[Issue], int | None]:
            found = self._page(question, start=start, most=PAGE)
            at = start + len(found.issues)
            return found.issues, at if found.issues and at < (found.total or 0) else None

        return all_pages(page, 0, what="searching issues in Jira")

    def _page(self, question: str, *, start: int, most: int) -> FoundIssues:
        asked = {
            "jql": question,
            "startAt": start,
            "maxResults": most,
            "fields": list(self._wanted),
            "expand": ["changelog"],
        }
        answer = self._api.post(f"{ROOT}/search", asked, what="searching issues", needs=NEEDS_ISSUES)
        return answer.read_as(FoundIssues)

    def _read(self, issue: Issue) -> Read:
        log = issue.changelog
        histories = log.histories if log else ()
        return Read(
            issue=issue,
            histories=histories,
            approvals=self._questions.approvals(issue.key),
            is_history_whole=log is not None and (log.total is None or log.total <= len(histories)),
        )

    def _headers(self) -> Mapping[str, str]:
        token = header_text(self._settings.token, what="the token for Jira")
        # What Jira Service Management tells of approvals is marked experimental there.
        return {"Authorization": f"Bearer {token}", "X-ExperimentalApi": "opt-in"}
