"""A PagerDuty of our own that knows who is on call, and nothing else."""

from typing import Any

from tests.providers.tickets.pagerduty import BAD, NOT_FOUND
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only

PAGE = 2
"""Entries of one answer, however many are asked for."""

_MOST = 100


class Rota:
    """The schedules and policies of one account."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.is_looping = False

    def put(self, id_: str, address: str, level: int) -> None:
        """Put somebody on call by a schedule (PSCHED…) or a policy."""
        is_schedule = id_.startswith("PSCHED")
        self.entries.append(
            {
                "escalation_policy": {"id": "POTHER" if is_schedule else id_, "summary": "Web"},
                "escalation_level": level,
                "schedule": {"id": id_, "summary": "Primary"} if is_schedule else None,
                "user": {"id": f"P{address}", "type": "user", "name": address, "email": address},
                "start": "2026-11-16T08:00:00Z",
                "end": "2026-11-17T08:00:00Z",
            }
        )

    def delete_last(self) -> None:
        """Leave of a user what is left once their account is deleted: a reference."""
        user = self.entries[-1]["user"]
        self.entries[-1]["user"] = {"id": user["id"], "type": "user_reference", "summary": None}

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as PagerDuty does."""
        if asked.headers.get("authorization") != f"Token token={TOKEN}":
            return Answer(status=401, body=b"")
        if asked.headers.get("accept") != "application/vnd.pagerduty+json;version=2":
            raise RefusedError(BAD, "no version of the API")
        if (asked.method, asked.parts) != ("GET", ["oncalls"]):
            raise RefusedError(NOT_FOUND, "no such path")
        only(asked, "schedule_ids[]", "escalation_policy_ids[]", "include[]", "limit", "offset", answer=BAD)
        limit, offset = int(asked.query.get("limit", 25)), int(asked.query.get("offset", 0))
        if not 0 < limit <= _MOST or asked.query.get("include[]") != "users":
            raise RefusedError(BAD, "no users, or a limit that there is not")
        found = [one for one in self.entries if _is_asked_for(one, asked)]
        page = found[:PAGE] if self.is_looping else found[offset : offset + min(limit, PAGE)]
        more = self.is_looping or offset + len(page) < len(found)
        return Answer(body={"oncalls": page, "limit": limit, "offset": offset, "more": more, "total": None})


def _is_asked_for(entry: dict[str, Any], asked: Asked) -> bool:
    schedule, policy = asked.query.get("schedule_ids[]"), asked.query.get("escalation_policy_ids[]")
    own = (entry["schedule"] or {}).get("id")
    return schedule in (None, own) and policy in (None, entry["escalation_policy"]["id"])
