"""GitLab's REST API, as far as this needs it: requests, pages and what is in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from providers.code_answers import Answer
from providers.code_api import CodeApi
from providers.gitlab.refusals import refusal

T = TypeVar("T")

REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}){1,20}")


@dataclass(frozen=True, kw_only=True)
class ProjectApi:
    """The API of one project."""

    api: CodeApi
    name: str
    """`group/project`, with all groups that it lies in."""

    def get(self, path: str, type_: type[T], *, doing: str, **parameters: str | int) -> T:
        """Return what lies at a path of the project.

        Raises:
            ProviderError: It cannot be had.
        """
        what = self._what(doing)
        return self.api.get(self._path(path), what=what, **parameters).read_as(type_, what=what)

    def list(self, path: str, type_: type[T], *, doing: str, **parameters: str | int) -> Sequence[T]:
        """Return every element of a list at a path of the project."""
        what = self._what(doing)
        pages = self.api.pages(self._path(path), what=what, **parameters)
        return [one for page in pages for one in page.read_as(list[type_], what=what)]  # type: ignore[valid-type]

    def _path(self, path: str) -> str:
        return f"projects/{segment(self.name)}{f'/{path}' if path else ''}"

    def _what(self, doing: str) -> str:
        return f"{doing} of {self.name}"


def segment(text: str) -> str:
    """Return a text that may stand between two slashes of a path."""
    return quote(text, safe="")


def next_page(answer: Answer) -> str | None:
    """Return where the next page is, as the header `X-Next-Page` says."""
    number = answer.headers.get("x-next-page", "")
    if not (number.isascii() and number.isdigit()):
        return None
    parts = urlsplit(answer.url)
    query = urlencode({**dict(parse_qsl(parts.query, keep_blank_values=True)), "page": number})
    return urlunsplit(parts._replace(query=query))


def code_api(base_url: str, headers: Callable[[], Mapping[str, str]], ca_file: str | None) -> CodeApi:
    """Return the API at an address."""
    return CodeApi(base_url=base_url, headers=headers, refusal=refusal, next_page=next_page, ca_file=ca_file)
