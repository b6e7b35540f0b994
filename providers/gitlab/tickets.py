"""GitLab's issues: approved by labels, with their scope in sections of the description."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from typing import TypeVar
from urllib.parse import quote

from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.gitlab.ticket_documents import Issue, LabelEvent, Note, Project, StateEvent
from providers.gitlab.ticket_rules import GitLabIssuesSettings
from providers.gitlab.ticket_translate import Read, ticket_of
from providers.ticket_answers import Answer
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_candidates import likeliest
from providers.ticket_text import scope_in
from providers.ticket_values import header_text

__all__ = ["GitLabIssues", "GitLabIssuesSettings"]

PAGE = 100

MOST_HINTS = 6
"""Searches of one project for one list of candidates."""

MAX_WORDS = 200

NEEDS = "the scope read_api with the role Reporter"

T = TypeVar("T")


class GitLabIssues:
    """A `TicketSource` that reads the issues of some projects."""

    def __init__(self, settings: GitLabIssuesSettings) -> None:
        self._settings = settings
        self._api = TicketApi(system="GitLab", base_url=settings.base_url, headers=self._headers)

    def check(self) -> str:
        """Read an issue of each project, with its events."""
        for project in self._settings.projects:
            answer = self._api.get(_path(project), what=f"looking at {project}", needs=NEEDS)
            answer.read_as(Project)
            for issue in self._list(project, 1, {})[0]:
                self._read(project, issue, f"{project}#{issue.iid}")
        return f"the issues of {', '.join(self._settings.projects)}"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the issues with these keys, and those that name these resources; see `TicketSource`."""
        found: dict[tuple[str, int], tuple[Issue, str]] = {}
        for key in sorted(set(keys)):
            if parts := self._settings.parts_of(key):
                issue = self._issue(*parts)
                if issue:
                    found[parts] = issue, key
        known = {one for one in resource_ids if one.strip()}
        for project, one in product(self._settings.projects, sorted(known)):
            for issue in self._naming(project, one):
                if not known.isdisjoint(scope_in(issue.description or "").resources):
                    found.setdefault((project, issue.iid), (issue, f"{project}#{issue.iid}"))
        return [
            ticket_of(self._read(project, issue, key), self._settings)
            for (project, _), (issue, key) in found.items()
        ]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing: GitLab tells a deleted issue from one that never was to nobody."""
        return ()

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return issues that fit what is known; see `TicketSource`."""
        words = [one[:MAX_WORDS] for one in (*search.resources, *search.words) if one.strip()]
        people = [one for one in search.people if one.strip() and "@" not in one]
        hints = [
            *({"search": one} for one in words),
            *({name: one} for one in people for name in ("author_username", "assignee_username")),
        ]
        times = {
            "updated_after": (search.near - search.within).isoformat(),
            "created_before": (search.near + search.within + timedelta(seconds=1)).isoformat(),
            "order_by": "updated_at",
            "sort": "desc",
        }
        found: dict[tuple[str, int], Ticket] = {}
        for project, hint in product(self._settings.projects, hints[:MOST_HINTS] or [{}]):
            for issue in self._list(project, PAGE, {**times, **hint})[0]:
                read = Read(project=project, issue=issue, key=f"{project}#{issue.iid}")
                found[project, issue.iid] = ticket_of(read, self._settings)
        return likeliest(search, found.values())

    def _issue(self, project: str, number: int) -> Issue | None:
        """Return an issue; `None` if there is none, or it may not be seen."""
        path = f"{_path(project)}/issues/{number}"
        answer = self._api.get(path, what=f"reading {project}#{number}", needs=NEEDS, absent={404})
        return None if answer.status == 404 else answer.read_as(Issue)

    def _naming(self, project: str, resource_id: str) -> Iterator[Issue]:
        def page(number: int) -> tuple[Iterable[Issue], int | None]:
            asked = {"search": resource_id[:MAX_WORDS], "in": "description"}
            return self._list(project, PAGE, asked, number)

        return all_pages(page, 1, what=f"searching the issues of {project}")

    def _list(
        self, project: str, most: int, asked: Mapping[str, str], number: int = 1
    ) -> tuple[Sequence[Issue], int | None]:
        answer = self._api.get(
            f"{_path(project)}/issues",
            {"scope": "all", "per_page": most, "page": number, **asked},
            what=f"searching the issues of {project}",
            needs=NEEDS,
        )
        return answer.read_as(tuple[Issue, ...]), _next_page(answer)

    def _read(self, project: str, issue: Issue, key: str) -> Read:
        return Read(
            project=project,
            issue=issue,
            key=key,
            notes=self._all(project, issue, "notes", Note),
            labels=self._all(project, issue, "resource_label_events", LabelEvent),
            states=self._all(project, issue, "resource_state_events", StateEvent),
        )

    def _all(self, project: str, issue: Issue, name: str, type_: type[T]) -> Sequence[T]:
        what = f"reading the edits of {project}#{issue.iid}"

        def page(number: int) -> tuple[Iterable[T], int | None]:
            path = f"{_path(project)}/issues/{issue.iid}/{name}"
            answer = self._api.get(path, {"per_page": PAGE, "page": number}, what=what, needs=NEEDS)
            found: tuple[T, ...] = answer.read_as(tuple[type_, ...])  # type: ignore[valid-type]
            return found, _next_page(answer)

        return list(all_pages(page, 1, what=what))

    def _headers(self) -> Mapping[str, str]:
        return {"PRIVATE-TOKEN": header_text(self._settings.token, what="the token for GitLab")}


def _path(project: str) -> str:
    return f"api/v4/projects/{quote(project, safe='')}"


def _next_page(answer: Answer) -> int | None:
    """Return the number of the next page, which a header tells."""
    following = answer.headers.get("x-next-page", "")
    return int(following) if following.isascii() and following.isdigit() and len(following) < 7 else None
