"""Walks the pages along their links, as somebody who opens each."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from starlette.routing import compile_path

from drift.web.routes import PAGES

_PATTERNS: Final = tuple((compile_path(page.path)[0], page.path) for page in PAGES if page.method == "GET")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A page of the walk."""

    target: str
    """Path and query."""
    came_from: str
    """The page with the link to it."""
    answer: httpx.Response

    @property
    def page(self) -> str | None:
        """The path in the table of routes, `None` if it is none of ours."""
        return page_of(self.target)


def page_of(target: str) -> str | None:
    """Return the path in the table of routes that an address is one of."""
    path = urlsplit(target).path
    return next((name for pattern, name in _PATTERNS if pattern.match(path)), None)


def walk(browser: httpx.Client, *, most: int, start: str = "/") -> Iterator[Step]:
    """Yield every page that links lead to, but of each kind of page no more than `most`."""
    seen, waiting, kinds = {start}, deque([(start, "")]), Counter[str | None]()
    while waiting:
        target, came_from = waiting.popleft()
        kinds[page_of(target)] += 1
        if kinds[page_of(target)] > most:
            continue
        step = Step(target=target, came_from=came_from, answer=browser.get(target))
        yield step
        for found in links(step.answer):
            if found not in seen:
                seen.add(found)
                waiting.append((found, target))


def links(answer: httpx.Response) -> list[str]:
    """Return where the links of a page lead within the site, without their fragments."""
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    reader = _Links()
    reader.feed(answer.text)
    found = [urlsplit(urljoin(str(answer.url), href)) for href in reader.found]
    ours = (one for one in found if one.netloc == answer.url.netloc.decode() and one.scheme == "http")
    return [one.path + (f"?{one.query}" if one.query else "") for one in ours]


def addresses(answer: httpx.Response) -> list[str]:
    """Return where the links of a page lead, as they are written."""
    reader = _Links()
    reader.feed(answer.text)
    return reader.found


def one_of_each(browser: httpx.Client) -> dict[str, str]:
    """Return an address of each page that links lead to, by its path in the table of routes."""
    found: dict[str, str] = {}
    for step in walk(browser, most=3):
        if step.page and step.answer.headers.get("content-type", "").startswith("text/html"):
            found.setdefault(step.page, step.target)
    return found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"a", "area"} and (href := given.get("href")) and not href.startswith("#"):
            self.found.append(href)
