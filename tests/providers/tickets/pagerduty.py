"""A PagerDuty of our own: incidents, their log and the users in it."""

from typing import Any

from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only

PAGE = 2
"""Log entries, however many are asked for."""

NOT_FOUND = Answer(status=404, body={"error": {"message": "Not Found", "code": 2100}})

BAD = Answer(status=400, body={"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["x"]}})


class PagerDuty:
    """The incidents of one account."""

    def __init__(self) -> None:
        self.incidents: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.users: dict[str, str] = {}
        """Mail addresses by ids."""
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as PagerDuty does."""
        if asked.headers.get("authorization") != f"Token token={TOKEN}":
            return Answer(status=401, body=b"")
        if asked.headers.get("accept") != "application/vnd.pagerduty+json;version=2":
            raise RefusedError(BAD, "no version of the API")
        match asked.method, asked.parts:
            case "GET", ["incidents"]:
                only(asked, "since", "until", "sort_by", "limit", "offset", "include[]", answer=BAD)
                return self._listed(asked)
            case "GET", ["incidents", id_]:
                only(asked, "include[]", answer=BAD)
                found = self.incidents.get(id_)
                return Answer(body={"incident": _shown(found, asked)}) if found else NOT_FOUND
            case "GET", ["incidents", id_, "log_entries"]:
                only(asked, "limit", "offset", "since", "until", "is_overview", "include[]", answer=BAD)
                return self._log(asked, self.logs.get(id_, []))
            case "GET", ["users", id_]:
                only(asked, "include[]", answer=BAD)
                if id_ not in self.users:
                    return NOT_FOUND
                return Answer(body={"user": {"id": id_, "type": "user", "email": self.users[id_]}})
            case _:
                raise RefusedError(NOT_FOUND, "no such path")

    def _listed(self, asked: Asked) -> Answer:
        query = asked.query
        limit = int(query.get("limit", 25))
        if not 0 < limit <= 100 or query.get("sort_by", "created_at:desc") != "created_at:desc":
            raise RefusedError(BAD, "a limit or an order that there is not")
        since, until = query.get("since", "")[:19], query.get("until", "9")[:19]
        found = [one for one in self.incidents.values() if since <= one["created_at"][:19] <= until]
        found.sort(key=lambda one: str(one["created_at"]), reverse=True)
        page = [_shown(one, asked) for one in found[:limit]]
        return Answer(
            body={"incidents": page, "limit": limit, "offset": 0, "more": len(found) > limit, "total": None}
        )

    def _log(self, asked: Asked, log: list[dict[str, Any]]) -> Answer:
        offset = 0 if self.is_looping else int(asked.query.get("offset", 0))
        page = log[offset : offset + PAGE]
        more = self.is_looping or offset + PAGE < len(log)
        return Answer(
            body={"log_entries": page, "limit": PAGE, "offset": offset, "more": more, "total": None}
        )


def _shown(incident: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """Return an incident; how it began is only named, unless it is asked for."""
    if asked.query.get("include[]") == "first_trigger_log_entries":
        return incident
    first = {"id": "R1", "type": "trigger_log_entry_reference"}
    return incident | {"first_trigger_log_entry": first}
