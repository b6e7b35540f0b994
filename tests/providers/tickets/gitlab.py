"""A GitLab of our own: the issues of one project, with their notes and events."""

from typing import Any

from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only

PROJECT = "example/ops/infra"
PAGE = 2
"""However many are asked for, but of lists of choices."""

NOT_FOUND = Answer(status=404, body={"message": "404 Project Not Found"})

LISTED = {
    *("scope", "search", "in", "updated_after", "created_before", "order_by", "sort"),
    *("author_username", "assignee_username", "per_page", "page"),
}


class GitLab:
    """A project and its issues."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.events: dict[tuple[int, str], list[dict[str, Any]]] = {}
        """Notes, label events and state events, by the number of the issue."""
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as GitLab does."""
        if asked.headers.get("private-token") != TOKEN:
            return Answer(status=401, body={"message": "401 Unauthorized"})
        if asked.method != "GET" or asked.parts[:3] != ["api", "v4", "projects"]:
            raise RefusedError(Answer(status=404, body={"error": "404 Not Found"}), "no such path")
        match asked.parts[3:]:
            case [project, *_] if project.lower() != PROJECT:
                return NOT_FOUND
            case [_]:
                only(asked)
                return Answer(body={"id": 1, "path_with_namespace": PROJECT})
            case [_, "issues"]:
                only(asked, *LISTED)
                return self._listed(asked)
            case [_, "issues", number]:
                only(asked)
                found = self.issues.get(int(number))
                return Answer(body=found) if found else Answer(status=404, body={"message": "404 Not found"})
            case [_, "issues", number, "notes" | "resource_label_events" | "resource_state_events" as name]:
                only(asked, "per_page", "page", *(("sort", "order_by") if name == "notes" else ()))
                return self._page(asked, self.events.get((int(number), name), []), PAGE)
            case _:
                raise RefusedError(Answer(status=404, body={"error": "404 Not Found"}), "no such path")

    def _listed(self, asked: Asked) -> Answer:
        if asked.query.get("scope") != "all":
            raise RefusedError(Answer(body=[]), "only issues of one's own")
        found = [one for one in self.issues.values() if _fits(one, asked)]
        if is_newest_first := asked.query.get("order_by") == "updated_at":
            found.sort(key=lambda one: str(one["updated_at"]), reverse=asked.query.get("sort") == "desc")
        return self._page(asked, found, int(asked.query["per_page"]) if is_newest_first else PAGE)

    def _page(self, asked: Asked, found: list[Any], size: int) -> Answer:
        number = int(asked.query.get("page", 1))
        start = 0 if self.is_looping else (number - 1) * size
        following = str(number + 1) if start + size < len(found) else ""
        headers = {"X-Page": str(number), "X-Next-Page": "1" if self.is_looping else following}
        return Answer(body=found[start : start + size], headers=headers)


def _fits(issue: dict[str, Any], asked: Asked) -> bool:
    query = asked.query
    places = query.get("in", "title,description").split(",")
    texts = " ".join(str(issue[place] or "") for place in places).lower()
    author = (issue["author"] or {}).get("username")
    assignees = [one["username"] for one in issue["assignees"]]
    return (
        query.get("search", "").lower() in texts
        and issue["updated_at"][:10] >= query.get("updated_after", "")[:10]
        and issue["created_at"][:10] <= query.get("created_before", "9")[:10]
        and query.get("author_username", author) == author
        and (query.get("assignee_username") in (None, *assignees))
    )
