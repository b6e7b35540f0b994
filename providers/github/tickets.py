"""GitHub's issues: approved by labels, with their scope in sections of the body, as issue forms write it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.github.body_edits import body_edits
from providers.github.ticket_documents import Event, FoundIssues, Issue, Repository
from providers.github.ticket_rules import GitHubIssuesSettings, logins, phrase
from providers.github.ticket_translate import Read, ticket_of
from providers.ticket_answers import Answer
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_candidates import likeliest
from providers.ticket_text import scope_in
from providers.ticket_values import header_text

__all__ = ["GitHubIssues", "GitHubIssuesSettings"]

PAGE = 100

MOST_HINTS = 6
"""Searches for one list of candidates: GitHub allows thirty a minute."""

NEEDS = 'the repository permission "Issues: read"'

MOVED, MISSING, DELETED = 301, 404, 410
"""What the status of an answer says of an issue."""

_NEXT = re.compile(r'<[^>]*[?&]page=(?P<page>\d{1,6})[^>]*>;\s*rel="next"')


class GitHubIssues:
    """A `TicketSource` that reads the issues of some repositories."""

    def __init__(self, settings: GitHubIssuesSettings) -> None:
        self._settings = settings
        base = settings.base_url.rstrip("/")
        self._api = TicketApi(system="GitHub", base_url=base, headers=self._headers)
        # A server of one's own has it beside the REST API, and not below it.
        self._graphql = TicketApi(system="GitHub", base_url=base.removesuffix("/v3"), headers=self._headers)

    def check(self) -> str:
        """Read an issue of each repository, with its edits."""
        for name in self._settings.repositories:
            answer = self._api.get(f"repos/{name}", what=f"looking at {name}", needs=NEEDS, absent={MOVED})
            if answer.status == MOVED:
                raise ProviderResponseError(
                    f"{name} of GitHub is called otherwise now", hint="correct `repositories`"
                )
            answer.read_as(Repository)
            listed = self._api.get(
                f"repos/{name}/issues",
                {"state": "all", "per_page": 1},
                what=f"listing the issues of {name}",
                needs=NEEDS,
            )
            for issue in listed.read_as(tuple[Issue, ...]):
                self._read(issue, ())
        return f"the issues of {', '.join(self._settings.repositories)}"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the issues with these keys, and those that name these resources; see `TicketSource`."""
        found: dict[str, tuple[Issue, tuple[str, ...]]] = {}
        for key in sorted(set(keys)):
            issue = self._issue(key)
            if issue and issue.pull_request is None and self._settings.allows(issue.repository):
                _, former = found.get(issue.key, (issue, ()))
                found[issue.key] = issue, former if issue.key == key else (*former, key)
        known = {one for one in resource_ids if one.strip() and self._settings.by_resource}
        for issue in self._naming(known):
            if not known.isdisjoint(scope_in(issue.body or "").resources):
                found.setdefault(issue.key, (issue, ()))
        return [ticket_of(self._read(issue, former), self._settings) for issue, former in found.values()]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return those of these keys whose issues were deleted: GitHub remembers them."""
        return [key for key in sorted(set(keys)) if _is_deleted(self._asked(key))]

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return issues that fit what is known; see `TicketSource`."""
        hints = [
            *(phrase(one) for one in (*search.resources, *search.words) if one.strip()),
            *(f"author:{one}" for one in logins(search.people)),
            *(f"assignee:{one}" for one in logins(search.people)),
        ]
        day = timedelta(days=1)
        since, until = search.near - search.within - day, search.near + search.within + day
        times = [f"updated:>={since:%Y-%m-%d}", f"created:<={until:%Y-%m-%d}"]
        found: dict[str, Issue] = {}
        for hint in hints[:MOST_HINTS] or [""]:
            for question in self._settings.searches(*filter(None, [*times, hint])):
                found.update((one.key, one) for one in self._search_page(question, 1, newest=True)[0])
        return likeliest(search, [ticket_of(Read(issue=one), self._settings) for one in found.values()])

    def _issue(self, key: str) -> Issue | None:
        """Return the issue with a key, wherever it was moved to; `None` if there is none."""
        answer = self._asked(key)
        if answer.status == MOVED:
            answer = self._moved(answer)
        return answer.read_as(Issue) if answer.status == 200 else None

    def _asked(self, key: str) -> Answer:
        parts = self._settings.parts_of(key)
        if parts is None:
            return Answer(what=f"reading {key}", status=MISSING, headers={}, body=b"")
        repository, number = parts
        return self._api.get(
            f"repos/{repository}/issues/{number}",
            what=f"reading {key}",
            needs=NEEDS,
            absent={MOVED, MISSING, DELETED},
        )

    def _moved(self, answer: Answer) -> Answer:
        """Ask where an issue was moved to, within the API: the token goes nowhere else."""
        base = self._settings.base_url.rstrip("/")
        path = answer.headers.get("location", "").removeprefix(f"{base}/")
        if not re.fullmatch(r"[A-Za-z0-9._/-]{1,300}", path):
            raise ProviderResponseError(
                f"{answer.what}: it leads to another address than {base}", hint="check `base_url`"
            )
        return self._api.get(path, what=answer.what, needs=NEEDS, absent={MISSING, DELETED})

    def _naming(self, resource_ids: Collection[str]) -> Iterator[Issue]:
        for one in sorted(resource_ids):
            for question in self._settings.searches("in:body", phrase(one)):

                def page(number: int, question: str = question) -> tuple[Iterable[Issue], int | None]:
                    return self._search_page(question, number)

                yield from all_pages(page, 1, what="searching issues in GitHub")

    def _search_page(
        self, question: str, number: int, *, newest: bool = False
    ) -> tuple[Sequence[Issue], int | None]:
        order: dict[str, str | int] = {"sort": "updated", "order": "desc"} if newest else {}
        answer = self._api.get(
            "search/issues",
            {"q": question, "per_page": PAGE, "page": number, **order},
            what="searching issues",
            needs=NEEDS,
            # What people are called, or repositories, that this token may not see.
            absent={422} if newest else (),
        )
        if answer.status == 422:
            return (), None
        found = answer.read_as(FoundIssues)
        if found.incomplete_results:
            raise ProviderUnavailableError(
                f"{answer.what}: GitHub did not look at everything",
                hint="it is asked again in the next cycle",
            )
        issues = [one for one in found.items if self._settings.allows(one.repository)]
        return [one for one in issues if one.pull_request is None], _next_page(answer)

    def _read(self, issue: Issue, former_keys: tuple[str, ...]) -> Read:
        return Read(
            issue=issue,
            events=self._events(issue),
            body_edits=body_edits(self._graphql, issue, needs=NEEDS),
            former_keys=former_keys,
        )

    def _events(self, issue: Issue) -> Sequence[Event]:
        what = f"reading the events of {issue.key}"

        def page(number: int) -> tuple[Iterable[Event], int | None]:
            answer = self._api.get(
                f"repos/{issue.repository}/issues/{issue.number}/events",
                {"per_page": PAGE, "page": number},
                what=what,
                needs=NEEDS,
            )
            return answer.read_as(tuple[Event, ...]), _next_page(answer)

        return list(all_pages(page, 1, what=what))

    def _headers(self) -> Mapping[str, str]:
        token = header_text(self._settings.token, what="the token for GitHub")
        return {
            "Authorization": f"Bearer {token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }


def _is_deleted(answer: Answer) -> bool:
    """Tell a deleted issue from a repository whose issues were switched off: both are gone."""
    return answer.status == DELETED and "deleted" in answer.said.lower()


def _next_page(answer: Answer) -> int | None:
    """Return the number of the next page, as the header `Link` says."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return int(found["page"]) if found else None
