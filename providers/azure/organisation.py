"""Reads in which management groups the subscriptions of an Entra tenant lie, through Resource Manager.

It takes Microsoft.Management/managementGroups/read and Microsoft.Management/managementGroups/descendants/read
on the group at the top, which the role Management Group Reader has.
https://learn.microsoft.com/rest/api/managementgroups/management-groups/get-descendants (2026-11)
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.account import PlacedAccount
from providers.azure.json_pages import JsonPages
from providers.azure.sign_in import AzureSignIn, Https
from providers.proving_names import entry_of, needed, text_at

PERMISSION: Final = "Microsoft.Management/managementGroups/descendants/read"
VERSION: Final = {"api-version": "2020-05-01"}
GROUPS: Final = "/providers/Microsoft.Management/managementGroups"

MAX_DEPTH: Final = 10
"""Azure allows six levels below the root: what is deeper goes in circles."""

_SUBSCRIPTION: Final = "/subscriptions"
_WHAT: Final = "listing management groups"

GroupId = Annotated[str, msgspec.Meta(pattern=r"^[\w().-]{1,90}$")]


class AzureManagementGroupsSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which management group is at the top."""

    group: GroupId
    """Its id; that of the root group is the tenant's."""
    endpoint: Https = "https://management.azure.com"


class AzureManagementGroups:
    """An `AccountTree` of the subscriptions below one management group."""

    def __init__(self, settings: AzureManagementGroupsSettings) -> None:
        self._group = settings.group
        self._pages = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant=f"give it the role Management Group Reader on {settings.group}",
        )

    def check(self) -> str:
        """Read all of it."""
        found = self.accounts()
        return f"{len(found)} accounts in {len({one.unit for one in found})} management groups"

    def accounts(self) -> Sequence[PlacedAccount]:
        """Return every subscription; see `AccountTree`."""
        below = self._list(f"{GROUPS}/{self._group}/descendants")
        groups = {_id(one): one for one in below if not _is_subscription(one)}
        top = f"{GROUPS}/{self._group}".lower()
        groups[top] = {"properties": {"displayName": self._name_of(top)}}
        found = [
            PlacedAccount(account=needed(one, "name", what=_WHAT), unit=_path(_parent(one), groups, top))
            for one in below
            if _is_subscription(one)
        ]
        return sorted(found, key=lambda one: one.account)

    def _name_of(self, top: str) -> str:
        """Return what people call the group at the top, which its own descendants do not tell."""
        found = (one for one in self._list(GROUPS) if _id(one) == top)
        return _name(next(found, {})) or self._group

    def _list(self, path: str) -> Sequence[Mapping[str, object]]:
        on = f"the management group {self._group}"
        return [entry_of(one, _WHAT) for page in self._pages.pages(path, VERSION, on=on) for one in page]


def _is_subscription(one: Mapping[str, object]) -> bool:
    return (text_at(one, "type") or "").lower() == _SUBSCRIPTION


def _path(group: str, groups: Mapping[str, Mapping[str, object]], top: str) -> str:
    """Return the names of the groups from the top down to this one."""
    names: list[str] = []
    while len(names) < MAX_DEPTH and group in groups:
        names.insert(0, _name(groups[group]) or group.rpartition("/")[2])
        if group == top:
            return "/".join(names)
        group = _parent(groups[group])
    raise ProviderResponseError(
        f"{_WHAT}: {group} lies below no group that is told", hint="if it happens again, report it"
    )


def _name(one: Mapping[str, object]) -> str | None:
    return text_at(one, "properties", "displayName")


def _id(one: Mapping[str, object]) -> str:
    return needed(one, "id", what=_WHAT).lower()


def _parent(one: Mapping[str, object]) -> str:
    return needed(one, "properties", "parent", "id", what=_WHAT).lower()
