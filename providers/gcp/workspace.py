"""Reads the people of Google Workspace or Cloud Identity: their addresses and ids.

Only the addresses that an administrator gives them; who was suspended stays in the list.
https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from drift.model.person import Person
from providers.gcp.access import credentials_of
from providers.gcp.refusals import refusals
from providers.proving_names import each_once, needed, person_of, text_at, texts_at
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_values import Address

SCOPE: Final = "https://www.googleapis.com/auth/admin.directory.user.readonly"

NEEDS: Final = f"the scope {SCOPE}, for somebody who may read users,"

PAGE: Final = 500
"""The most that Google gives at once."""

MAX_PAGES: Final = 5_000

PAGE_OF_DOCS: Final = "docs/directories.md"

_WHAT: Final = "listing people"


class GoogleWorkspaceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose people, and who asks for them."""

    customer: str = "my_customer"
    """The customer's id; by default that of whoever asks."""
    domain: str | None = None
    """Only the people of one domain."""
    credentials_file: str | None = None
    """A service account's key; without one, the credentials at hand."""
    subject: str | None = None
    """The administrator for whom the service account asks, where it is delegated the domain."""
    github_attribute: Annotated[str, msgspec.Meta(pattern=r"^[\w-]+\.[\w-]+$")] | None = None
    """The custom attribute with the login at GitHub, `schema.field`."""
    base_url: Address = "https://admin.googleapis.com"


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of `users.list`."""

    kind: str
    """Always there, which tells an empty page from what is none."""
    users: list[dict[str, object]] = []
    next_page_token: str | None = msgspec.field(default=None, name="nextPageToken")


class GoogleWorkspace:
    """A `Directory` of one customer, or of one of its domains."""

    def __init__(self, settings: GoogleWorkspaceSettings) -> None:
        self._settings = settings
        self._credentials: Any = None
        self._api = TicketApi(
            system="Google Workspace", base_url=settings.base_url, headers=self._headers, page=PAGE_OF_DOCS
        )

    def check(self) -> str:
        """Read the first page."""
        return f"the first page names {len(self._page('')[0])} people"

    def people(self) -> Sequence[Person]:
        """Return everybody, with those who were suspended; see `Directory`."""
        return each_once(self._listed())

    def _listed(self) -> Iterator[Person | None]:
        path = (self._settings.github_attribute or "").split(".")
        for user in all_pages(self._page, "", what=_WHAT, most=MAX_PAGES):
            yield person_of(
                needed(user, "primaryEmail", what=f"{_WHAT} in Google Workspace"),
                *texts_at(user, "aliases"),
                *texts_at(user, "nonEditableAliases"),
                text_at(user, "id"),
                text_at(user, "customSchemas", *path),
            )

    def _page(self, token: str) -> tuple[list[dict[str, object]], str | None]:
        settings = self._settings
        query: dict[str, str | int] = {"maxResults": PAGE}
        query |= {"domain": settings.domain} if settings.domain else {"customer": settings.customer}
        if settings.github_attribute:
            query |= {"projection": "custom", "customFieldMask": settings.github_attribute.split(".")[0]}
        query |= {"pageToken": token} if token else {}
        answer = self._api.get("admin/directory/v1/users", query, what=_WHAT, needs=NEEDS)
        page = answer.read_as(UserPage)
        return page.users, page.next_page_token or None

    def _headers(self) -> Mapping[str, str]:
        from google.auth.transport.requests import Request

        with refusals("signing in", permission=SCOPE, on="the directory", docs=PAGE_OF_DOCS):
            if self._credentials is None:
                found = credentials_of(self._settings.credentials_file, SCOPE)
                subject = self._settings.subject
                self._credentials = found.with_subject(subject) if subject else found
            if not self._credentials.valid:
                self._credentials.refresh(Request())
            return {"Authorization": f"Bearer {self._credentials.token}"}
