"""Reads who may write to Azure subscriptions: the role assignments that apply to them.

Who is who stands in the directory, and is not asked: people, groups and applications are listed by their
object ids, and members of groups are not.
https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-subscription
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, TypeVar

import msgspec

from drift.errors import ProviderResponseError
from drift.model.access import Entitlement
from drift.model.verdict import ActorKind
from providers.azure.activity_log import PUBLIC, SubscriptionId
from providers.azure.json_pages import JsonPages
from providers.azure.sign_in import AzureSignIn, Https

VERSION: Final = "2022-04-01"
"""Of the API, for assignments as well as for definitions."""

PERMISSION: Final = "Microsoft.Authorization/roleAssignments/read"

_READ: Final = "/read"
"""Ends the actions that change nothing."""

_KINDS: Final = {"user": ActorKind.HUMAN, "serviceprincipal": ActorKind.MACHINE}
"""By the type of a principal; a group may hold either."""

FormT = TypeVar("FormT", bound=msgspec.Struct)


class AzureRolesSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subscriptions, and as whom they are read."""

    subscriptions: Annotated[tuple[SubscriptionId, ...], msgspec.Meta(min_length=1)]
    endpoint: Https = PUBLIC
    """Where Resource Manager answers; another one outside Azure's public cloud."""


class _Permission(msgspec.Struct, frozen=True, rename="camel"):
    actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


class _Role(msgspec.Struct, frozen=True, rename="camel"):
    role_name: str
    permissions: tuple[_Permission, ...] = ()


class _Definition(msgspec.Struct, frozen=True):
    id: str
    properties: _Role


class _Assigned(msgspec.Struct, frozen=True, rename="camel"):
    role_definition_id: str
    principal_id: str
    scope: str
    principal_type: str | None = None


class _Assignment(msgspec.Struct, frozen=True):
    properties: _Assigned


class AzureRoles:
    """An `AccessList` of one or more subscriptions. The role Reader on them is enough."""

    def __init__(self, settings: AzureRolesSettings) -> None:
        self._pages = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant="grant the role Reader on the subscription",
        )
        self._subscriptions = tuple(dict.fromkeys(one.lower() for one in settings.subscriptions))

    def check(self) -> str:
        """Read the assignments of the first subscription."""
        return f"{len(list(self._assignments(self._subscriptions[0])))} role assignments"

    def entitlements(self) -> Sequence[Entitlement]:
        """Return who may write; see `AccessList`."""
        return sorted({found for one in self._subscriptions for found in self._of(one)})

    def _of(self, subscription: str) -> Iterator[Entitlement]:
        roles = self._roles(subscription)
        for one in self._assignments(subscription):
            id_ = _last(one.role_definition_id)
            role = roles.get(id_)
            if role is None or _may_write(role):
                yield Entitlement(
                    account=subscription,
                    principal=one.principal_id,
                    name=one.principal_id,
                    kind=_KINDS.get((one.principal_type or "").lower(), ActorKind.UNKNOWN),
                    has_console=None,
                    via=f"{(one.principal_type or 'principal').lower()}, on {one.scope}",
                    right=role.role_name if role else f"role {id_}, which cannot be read",
                )

    def _roles(self, subscription: str) -> Mapping[str, _Role]:
        """Return the definitions of all roles that may be assigned there, by their ids."""
        found = self._list(subscription, "roleDefinitions", _Definition)
        return {_last(one.id): one.properties for one in found}

    def _assignments(self, subscription: str) -> Iterator[_Assigned]:
        return (one.properties for one in self._list(subscription, "roleAssignments", _Assignment))

    def _list(self, subscription: str, what: str, form: type[FormT]) -> Iterator[FormT]:
        path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/{what}"
        on = f"the {what} of the subscription {subscription}"
        for page in self._pages.pages(path, {"api-version": VERSION}, on=on):
            for record in page:
                try:
                    yield msgspec.json.decode(record, type=form)
                except msgspec.DecodeError as error:
                    raise ProviderResponseError(
                        f"reading {on}: a record is none of Azure's: {error}",
                        hint="check `endpoint`; look for a proxy if it stays so",
                    ) from error


def _may_write(role: _Role) -> bool:
    """Tell whether a role allows anything but to read. What it takes away again is not weighed."""
    actions = (action for one in role.permissions for action in (*one.actions, *one.data_actions))
    return any(not action.lower().endswith(_READ) for action in actions)


def _last(id_: str) -> str:
    """Return the end of a path, which is the id that a role has in every scope."""
    return id_.rpartition("/")[2].lower()
