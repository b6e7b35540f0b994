"""What is asked of a cloud, and which of it changes nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

READ_VERBS = re.compile(r"(Describe|List|Get|Head|BatchGet|Lookup|Search|Select)(?=[A-Z])")
READ_PATHS = re.compile(r"/(v\d+/)?(describe|list|get)[a-z-]*/?|/groups-list|/2013-04-01/tags/[a-z]+")
"""Paths of the REST services that are asked by POST, as in `/v1/describejobdefinitions`. Route 53 tells the
tags of several resources of a kind so, and changes those of one under a longer path."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a cloud's API, and the status of the answer once there is one."""

    method: str
    path: str
    """With the query."""
    headers: Mapping[str, str]
    """By their names in small letters."""
    body: bytes
    status: int = 0

    def answered(self, status: int) -> "Call":
        """Return the call with the status of its answer."""
        return replace(self, status=status)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.operation or ''}".strip()

    @property
    def operation(self) -> str | None:
        """Return the name of the operation, `None` where method and path alone say what happens."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        given = parse_qs(urlsplit(self.path).query)
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            given |= parse_qs(self.body.decode("utf-8", errors="replace"))
        return given["Action"][0] if "Action" in given else None


def is_read(call: Call) -> bool:
    """Tell whether `call` changes nothing. What cannot be told counts as a change."""
    if call.operation is not None:
        return READ_VERBS.match(call.operation) is not None
    if call.method in {"GET", "HEAD"}:
        return True
    return call.method == "POST" and READ_PATHS.fullmatch(urlsplit(call.path).path) is not None
