"""Reads the people of an Okta organisation: login, primary address, id.

Second addresses prove nothing, since people enter their own. Who was deactivated is not in the list, and
asked for apart. https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

import msgspec

from drift.model.person import Person
from drift.model.secret import Secret
from providers.proving_names import each_once, needed, person_of, text_at
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_values import Address, header_text

PAGE: Final = 200
"""The most that Okta gives at once."""

MAX_PAGES: Final = 5_000
"""Of one list: a million people."""

NEEDS: Final = "reading users (okta.users.read, which a read-only administrator has)"

_LISTS: Final[tuple[str | None, ...]] = (None, 'status eq "DEPROVISIONED"')
_WHAT: Final = "listing people"
_NEXT = re.compile(r'<([^>]{1,2000})>\s*;\s*rel="next"')


class OktaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation, and who asks."""

    base_url: Address
    """`https://example.okta.com`: not the one with `-admin`."""
    token: Secret
    """An API token, of somebody who may read all users."""
    github_attribute: str | None = None
    """The attribute of the profile with the login at GitHub: one that people cannot edit themselves."""


class Okta:
    """A `Directory` of one organisation."""

    def __init__(self, settings: OktaSettings) -> None:
        self._settings = settings
        self._api = TicketApi(
            system="Okta", base_url=settings.base_url, headers=self._headers, page="docs/directories.md"
        )

    def check(self) -> str:
        """Read the first page of each list."""
        active, gone = (len(self._page(which, "")[0]) for which in _LISTS)
        return f"the first pages name {active} people, and {gone} that were deactivated"

    def people(self) -> Sequence[Person]:
        """Return everybody, with those who were deactivated; see `Directory`."""
        return each_once(person for which in _LISTS for person in self._listed(which))

    def _listed(self, which: str | None) -> Iterator[Person | None]:
        for user in all_pages(lambda after: self._page(which, after), "", what=_WHAT, most=MAX_PAGES):
            login = needed(user, "profile", "login", what=f"{_WHAT} in Okta")
            github = self._settings.github_attribute
            yield person_of(
                login,
                text_at(user, "profile", "email"),
                text_at(user, "id"),
                text_at(user, "profile", github) if github else None,
            )

    def _page(self, which: str | None, after: str) -> tuple[list[dict[str, object]], str | None]:
        query: dict[str, str | int] = {"limit": PAGE}
        query |= {"filter": which} if which else {}
        query |= {"after": after} if after else {}
        answer = self._api.get("api/v1/users", query, what=_WHAT, needs=NEEDS)
        following = _NEXT.search(answer.headers.get("link", ""))
        # Of the address only the mark is taken: the token goes nowhere else.
        marks = parse_qs(urlsplit(following[1]).query).get("after") if following else None
        return answer.read_as(list[dict[str, object]]), marks[0] if marks else None

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"SSWS {header_text(self._settings.token, what='the Okta token')}"}
