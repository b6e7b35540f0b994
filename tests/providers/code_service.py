"""What the stand-ins of code hosts share: documents at paths, routes with parameters, pages, refusals."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.providers.state_stores.loopback import json_answer
from tests.providers.state_stores.proxy import Answer, Headers

Document: TypeAlias = Any
"""JSON, as the host gives it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A path that the host has, and what may be asked there."""

    pattern: str
    parameters: frozenset[str] = frozenset()
    is_list: bool = False
    """It gives pages, and who does not say how long they may be is told off."""
    wrapped_in: str | None = None
    """The key under which a list stands; a host may give lists bare."""


Paged: TypeAlias = Callable[[str, Mapping[str, str], int, int], Mapping[str, str]]
"""Given the address, what was asked, the page and how many there are: the headers that lead on."""


@dataclass(kw_only=True)
class CodeService:
    """A code host, with everything that it holds by its path."""

    routes: tuple[Route, ...]
    is_signed_in: Callable[[Headers], bool]
    unauthorised: Answer
    paged: Paged
    root: str = ""
    """What stands before every path."""
    page: int = 2
    """How many it gives at most, however many are asked for: whoever does not go on misses something."""
    documents: dict[str, Document] = field(default_factory=dict)
    refusals: dict[str, Answer] = field(default_factory=dict)
    """By patterns of paths, what is refused."""
    filters: dict[str, Callable[[Document, str], bool]] = field(default_factory=dict)
    """Parameters that leave elements out."""
    mistakes: list[str] = field(default_factory=list)
    """What no client may do. The test that made the service fails if there is any."""
    url: str = ""

    def answer(self, method: str, address: str, headers: Headers) -> Answer:
        """Answer one request as the host does."""
        parts = urlsplit(address)
        path = parts.path.removeprefix(self.root).removeprefix("/")
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not self.is_signed_in(headers):
            return self.unauthorised
        if method != "GET" or not parts.path.startswith(self.root):
            return self._mistake(f"{method} {address}")
        route = next((one for one in self.routes if re.fullmatch(one.pattern, path)), None)
        if route is None:
            return self._mistake(f"unknown path {path}")
        if unknown := asked.keys() - route.parameters - ({"per_page", "page"} if route.is_list else set()):
            return self._mistake(f"unknown parameters of {path}: {sorted(unknown)}")
        if route.is_list and not 1 <= int(asked.get("per_page", 0)) <= 100:
            return self._mistake(f"no per_page at {path}")
        for pattern, refusal in self.refusals.items():
            if re.fullmatch(pattern, path):
                return refusal
        found = self.documents.get(unquote(path))
        if found is None:
            return json_answer(b'{"message": "Not Found"}', 404)
        return self._page(path, route, asked, found) if route.is_list else answered(found)

    def refuse(self, pattern: str, status: int, body: Document, /, **headers: str) -> None:
        """Refuse what is asked at these paths from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = json.dumps(body).encode()
        self.refusals[pattern] = (status, {"Content-Type": "application/json", **named}, content)

    def _page(self, path: str, route: Route, asked: dict[str, str], found: list[Document]) -> Answer:
        fitting = [
            one
            for one in found
            if all(self.filters[name](one, value) for name, value in asked.items() if name in self.filters)
        ]
        number, size = int(asked.get("page", 1)), min(self.page, int(asked["per_page"]))
        total = max(1, -(-len(fitting) // size))
        shown: Document = fitting[(number - 1) * size : number * size]
        if route.wrapped_in:
            shown = {"total_count": len(fitting), route.wrapped_in: shown}
        status, headers, body = answered(shown)
        address = f"{self.url}{self.root}/{path}"
        return status, {**headers, **self.paged(address, asked, number, total)}, body

    def _mistake(self, what: str) -> Answer:
        self.mistakes.append(what)
        return json_answer(b'{"message": "Validation Failed"}', 422)


def answered(document: Document) -> Answer:
    """An answer of JSON."""
    return json_answer(json.dumps(document, default=str).encode())


def link_header(address: str, asked: Mapping[str, str], number: int, total: int) -> Mapping[str, str]:
    """How GitHub leads on: by the header `Link` alone."""
    if number >= total:
        return {}
    query = urlencode({**asked, "page": number + 1})
    last = urlencode({**asked, "page": total})
    return {"Link": f'<{address}?{query}>; rel="next", <{address}?{last}>; rel="last"'}


def next_page_header(_address: str, _asked: Mapping[str, str], number: int, total: int) -> Mapping[str, str]:
    """How GitLab leads on: by the header `X-Next-Page`, which is empty at the end."""
    return {"X-Next-Page": str(number + 1) if number < total else "", "X-Page": str(number)}
