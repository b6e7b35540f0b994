"""Who holds a policy, and who is in a group: the listing of all identities tells it of each of them only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from drift.model.resource import Json

_KINDS: Final = {
    "groups": ("GroupDetailList", "GroupName"),
    "roles": ("RoleDetailList", "RoleName"),
    "users": ("UserDetailList", "UserName"),
}


def policy_holders(identities: Mapping[str, Any]) -> Iterator[dict[str, Json]]:
    """Yield each managed policy that anybody has, with the names of all who have it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {kind: [] for kind in _KINDS})
    for kind, (listed, name) in _KINDS.items():
        for one in identities.get(listed) or ():
            for policy in one.get("AttachedManagedPolicies") or ():
                found[policy["PolicyArn"]][kind].append(one[name])
    for arn, holders in found.items():
        yield {"PolicyArn": arn, **holders}


def group_members(identities: Mapping[str, Any]) -> Iterator[dict[str, Json]]:
    """Yield each group, with the names of its members."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in identities.get("UserDetailList") or ():
        for group in one.get("GroupList") or ():
            found[group].append(one["UserName"])
    for group in identities.get("GroupDetailList") or ():
        yield {"GroupName": group["GroupName"], "users": found[group["GroupName"]]}
