"""Reads who may write to projects of Google Cloud: who has which role on them.

What is inherited from a folder or the organisation stands there, and is not asked; neither are the members
of groups. https://cloud.google.com/resource-manager/reference/rest/v3/projects/getIamPolicy
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

import msgspec

from drift.model.access import Entitlement
from drift.model.verdict import ActorKind
from providers.gcp.signed_in import SignedIn
from providers.gcp.trust import Policy, Project
from providers.ticket_api import TicketApi
from providers.ticket_values import Address

PAGE: Final = "docs/company.md"

_WHAT: Final = "reading who may write"
_POLICY: Final = {"options": {"requestedPolicyVersion": 3}}
"""Without the version, bindings with a condition are left out."""

_READ: Final = re.compile(r"(get|list|search|query|check|test|view|count|fetch)([A-Z]\w*)?")
"""The last part of permissions that change nothing: `compute.instances.get`."""

_KINDS: Final = {"user": ActorKind.HUMAN, "serviceAccount": ActorKind.MACHINE}
"""By how a member begins; a group, a domain or a pool may hold anybody."""


class GcpProjectRolesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which projects, and as whom they are read."""

    projects: Annotated[tuple[Project, ...], msgspec.Meta(min_length=1)]
    credentials_file: str | None = None
    """A service account's key; without one, the credentials at hand."""
    endpoint: Address = "https://cloudresourcemanager.googleapis.com"
    iam: Address = "https://iam.googleapis.com"
    """Where it is asked what a role allows."""


class _Role(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    included_permissions: tuple[str, ...] = ()


class GcpProjectRoles:
    """An `AccessList` of one or more projects."""

    def __init__(self, settings: GcpProjectRolesSettings) -> None:
        self._settings = settings
        self._signed_in = SignedIn(settings.credentials_file, on="the projects", docs=PAGE)
        self._resources = self._api("Google Cloud's Resource Manager", settings.endpoint)
        self._iam = self._api("Google Cloud IAM", settings.iam)

    def check(self) -> str:
        """Read who has which role on the first project."""
        return f"{len(self._policy(self._settings.projects[0]).bindings)} roles are given"

    def entitlements(self) -> Sequence[Entitlement]:
        """Return who may write; see `AccessList`."""
        writes: dict[str, bool] = {}
        return sorted({found for one in self._settings.projects for found in self._of(one, writes)})

    def _of(self, project: str, writes: dict[str, bool]) -> Iterator[Entitlement]:
        for binding in self._policy(project).bindings:
            if binding.role not in writes:
                writes[binding.role] = self._may_write(binding.role)
            if writes[binding.role]:
                for member in binding.members:
                    kind, _, name = member.partition(":")
                    yield Entitlement(
                        account=project,
                        principal=member,
                        name=name or member,
                        kind=_KINDS.get(kind, ActorKind.UNKNOWN),
                        has_console=None,
                        via=f"{kind}{binding.asked}",
                        right=binding.role,
                    )

    def _may_write(self, role: str) -> bool:
        """Tell whether a role allows anything but to read; one that is not there counts as if it did."""
        answer = self._iam.get(f"v1/{role}", what=_WHAT, needs="iam.roles.get", absent=(404,))
        if answer.status == 404:
            return True
        permissions = answer.read_as(_Role).included_permissions
        return any(_READ.fullmatch(one.rpartition(".")[2]) is None for one in permissions)

    def _policy(self, project: str) -> Policy:
        path, needs = f"v3/projects/{project}:getIamPolicy", "resourcemanager.projects.getIamPolicy"
        return self._resources.post(path, _POLICY, what=_WHAT, needs=needs).read_as(Policy)

    def _api(self, system: str, url: str) -> TicketApi:
        return TicketApi(system=system, base_url=url, headers=self._signed_in.headers, page=PAGE)
