"""Reads who may assume the roles that deploy, and what these may do.

It takes iam:GetRole; iam:ListAttachedRolePolicies, iam:ListRolePolicies, iam:GetRolePolicy, iam:GetPolicy
and iam:GetPolicyVersion tell what they may do.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError, ProviderError
from drift.model.pipeline_control import Verifiable
from drift.model.resource import Json
from drift.model.trust import DeployingIdentity
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.aws.trust_policy import too_wide, trusts

TRUST: Final = Asker("[[trust]]", "docs/code-hosts.md")

RoleName = Annotated[str, msgspec.Meta(pattern=r"^[\w+=,.@-]{1,64}$")]

_OF_AWS: Final = ":iam::aws:policy/"
"""Policies of AWS itself: their documents are public, and long."""


class AwsRolesSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which roles, in the account of whoever asks."""

    roles: Annotated[tuple[RoleName, ...], msgspec.Meta(min_length=1)]
    """Their names, without a path."""


class AwsRoles:
    """A `TrustSource` of one account's roles."""

    def __init__(self, settings: AwsRolesSettings) -> None:
        self._roles = sorted(set(settings.roles))
        self._access = settings.access()

    @cached_property
    def _client(self) -> Any:
        return open_client("iam", self._access)

    def check(self) -> str:
        """Read every role; say which of them is not there."""
        found = self.identities()
        if unread := [f"{one.name}: {one.why}" for one in found if one.why]:
            raise ProviderAccessError(unread[0], hint=f"{TRUST.page} lists what is needed")
        missing = len(self._roles) - len(found)
        return f"{len(found)} roles that deploy" + (f"; {missing} are not there" if missing else "")

    def identities(self) -> Sequence[DeployingIdentity]:
        """Return the roles that exist; see `TrustSource`."""
        return [one for name in self._roles if (one := self._identity(name)) is not None]

    def _identity(self, name: str) -> DeployingIdentity | None:
        role = self._role(name)
        if role is None:
            return None
        policy: Json = role["AssumeRolePolicyDocument"]
        try:
            may, why = self._permissions(name), None
        except ProviderAccessError as error:
            may, why = None, error.what
        boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
        said = {"trust": policy, "permissions": may, "boundary": boundary}
        return DeployingIdentity(
            name=role["Arn"],
            status=Verifiable.READ,
            text=json.dumps(said, sort_keys=True),
            why=why,
            trusts=trusts(policy),
            too_wide=too_wide(policy),
        )

    def _role(self, name: str) -> Any:
        try:
            with refusals("reading a role", action="iam:GetRole", on=f"the role {name}", asker=TRUST):
                return self._client.get_role(RoleName=name)["Role"]
        except ProviderError as error:
            if _is_not_there(error):
                return None
            raise

    def _permissions(self, name: str) -> dict[str, Json]:
        """Return what a role may do: its own policies, and those that are attached to it."""
        what, on = "reading what a role may do", f"the role {name}"
        found: dict[str, Json] = {}
        for page in self._pages("list_role_policies", name):
            for own in page["PolicyNames"]:
                with refusals(what, action="iam:GetRolePolicy", on=on, asker=TRUST):
                    answer = self._client.get_role_policy(RoleName=name, PolicyName=own)
                found[own] = answer["PolicyDocument"]
        for page in self._pages("list_attached_role_policies", name):
            for attached in page["AttachedPolicies"]:
                found[attached["PolicyArn"]] = self._attached(attached["PolicyArn"])
        return found

    def _attached(self, arn: str) -> Json:
        """Return which version of a policy holds, with what it says where AWS's documents do not."""
        what = "reading what a role may do"
        with refusals(what, action="iam:GetPolicy", on=arn, asker=TRUST):
            version = self._client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        if _OF_AWS in arn:
            return {"version": version}
        with refusals(what, action="iam:GetPolicyVersion", on=arn, asker=TRUST):
            answer = self._client.get_policy_version(PolicyArn=arn, VersionId=version)
        return {"version": version, "document": answer["PolicyVersion"]["Document"]}

    def _pages(self, operation: str, name: str) -> Iterator[Any]:
        action = "iam:" + "".join(part.title() for part in operation.split("_"))
        with refusals("reading what a role may do", action=action, on=f"the role {name}", asker=TRUST):
            yield from self._client.get_paginator(operation).paginate(RoleName=name)


def _is_not_there(error: ProviderError) -> bool:
    """Tell whether IAM has no such role."""
    return isinstance(error.__cause__, Exception) and code_of(error.__cause__) == "NoSuchEntity"
