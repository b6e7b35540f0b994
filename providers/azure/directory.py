"""Reads the people of a Microsoft Entra directory: sign-in name, addresses, id.

Who cannot sign in any more stays in the list until the account is deleted.
https://learn.microsoft.com/graph/api/user-list
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec

from drift.model.person import Person
from providers.azure.json_pages import JsonPages
from providers.azure.sign_in import AzureSignIn, Https
from providers.proving_names import each_once, entry_of, needed, person_of, text_at, texts_at

PERMISSION: Final = "User.Read.All"

PAGE: Final = 999
"""The most that Graph gives at once."""

PATH: Final = "/v1.0/users"

_FIELDS: Final = ("id", "userPrincipalName", "mail", "proxyAddresses")
_NUMBERED: Final = "extensionAttribute"
_NUMBERED_IN: Final = "onPremisesExtensionAttributes"
_ON: Final = "the people of the directory"
_MAIL: Final = "smtp:"
"""Begins the addresses among others: of telephones, and of Exchange itself."""


class EntraSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The directory is that of whoever signs in."""

    endpoint: Https = "https://graph.microsoft.com"
    """Where Microsoft Graph answers; another one outside the public cloud."""
    github_attribute: (
        Annotated[str, msgspec.Meta(pattern=r"^(extensionAttribute([1-9]|1[0-5])|extension_[0-9A-Za-z_]+)$")]
        | None
    ) = None
    """The attribute with the login at GitHub: `extensionAttribute1` to `15`, or a directory extension."""


class Entra:
    """A `Directory` of one tenant."""

    def __init__(self, settings: EntraSettings) -> None:
        attribute = settings.github_attribute or ""
        is_numbered = attribute.startswith(_NUMBERED)
        self._github = (_NUMBERED_IN, attribute) if is_numbered else (attribute,)
        self._asked = {
            "$select": ",".join(filter(None, (*_FIELDS, self._github[0]))),
            "$top": str(PAGE),
        }
        self._pages = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant=f"let an administrator consent to the application permission {PERMISSION}",
        )

    def check(self) -> str:
        """Read the first page."""
        page = next(self._pages.pages(PATH, self._asked, on=_ON))
        return f"the first page names {len(page)} people"

    def people(self) -> Sequence[Person]:
        """Return everybody, with those who cannot sign in any more; see `Directory`."""
        pages = self._pages.pages(PATH, self._asked, on=_ON)
        return each_once(self._person(entry_of(one, f"reading {_ON}")) for page in pages for one in page)

    def _person(self, user: Mapping[str, object]) -> Person | None:
        addresses = texts_at(user, "proxyAddresses")
        return person_of(
            needed(user, "userPrincipalName", what=f"reading {_ON}"),
            text_at(user, "mail"),
            *(one[len(_MAIL) :] for one in addresses if one.lower().startswith(_MAIL)),
            text_at(user, "id"),
            text_at(user, *self._github),
        )
