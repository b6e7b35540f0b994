"""A Jira of our own: Cloud's REST API 3 and Data Center's 2, as far as tickets need them.

The forms of requests and answers follow the public documents; pages are small, so that they must be followed.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.providers.tickets.jql import BadJqlError, parsed
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only, only_fields

EMAIL = "drift@example.com"
PAGE = 2
"""However many are asked for."""

FIELDS = {
    "summary": "string",
    "status": "status",
    "issuetype": "issuetype",
    "created": "datetime",
    "updated": "datetime",
    "project": "project",
    "reporter": "user",
    "assignee": "user",
    "resolutiondate": "datetime",
    "description": "string",
}

CUSTOM = {
    "customfield_10050": ("array", "com.atlassian.jira.plugin.system.customfieldtypes:labels"),
    "customfield_10051": ("string", "com.atlassian.jira.plugin.system.customfieldtypes:textarea"),
    "customfield_10052": ("array", "com.atlassian.jira.plugin.system.customfieldtypes:multiselect"),
    "customfield_10053": ("datetime", "com.atlassian.jira.plugin.system.customfieldtypes:datetime"),
    "customfield_10054": ("datetime", "com.atlassian.jira.plugin.system.customfieldtypes:datetime"),
}

BAD_BODY = Answer(
    status=400, body={"errorMessages": ["Invalid request payload. Refer to the REST API documentation."]}
)
NOT_FOUND = Answer(status=404, body={"errorMessages": ["Issue does not exist."], "errors": {}})


class Jira:
    """The issues of one site."""

    def __init__(self, *, is_cloud: bool) -> None:
        self.is_cloud = is_cloud
        self.root = "rest/api/3" if is_cloud else "rest/api/2"
        self.issues: dict[str, dict[str, Any]] = {}
        """By key, each with its `changelog` and the `approvals` of its request."""
        self.indexed: dict[str, dict[str, Any]] = {}
        """As the search of Cloud still sees some of them."""
        self.moved: dict[str, str] = {}
        self.members: list[dict[str, Any]] = []
        self.users: list[dict[str, Any]] = []
        self.tokens: dict[str, tuple[str, int]] = {}
        """What each page token goes on with."""
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as Jira does."""
        given = b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != (f"Basic {given}" if self.is_cloud else f"Bearer {TOKEN}"):
            return Answer(
                status=401, body={"message": "Client must be authenticated to access this resource."}
            )
        if asked.parts[:3] == self.root.split("/"):
            return self._platform(asked, asked.parts[3:])
        if asked.parts[:3] == ["rest", "servicedeskapi", "request"] and asked.parts[4:] == ["approval"]:
            return self._approvals(asked, asked.parts[3])
        raise _no_such_path(asked)

    def _platform(self, asked: Asked, path: list[str]) -> Answer:
        match asked.method, path:
            case "GET", ["myself"]:
                only(asked, "expand")
                return Answer(body={"displayName": "Drift", "emailAddress": EMAIL, "active": True})
            case "GET", ["field"]:
                only(asked)
                return Answer(body=list(_fields()))
            case "GET", ["group", "member"]:
                only(asked, "groupname", "groupId", "includeInactiveUsers", "startAt", "maxResults")
                return self._members(asked)
            case "GET", ["user", "search"]:
                only(
                    asked,
                    *(("query", "accountId") if self.is_cloud else ("username",)),
                    "maxResults",
                    "startAt",
                )
                wanted = asked.query.get("query") or asked.query.get("username")
                return Answer(body=[one for one in self.users if one.get("emailAddress") == wanted])
            case "POST", ["issue", "bulkfetch"] if self.is_cloud:
                return self._bulk(asked.body)
            case "GET", ["issue", id_, "changelog"] if self.is_cloud:
                only(asked, "startAt", "maxResults")
                return self._changelog(asked, id_)
            case "GET", ["issue", key] if not self.is_cloud:
                only(asked, "fields", "expand", "properties", "updateHistory")
                return self._issue(asked, key)
            case "POST", ["search", "jql"] if self.is_cloud:
                return self._search_cloud(asked.body)
            case "POST", ["search"] if not self.is_cloud:
                return self._search_server(asked.body)
            case _:
                raise _no_such_path(asked)

    def _find(self, key: str) -> dict[str, Any] | None:
        key = self.moved.get(key, key)
        return next((one for one in self.issues.values() if key in (one["key"], one["id"])), None)

    def _bulk(self, body: Any) -> Answer:
        only_fields(body, {"issueIdsOrKeys"}, {"fields", "expand", "fieldsByKeys", "properties"}, BAD_BODY)
        if not 0 < len(body["issueIdsOrKeys"]) <= 100:
            raise RefusedError(BAD_BODY, "none, or more than 100 issues")
        found = {one["id"]: one for key in body["issueIdsOrKeys"] if (one := self._find(key))}
        shown = [
            _shown(one, body.get("fields")) for one in sorted(found.values(), key=lambda one: int(one["id"]))
        ]
        return Answer(body={"issues": shown, "issueErrors": []})

    def _issue(self, asked: Asked, key: str) -> Answer:
        if not (found := self._find(key)):
            return NOT_FOUND
        shown = _shown(found, asked.query.get("fields", "*all").split(","))
        if asked.query.get("expand") == "changelog":
            shown["changelog"] = _whole_log(found)
        return Answer(body=shown)

    def _changelog(self, asked: Asked, id_: str) -> Answer:
        if not (found := self._find(id_)):
            return NOT_FOUND
        start = 0 if self.is_looping else int(asked.query.get("startAt", 0))
        size = min(PAGE, int(asked.query.get("maxResults", 100)))
        log = found["changelog"]
        page = log[start : start + size]
        is_last = start + size >= len(log) and not self.is_looping
        return Answer(
            body={"startAt": start, "maxResults": size, "total": len(log), "isLast": is_last, "values": page}
        )

    def _search_cloud(self, body: Any) -> Answer:
        optional = {
            "maxResults",
            "fields",
            "nextPageToken",
            "reconcileIssues",
            "expand",
            "fieldsByKeys",
            "properties",
        }
        only_fields(body, {"jql"}, optional, BAD_BODY)
        asked_again = json.dumps({key: body[key] for key in sorted(body) if key != "nextPageToken"})
        start = 0
        if "nextPageToken" in body:
            question, start = self.tokens.get(body["nextPageToken"], ("", 0))
            if question != asked_again:
                raise RefusedError(BAD_BODY, "a page token of another question")
        reconciled = body.get("reconcileIssues", [])
        if len(reconciled) > 50 or not all(isinstance(one, int) for one in reconciled):
            raise RefusedError(BAD_BODY, "reconcileIssues are at most 50 numbers")
        fitting = self._fitting(body["jql"], {str(one) for one in reconciled})
        size = min(PAGE, body.get("maxResults", 50))
        if "updated DESC" in body["jql"]:
            size = body.get("maxResults", 50)  # a list of choices is one page
        answer: dict[str, Any] = {
            "issues": [_shown(one, body.get("fields")) for one in fitting[start : start + size]]
        }
        if start + size < len(fitting):
            token = f"page-{len(self.tokens)}"
            self.tokens[token] = (asked_again, start + size)
            answer["nextPageToken"] = token
        return Answer(body=answer | {"isLast": "nextPageToken" not in answer})

    def _search_server(self, body: Any) -> Answer:
        only_fields(body, {"jql"}, {"startAt", "maxResults", "fields", "expand", "validateQuery"}, BAD_BODY)
        fitting = self._fitting(body["jql"], set())
        start, size = body.get("startAt", 0), min(PAGE, body.get("maxResults", 50))
        if "updated DESC" in body["jql"]:
            size = body.get("maxResults", 50)
        page = fitting[start : start + size]
        shown = [_shown(one, body.get("fields")) | {"changelog": _whole_log(one)} for one in page]
        return Answer(body={"startAt": start, "maxResults": size, "total": len(fitting), "issues": shown})

    def _fitting(self, jql: str, reconciled: set[str]) -> list[dict[str, Any]]:
        seen = [
            one if one["id"] in reconciled else self.indexed.get(key, one) for key, one in self.issues.items()
        ]
        try:
            fits, order = parsed(jql, set(FIELDS) | set(CUSTOM))
        except BadJqlError as error:
            raise RefusedError(
                Answer(status=400, body={"errorMessages": [str(error)]}), str(error)
            ) from error
        is_newest_first = order == "updated DESC"
        return sorted(
            filter(fits, seen),
            key=lambda one: one["fields"]["updated"] if is_newest_first else one["key"],
            reverse=is_newest_first,
        )

    def _members(self, asked: Asked) -> Answer:
        if asked.query.get("groupname") != "change-approvers":
            raise RefusedError(
                Answer(status=404, body={"errorMessages": ["The group was not found."]}), "no such group"
            )
        start = 0 if self.is_looping else int(asked.query.get("startAt", 0))
        page = self.members[start : start + PAGE]
        is_last = start + PAGE >= len(self.members) and not self.is_looping
        told = {"startAt": start, "maxResults": PAGE, "total": len(self.members), "isLast": is_last}
        return Answer(body=told | {"values": page})

    def _approvals(self, asked: Asked, key: str) -> Answer:
        only(asked, "start", "limit")
        if not self.is_cloud and asked.headers.get("x-experimentalapi") != "opt-in":
            raise RefusedError(Answer(status=412, body={"errorMessage": "experimental"}), "not opted in")
        found = self._find(key)
        if not found or found["approvals"] is None:
            return Answer(status=404, body={"errorMessage": "The request could not be found."})
        start = int(asked.query.get("start", 0))
        page = found["approvals"][start : start + PAGE]
        is_last = start + PAGE >= len(found["approvals"])
        return Answer(
            body={"size": len(page), "start": start, "limit": PAGE, "isLastPage": is_last, "values": page}
        )


def _shown(issue: dict[str, Any], fields: list[str] | None) -> dict[str, Any]:
    """Return an issue with the fields that were asked for; without any, Cloud shows nothing but ids."""
    wanted = set(fields or ())
    if unknown := wanted - set(FIELDS) - set(CUSTOM) - {"*all"}:
        raise RefusedError(BAD_BODY, f"no such fields: {unknown}")
    shown = {name: value for name, value in issue["fields"].items() if name in wanted or "*all" in wanted}
    return {
        "id": issue["id"],
        "key": issue["key"],
        "self": f"https://jira/rest/{issue['id']}",
        "fields": deepcopy(shown),
    }


def _whole_log(issue: dict[str, Any]) -> dict[str, Any]:
    log = issue["changelog"]
    return {"startAt": 0, "maxResults": len(log), "total": len(log), "histories": log}


def _fields() -> Iterator[dict[str, Any]]:
    for name, kind in FIELDS.items():
        schema = {"type": kind, "system": name}
        yield {"id": name, "name": name.title(), "custom": False, "clauseNames": [name], "schema": schema}
    for name, (kind, custom) in CUSTOM.items():
        clause, schema = f"cf[{name.removeprefix('customfield_')}]", {"type": kind, "custom": custom}
        yield {"id": name, "name": name, "custom": True, "clauseNames": [clause], "schema": schema}


def _no_such_path(asked: Asked) -> RefusedError:
    body = {"message": "null for uri", "status-code": 404}
    return RefusedError(Answer(status=404, body=body), f"no such path, {sorted(asked.query)}")
