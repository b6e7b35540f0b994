"""Reads who may act as the service accounts that deploy, and what these may do.

Whoever has a role on a service account may act as it; so may whoever holds one of its keys, which Google
did not make for itself. https://cloud.google.com/iam/docs/service-account-permissions (2026-11)
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import Verifiable
from drift.model.resource import Json
from drift.model.trust import DeployingIdentity
from providers.gcp.signed_in import SignedIn
from providers.ticket_api import TicketApi
from providers.ticket_values import Address

PAGE: Final = "docs/code-hosts.md"

ANYBODY: Final = frozenset({"allUsers", "allAuthenticatedUsers"})

_WHAT: Final = "reading a service account"
_POLICY: Final = {"options": {"requestedPolicyVersion": 3}}
"""Without the version, bindings with a condition are left out."""
_WHOLE_POOL: Final = re.compile(r"principalSet://.*/workloadIdentityPools/[^/]+/\*")
_REPOSITORY: Final = re.compile(r"principalSet://.*/attribute\.repository(?:_owner)?(?:_id)?/(?P<of>.+)")

Account = Annotated[str, msgspec.Meta(pattern=r"^[\w.-]+@[\w.-]+\.gserviceaccount\.com$")]
Project = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9:.-]{4,60}$")]


class GcpServiceAccountsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which service accounts, and where it is looked what they may do."""

    service_accounts: Annotated[tuple[Account, ...], msgspec.Meta(min_length=1)]
    """Their addresses."""
    projects: tuple[Project, ...] = ()
    """In which it is looked what they may do."""
    credentials_file: str | None = None
    """A service account's key; without one, the credentials at hand."""
    endpoint: Address = "https://iam.googleapis.com"
    resource_manager: Address = "https://cloudresourcemanager.googleapis.com"


class Binding(msgspec.Struct, frozen=True):
    """Who has a role."""

    role: str
    members: tuple[str, ...] = ()
    condition: Mapping[str, Any] | None = None

    @property
    def asked(self) -> str:
        """What is asked of its members besides."""
        return f" if {self.condition.get('expression')}" if self.condition else ""


class Policy(msgspec.Struct, frozen=True):
    """Who has which role on something."""

    etag: str
    """Always there, which tells a policy of nobody from what is none."""
    bindings: tuple[Binding, ...] = ()


class _Key(msgspec.Struct, frozen=True):
    name: str
    until: str = msgspec.field(default="?", name="validBeforeTime")


class _Keys(msgspec.Struct, frozen=True):
    keys: tuple[_Key, ...] = ()


class GcpServiceAccounts:
    """A `TrustSource` of service accounts of Google Cloud."""

    def __init__(self, settings: GcpServiceAccountsSettings) -> None:
        self._settings = settings
        self._signed_in = SignedIn(settings.credentials_file, on="the service accounts", docs=PAGE)
        self._iam = self._api("Google Cloud IAM", settings.endpoint)
        self._resources = self._api("Google Cloud's Resource Manager", settings.resource_manager)

    def check(self) -> str:
        """Read every service account; say which of them is not there."""
        found = self.identities()
        if unread := [one.why for one in found if one.why]:
            raise ProviderAccessError(unread[0], hint=f"{PAGE} lists what is needed")
        missing = len(set(self._settings.service_accounts)) - len(found)
        return f"{len(found)} service accounts that deploy" + (
            f"; {missing} are not there" if missing else ""
        )

    def identities(self) -> Sequence[DeployingIdentity]:
        """Return the service accounts that exist; see `TrustSource`."""
        names = sorted(set(self._settings.service_accounts))
        return [one for name in names if (one := self._identity(name)) is not None]

    def _identity(self, name: str) -> DeployingIdentity | None:
        path = f"v1/projects/-/serviceAccounts/{name}"
        found = self._iam.get(path, what=_WHAT, needs="iam.serviceAccounts.get", absent=(404,))
        if found.status == 404:
            return None
        needs = "iam.serviceAccounts.getIamPolicy"
        policy = self._iam.post(f"{path}:getIamPolicy", _POLICY, what=_WHAT, needs=needs).read_as(Policy)
        wanted = {"keyTypes": "USER_MANAGED"}
        keys = self._iam.get(f"{path}/keys", wanted, what=_WHAT, needs="iam.serviceAccountKeys.list")
        held = keys.read_as(_Keys).keys
        try:
            may, why = self._permissions(name), None
        except ProviderAccessError as error:
            may, why = None, error.what
        said = {
            "policy": _sorted(msgspec.to_builtins(one) for one in policy.bindings),
            "keys": sorted(one.name for one in held),
            "permissions": may,
        }
        return DeployingIdentity(
            name=name,
            status=Verifiable.READ,
            text=json.dumps(said, sort_keys=True),
            why=why,
            trusts=tuple(sorted({*_trusts(policy), *map(_holder, held)})),
            too_wide=tuple(sorted(set(too_wide(policy)))),
        )

    def _permissions(self, name: str) -> list[Json]:
        """Return which roles a service account has in the projects."""
        needs = "resourcemanager.projects.getIamPolicy"
        found: list[Json] = []
        for project in self._settings.projects:
            answer = self._resources.post(
                f"v3/projects/{project}:getIamPolicy",
                _POLICY,
                what="reading what a service account may do",
                needs=needs,
            )
            found += [
                {"project": project, "role": one.role, "if": one.asked}
                for one in answer.read_as(Policy).bindings
                if f"serviceAccount:{name}" in one.members
            ]
        return _sorted(found)

    def _api(self, system: str, url: str) -> TicketApi:
        return TicketApi(system=system, base_url=url, headers=self._signed_in.headers, page=PAGE)


def _trusts(policy: Policy) -> Iterator[str]:
    for one in policy.bindings:
        for member in one.members:
            yield f"{member} as {one.role}{one.asked}"


def _holder(key: _Key) -> str:
    return f"whoever holds the key {key.name.rpartition('/')[2]}, until {key.until}"


def too_wide(policy: Policy) -> Iterator[str]:
    """Say who of its members is more than one pipeline, or nobody in particular. A condition is no excuse."""
    for one in policy.bindings:
        for member in one.members:
            if member in ANYBODY or member.startswith("domain:"):
                yield f"{member} may act as it, as {one.role}"
            elif _WHOLE_POOL.fullmatch(member):
                yield f"whoever its workload identity pool lets in may act as it: {member}"
            elif found := _REPOSITORY.fullmatch(member):
                yield f"more than one pipeline may act as it: any branch of {found['of']}"


def _sorted(found: Any) -> list[Json]:
    """Return what is in no particular order in one, so that the same is the same."""
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
