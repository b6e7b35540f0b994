"""Reads who may write to an AWS account: users and roles of IAM, with their policies and groups.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

from drift.errors import ProviderResponseError
from drift.model.access import Entitlement
from drift.model.resource import Json
from drift.model.verdict import ActorKind
from providers.aws.access_policies import may_write
from providers.aws.refusals import Asker, code_of, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.aws.signals import load_signals
from providers.aws.trust_policy import SERVICE, principals

ACCESS_LISTS: Final = Asker("[[access_list]]", "docs/company.md")

MAX_PAGES: Final = 10_000

_WHAT: Final = "reading who may write"

Fields: TypeAlias = Mapping[str, Any]


class AwsIamSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account is that of the credentials, or of the role."""


@dataclass(kw_only=True, slots=True)
class _Account:
    """What the pages hold, put together: a policy may stand on another page than who has it."""

    users: list[Fields] = field(default_factory=list)
    roles: list[Fields] = field(default_factory=list)
    groups: dict[str, Fields] = field(default_factory=dict)
    policies: dict[str, Json] = field(default_factory=dict)
    """Documents by ARN."""

    def add(self, page: Fields) -> None:
        """Take in a page."""
        self.users += page["UserDetailList"]
        self.roles += page["RoleDetailList"]
        self.groups |= {one["GroupName"]: one for one in page["GroupDetailList"]}
        for policy in page["Policies"]:
            versions = policy.get("PolicyVersionList") or ()
            current = (one for one in versions if one.get("IsDefaultVersion"))
            self.policies[policy["Arn"]] = next((one.get("Document") for one in current), None)


class AwsIam:
    """An `AccessList` of one account: takes `iam:GetAccountAuthorizationDetails`, `iam:GetLoginProfile`."""

    def __init__(self, settings: AwsIamSettings) -> None:
        self._access = settings.access()
        self._signals = load_signals()

    @cached_property
    def _client(self) -> Any:
        return open_client("iam", self._access)

    def check(self) -> str:
        """Read the first page."""
        page = next(self._pages())
        return (
            f"{len(page['UserDetailList'])} users and {len(page['RoleDetailList'])} roles on the first page"
        )

    def entitlements(self) -> Sequence[Entitlement]:
        """Return who may write; see `AccessList`."""
        account = _Account()
        for page in self._pages():
            account.add(page)
        found = [*self._of_users(account), *self._of_roles(account)]
        return sorted(set(found))

    def _of_users(self, account: _Account) -> Iterator[Entitlement]:
        for user in account.users:
            rights = [("itself", right) for right in self._rights(user, "UserPolicyList", account)]
            for name in user.get("GroupList") or ():
                group = account.groups.get(name, {})
                rights += [
                    (f"group {name}", right) for right in self._rights(group, "GroupPolicyList", account)
                ]
            if not rights:
                continue
            has_console = self._has_password(user["UserName"])
            kind = ActorKind.HUMAN if has_console else ActorKind.UNKNOWN
            for via, right in rights:
                yield _entitlement(user, "UserName", kind, via, right, has_console=has_console)

    def _of_roles(self, account: _Account) -> Iterator[Entitlement]:
        for role in account.roles:
            trust = role.get("AssumeRolePolicyDocument")
            for right in self._rights(role, "RolePolicyList", account):
                via = f"for {_trusted(trust)}"
                yield _entitlement(role, "RoleName", self._kind_of(role["Arn"], trust), via, right)

    def _kind_of(self, arn: str, trust: Json) -> ActorKind:
        """Return who uses a role: only AWS can create roles under some paths."""
        if self._signals.sso_role_path.match(arn):
            return ActorKind.HUMAN
        is_service = self._signals.service_role_path.match(arn) or _is_for_services(trust)
        return ActorKind.SERVICE if is_service else ActorKind.UNKNOWN

    def _rights(self, owner: Fields, inline: str, account: _Account) -> Iterator[str]:
        """Yield the names of the policies that allow to write."""
        for policy in owner.get(inline) or ():
            if may_write(policy.get("PolicyDocument"), self._signals.read_name):
                yield f"{policy['PolicyName']} (inline)"
        for policy in owner.get("AttachedManagedPolicies") or ():
            if may_write(account.policies.get(policy["PolicyArn"]), self._signals.read_name):
                yield policy["PolicyName"]

    def _has_password(self, user: str) -> bool:
        from botocore.exceptions import ClientError

        with refusals(_WHAT, action="iam:GetLoginProfile", on=f"the user {user}", asker=ACCESS_LISTS):
            try:
                self._client.get_login_profile(UserName=user)
            except ClientError as error:
                if code_of(error) != "NoSuchEntity":
                    raise
                return False
        return True

    def _pages(self) -> Iterator[Fields]:
        marker, seen = "", set[str]()
        while len(seen) < MAX_PAGES:
            page = self._page({"Marker": marker} if marker else {})
            yield page
            seen.add(marker)
            marker = (page.get("Marker") or "") if page.get("IsTruncated") else ""
            if not marker:
                return
            if marker in seen:
                break
        raise ProviderResponseError(f"{_WHAT}: its pages have no end", hint="if it happens again, report it")

    def _page(self, asked: Mapping[str, str]) -> Fields:
        action, on = "iam:GetAccountAuthorizationDetails", "the account"
        with refusals(_WHAT, action=action, on=on, asker=ACCESS_LISTS):
            page = self._client.get_account_authorization_details(**asked)
        lists = ("UserDetailList", "RoleDetailList", "GroupDetailList", "Policies")
        if not all(isinstance(page.get(name), list) for name in lists):
            raise ProviderResponseError(
                f"{_WHAT}: the answer is no page of AWS's",
                hint="check `endpoint`; look for a proxy if it stays so",
            )
        found: Fields = page
        return found


def _entitlement(
    owner: Fields, name: str, kind: ActorKind, via: str, right: str, *, has_console: bool | None = None
) -> Entitlement:
    arn: str = owner["Arn"]
    return Entitlement(
        account=arn.split(":")[4],
        principal=arn,
        name=owner[name],
        kind=kind,
        has_console=has_console,
        via=via,
        right=right,
    )


def _trusted(document: Json) -> str:
    """Return who may take on a role, as its trust policy names them."""
    if not isinstance(document, dict):
        return "somebody"
    return ", ".join(sorted({who for _, who in principals(document)})) or "nobody"


def _is_for_services(document: Json) -> bool:
    """Tell whether nobody but services of AWS may take on a role."""
    kinds = {kind for kind, _ in principals(document)}
    return kinds == {SERVICE}
