"""Reads the people of AWS IAM Identity Center: user name, addresses, id.

The user name is what its sessions are called in CloudTrail. What another system calls the user
(`ExternalIds`) is left out: which of its names that is, the mapping there decides.
https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_ListUsers.html
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.person import Person
from providers.aws.refusals import Asker, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.proving_names import each_once, needed, person_of

DIRECTORIES: Final = Asker("[[directory]]", "docs/directories.md")

PAGE: Final = 100
"""The most that AWS gives at once."""

MAX_PAGES: Final = 10_000

_WHAT: Final = "listing the people of Identity Center"


class AwsIdentityCenterSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which identity store, in the account that manages it or one that it is delegated to."""

    identity_store: Annotated[
        str, msgspec.Meta(pattern="^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")
    ]
    """Its id, `d-1234567890`."""


class AwsIdentityCenter:
    """A `Directory` of one identity store. It takes the permission `identitystore:ListUsers`."""

    def __init__(self, settings: AwsIdentityCenterSettings) -> None:
        self._id = settings.identity_store
        self._access = settings.access()

    @cached_property
    def _client(self) -> Any:
        return open_client("identitystore", self._access)

    def check(self) -> str:
        """Read the first page."""
        return f"the first page names {len(next(self._pages()))} people"

    def people(self) -> Sequence[Person]:
        """Return everybody, with those who were disabled; see `Directory`."""
        return each_once(_person(user) for page in self._pages() for user in page)

    def _pages(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        token, seen = "", set[str]()
        while len(seen) < MAX_PAGES:
            page = self._page({"NextToken": token} if token else {})
            yield page["Users"]
            seen.add(token)
            token = page.get("NextToken") or ""
            if not token:
                return
            if token in seen:
                break
        raise ProviderResponseError(f"{_WHAT}: its pages have no end", hint="if it happens again, report it")

    def _page(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        where = f"the identity store {self._id}"
        try:
            with refusals(_WHAT, action="identitystore:ListUsers", on=where, asker=DIRECTORIES):
                page = self._client.list_users(IdentityStoreId=self._id, MaxResults=PAGE, **asked)
        except (AttributeError, TypeError, ValueError) as error:  # the SDK trips over what is none of AWS's
            raise _no_page() from error
        if not isinstance(page.get("Users"), list):
            raise _no_page()
        found: Mapping[str, Any] = page
        return found


def _no_page() -> ProviderResponseError:
    return ProviderResponseError(
        f"{_WHAT}: the answer is no page of AWS's", hint="check `endpoint`; look for a proxy if it stays so"
    )


def _person(user: Mapping[str, Any]) -> Person | None:
    # The first address stands for the person: a user name need not be one.
    addresses = sorted(user.get("Emails") or [], key=lambda one: not one.get("Primary"))
    name = needed(user, "UserName", what=_WHAT)
    return person_of(*(one.get("Value") for one in addresses), name, user.get("UserId"))
