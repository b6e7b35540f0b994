"""GitHub's REST API, as far as this needs it: requests, pages and what is in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

from providers.code_answers import Answer
from providers.code_api import CodeApi
from providers.github.refusals import refusal

T = TypeVar("T")

REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/(?!\.\.?$)[A-Za-z0-9._-]{1,100}")

_NEXT = re.compile(r'<([^>]{1,2000})>\s*;\s*rel="next"')


@dataclass(frozen=True, kw_only=True)
class RepositoryApi:
    """The API of one repository."""

    api: CodeApi
    name: str
    """`owner/name`."""

    def get(self, path: str, type_: type[T], *, doing: str, **parameters: str | int) -> T:
        """Return what lies at a path of the repository.

        Raises:
            ProviderError: It cannot be had.
        """
        return self.answer(path, doing=doing, **parameters).read_as(type_, what=self._what(doing))

    def answer(self, path: str, *, doing: str, **parameters: str | int) -> Answer:
        """Return the answer as it is."""
        return self.api.get(self._path(path), what=self._what(doing), **parameters)

    def list(self, path: str, type_: type[T], *, doing: str, **parameters: str | int) -> Sequence[T]:
        """Return every page at a path of the repository."""
        what = self._what(doing)
        pages = self.api.pages(self._path(path), what=what, **parameters)
        return [page.read_as(type_, what=what) for page in pages]

    def _path(self, path: str) -> str:
        return f"repos/{self.name}{f'/{path}' if path else ''}"

    def _what(self, doing: str) -> str:
        return f"{doing} of {self.name}"


def segment(text: str) -> str:
    """Return a text that may stand between two slashes of a path: somebody chose the names of branches."""
    return quote(text, safe="")


def next_page(answer: Answer) -> str | None:
    """Return where the next page is, as the header `Link` says."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return found[1] if found else None


def code_api(base_url: str, headers: Callable[[], Mapping[str, str]], ca_file: str | None) -> CodeApi:
    """Return the API at an address."""
    return CodeApi(base_url=base_url, headers=headers, refusal=refusal, next_page=next_page, ca_file=ca_file)
