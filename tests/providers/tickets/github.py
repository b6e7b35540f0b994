"""A GitHub of our own: issues, their events and edits, and the search, of one organisation's repositories."""

import re
from datetime import datetime, timedelta
from typing import Any

from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, only_fields

REPOSITORY = "example/infra"
PAGE = 2
"""However many are asked for, but of lists of choices."""

NOT_FOUND = Answer(
    status=404, body={"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}
)
UNPROCESSABLE = Answer(status=422, body={"message": "Validation Failed", "errors": [{"code": "invalid"}]})

QUERIED = {
    *("query", "owner", "name", "number", "after", "first", "repository", "issue", "userContentEdits"),
    *("pageInfo", "hasNextPage", "endCursor", "nodes", "editedAt", "editor", "login", "String", "Int"),
}
"""Every word of the only GraphQL query that it understands."""

SEARCHED = re.compile(r'"(?P<phrase>[^"]*)"|(?P<qualifier>[a-z]+):(?P<value>\S+)|(?P<word>\S+)')


class GitHub:
    """Repositories and their issues."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        """By number, as the REST API shows them."""
        self.events: dict[int, list[dict[str, Any]]] = {}
        self.edits: dict[int, list[dict[str, Any]]] = {}
        """Of bodies, without the first one."""
        self.deleted: set[int] = set()
        self.transferred: dict[int, str] = {}
        """Paths that issues were moved to."""
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as GitHub does."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(status=401, body={"message": "Bad credentials"})
        if asked.headers.get("x-github-api-version") != "2022-11-28":
            raise RefusedError(Answer(status=400, body={}), "no version of the API")
        match asked.method, asked.parts:
            case "GET", ["repos", "example", "infra"]:
                only(asked)
                return Answer(body={"id": 1, "full_name": REPOSITORY, "private": True})
            case "GET", ["repos", "example", "infra", "issues"]:
                only(asked, "state", "per_page", "page", "labels", "sort", "direction", "since")
                return Answer(body=list(self.issues.values())[: int(asked.query.get("per_page", 30))])
            case "GET", ["repos", "example", "infra", "issues", number]:
                only(asked)
                return self._issue(asked, int(number))
            case "GET", ["repositories", "2", "issues", number]:
                only(asked)
                return Answer(body=self.issues[int(number)])
            case "GET", ["repos", "example", "infra", "issues", number, "events"]:
                only(asked, "per_page", "page")
                return self._page(asked, self.events.get(int(number), []))
            case "GET", ["search", "issues"]:
                only(asked, "q", "sort", "order", "per_page", "page")
                return self._search(asked)
            case "POST", ["graphql"]:
                return self._graphql(asked.body)
            case "GET", ["repos", *_]:
                return NOT_FOUND
            case _:
                raise RefusedError(NOT_FOUND, "no such path")

    def _issue(self, asked: Asked, number: int) -> Answer:
        if number in self.deleted:
            return Answer(status=410, body={"message": "This issue was deleted"})
        if path := self.transferred.get(number):
            location = path if "://" in path else f"http://{asked.headers['host']}/{path}"
            return Answer(status=301, body={"message": "Moved"}, headers={"Location": location})
        return Answer(body=self.issues[number]) if number in self.issues else NOT_FOUND

    def _page(self, asked: Asked, found: list[Any], *, size: int = PAGE) -> Answer:
        number = int(asked.query.get("page", 1))
        start = 0 if self.is_looping else (number - 1) * size
        headers = {}
        if start + size < len(found) or self.is_looping:
            following = 1 if self.is_looping else number + 1
            url = f"http://{asked.headers['host']}{asked.path}?per_page=100&page={following}"
            headers["Link"] = f'<{url}>; rel="next", <{url}9>; rel="last"'
        return Answer(body=found[start : start + size], headers=headers)

    def _search(self, asked: Asked) -> Answer:
        question = asked.query["q"]
        if len(question) > 256:
            raise RefusedError(UNPROCESSABLE, "a search of more than 256 characters")
        found = [one for one in self.issues.values() if _fits(one, question)]
        if is_newest_first := asked.query.get("sort") == "updated":
            found.sort(key=lambda one: str(one["updated_at"]), reverse=True)
        page = self._page(asked, found, size=int(asked.query["per_page"]) if is_newest_first else PAGE)
        body = {"total_count": len(found), "incomplete_results": False, "items": page.body}
        return Answer(body=body, headers=page.headers)

    def _graphql(self, body: Any) -> Answer:
        only_fields(
            body, {"query", "variables"}, set(), Answer(status=400, body={"message": "Problems parsing JSON"})
        )
        if unknown := set(re.findall(r"[A-Za-z]+", body["query"])) - QUERIED:
            raise RefusedError(
                Answer(body={"errors": [{"message": f"no field {unknown}"}]}), f"no fields {unknown}"
            )
        variables = body["variables"]
        if (variables["owner"], variables["name"]) != tuple(REPOSITORY.split("/")):
            return Answer(body={"data": {"repository": None}, "errors": [{"message": "Could not resolve"}]})
        number = variables["number"]
        edits = self.edits.get(number, [])
        first = {"editedAt": self.issues[number]["created_at"], "editor": self.issues[number]["user"]}
        known = [first, *edits] if edits else []
        start = int(variables["after"] or 0)
        page = known[start : start + PAGE]
        info = {"hasNextPage": start + PAGE < len(known), "endCursor": str(start + PAGE) if page else None}
        content = {"pageInfo": info, "nodes": page}
        return Answer(body={"data": {"repository": {"issue": {"userContentEdits": content}}}})


def _fits(issue: dict[str, Any], question: str) -> bool:
    """Tell whether an issue fits a search; what GitHub would not understand is refused."""
    places = ["title", "body"]
    phrases, repositories, is_fitting = list[str](), list[str](), True
    for found in SEARCHED.finditer(question):
        name, value = found["qualifier"], found["value"]
        if found["phrase"] is not None:
            phrases.append(found["phrase"])
        elif name == "repo":
            repositories.append(value)
        elif name == "in":
            places = [value]
        elif name in {"updated", "created"}:
            day = str(issue[f"{name}_at"])[:10]
            is_fitting &= day >= value[2:] if value[:2] == ">=" else day <= value[2:]
        elif name in {"author", "assignee"}:
            user = issue["user" if name == "author" else "assignee"]
            is_fitting &= bool(user) and user["login"] == value
        elif (name, value) != ("is", "issue"):
            raise RefusedError(UNPROCESSABLE, f"no search: {question}")
    if not repositories or any(not re.fullmatch(r"[\w.-]+/[\w.-]+", one) for one in repositories):
        raise RefusedError(UNPROCESSABLE, f"a search of no repository: {question}")
    texts = " ".join(str(issue[place] or "") for place in places)
    is_there = str(issue["repository_url"]).endswith(tuple(f"/repos/{one}" for one in repositories))
    return is_there and is_fitting and all(_words(one) in _words(texts) for one in phrases)


def _words(text: str) -> str:
    """Return the words of a text: whatever else stands in it is searched for nowhere."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "


def in_utc(at: datetime, *, later: timedelta = timedelta(0)) -> str:
    """Write a time as GitHub does."""
    return f"{at + later:%Y-%m-%dT%H:%M:%SZ}"
