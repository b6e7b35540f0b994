"""Reads in which folders the projects of a Google Cloud organisation lie, from its Resource Manager.

It takes resourcemanager.organizations.get, resourcemanager.folders.list and resourcemanager.projects.list on
the organisation, which the role Browser has. What is about to be deleted is told as long as it lies there.
https://cloud.google.com/resource-manager/reference/rest/v3 (2026-11)
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Final, TypeVar

import msgspec

from drift.errors import ProviderResponseError
from drift.model.account import PlacedAccount
from providers.gcp.signed_in import SignedIn
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_values import Address

PAGE: Final = "docs/policy.md"
MOST: Final = 300
"""Of a page, as Google would have it at most."""

MAX_DEPTH: Final = 12
"""Google allows ten levels of folders: what is deeper has no end."""

ListT = TypeVar("ListT", bound="_List")


class GcpOrganisationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which organisation, and who asks."""

    organisation: Annotated[str, msgspec.Meta(pattern=r"^\d{1,20}$")]
    """Its number."""
    credentials_file: str | None = None
    """A service account's key; without one, the credentials at hand."""
    endpoint: Address = "https://cloudresourcemanager.googleapis.com"


class _Organisation(msgspec.Struct, frozen=True, rename="camel"):
    display_name: str


class _Folder(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    """`folders/` and its number."""
    display_name: str


class _Project(msgspec.Struct, frozen=True, rename="camel"):
    project_id: str


class _List(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    next_page_token: str = ""


class _Folders(_List, frozen=True, kw_only=True):
    folders: tuple[_Folder, ...] = ()


class _Projects(_List, frozen=True, kw_only=True):
    projects: tuple[_Project, ...] = ()


class GcpOrganisation:
    """An `AccountTree` of one Google Cloud organisation."""

    def __init__(self, settings: GcpOrganisationSettings) -> None:
        self._root = f"organizations/{settings.organisation}"
        signed_in = SignedIn(settings.credentials_file, on="the organisation", docs=PAGE)
        self._api = TicketApi(
            system="Google Cloud's Resource Manager",
            base_url=settings.endpoint,
            headers=signed_in.headers,
            page=PAGE,
        )

    def check(self) -> str:
        """Read all of it."""
        found = self.accounts()
        return f"{len(found)} accounts in {len({one.unit for one in found})} folders"

    def accounts(self) -> Sequence[PlacedAccount]:
        """Return every project; see `AccountTree`."""
        answer = self._api.get(
            f"v3/{self._root}", what="reading the organisation", needs="resourcemanager.organizations.get"
        )
        name = answer.read_as(_Organisation).display_name
        return sorted(self._below(self._root, name, MAX_DEPTH), key=lambda one: one.account)

    def _below(self, parent: str, path: str, depth: int) -> Iterator[PlacedAccount]:
        if depth == 0:
            raise ProviderResponseError(
                f"listing folders: {path} has no end", hint="if it happens again, report it"
            )
        for projects in self._pages("projects", parent, _Projects):
            for project in projects.projects:
                yield PlacedAccount(account=project.project_id, unit=path)
        for folders in self._pages("folders", parent, _Folders):
            for folder in folders.folders:
                yield from self._below(folder.name, f"{path}/{folder.display_name}", depth - 1)

    def _pages(self, kind: str, parent: str, type_: type[ListT]) -> Iterator[ListT]:
        """Yield what lies directly in an organisation or a folder, page by page."""
        what, needs = f"listing {kind}", f"resourcemanager.{kind}.list"

        def page(token: str) -> tuple[Iterable[ListT], str | None]:
            asked: dict[str, str | int] = {"parent": parent, "pageSize": MOST}
            if token:
                asked["pageToken"] = token
            found = self._api.get(f"v3/{kind}", asked, what=what, needs=needs).read_as(type_)
            return (found,), found.next_page_token or None

        return all_pages(page, "", what=what)
