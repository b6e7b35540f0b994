"""Rules of security groups, as Terraform groups them.

EC2 keeps one entry for a protocol and a range of ports, in which each source has a description of its own.
Terraform keeps one block for each description.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.model.resource import Json

_SOURCES = {
    "IpRanges": ("cidr_blocks", "CidrIp"),
    "Ipv6Ranges": ("ipv6_cidr_blocks", "CidrIpv6"),
    "PrefixListIds": ("prefix_list_ids", "PrefixListId"),
}


def security_rules(
    permissions: Iterable[Mapping[str, Any]], group: str, owner: str | None
) -> list[dict[str, Json]]:
    """Return the blocks of the group `group`, whose owner is the account `owner`."""
    blocks: dict[tuple[Json, ...], dict[str, Json]] = {}
    for one in permissions:
        ports = (one.get("IpProtocol"), one.get("FromPort", 0), one.get("ToPort", 0))
        for name, source, description in _sources(one, group, owner):
            block = blocks.setdefault((*ports, description), _empty(ports, description))
            if name == "self":
                block["self"] = True
            else:
                block[name].append(source)
    return list(blocks.values())


def _empty(ports: tuple[Json, ...], description: str) -> dict[str, Json]:
    protocol, first, last = ports
    return {
        "protocol": protocol,
        "from_port": first,
        "to_port": last,
        "description": description,
        "cidr_blocks": [],
        "ipv6_cidr_blocks": [],
        "prefix_list_ids": [],
        "security_groups": [],
        "self": False,
    }


def _sources(permission: Mapping[str, Any], group: str, owner: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield what may come in: the key of its block, itself, and its description."""
    for list_, (name, key) in _SOURCES.items():
        for one in permission.get(list_) or ():
            yield name, one[key], one.get("Description") or ""
    for one in permission.get("UserIdGroupPairs") or ():
        description = one.get("Description") or ""
        if one.get("GroupId") == group:
            yield "self", group, description
        else:
            whose = one.get("UserId")
            is_foreign = whose and owner and whose != owner
            yield (
                "security_groups",
                f"{whose}/{one['GroupId']}" if is_foreign else one["GroupId"],
                description,
            )
