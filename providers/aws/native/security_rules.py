"""Rules of security groups, as Terraform groups them.

EC2 keeps one entry for a protocol and a range of ports, in which each source has a description of its own.
Terraform keeps one block for each description.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.model.resource import Json

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}

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


def security_group_rule(group: Mapping[str, Any], declared: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return what stands of a declared rule in its group: `None` where not all of its sources do."""
    name = "IpPermissionsEgress" if declared.get("type") == "egress" else "IpPermissions"
    wanted = set(_declared_sources(declared, group["GroupId"], group.get("OwnerId")))
    there: dict[tuple[str, str], str] = {}
    for one in group.get(name) or ():
        if _ports(one.get("IpProtocol"), one.get("FromPort"), one.get("ToPort")) == _ports(
            declared.get("protocol"), declared.get("from_port"), declared.get("to_port")
        ):
            found = _sources(one, group["GroupId"], group.get("OwnerId"))
            there |= {(kind, source): description for kind, source, description in found}
    if not wanted or not wanted <= there.keys():
        return None
    return {"description": next(there[one] for one in sorted(wanted))}


def protocol_name(protocol: Json) -> str:
    """Return the name of a protocol that AWS has one for, else its number as text.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    text = str(protocol).lower()
    return _PROTOCOLS.get(text, text)


def _ports(protocol: Json, first: Json, last: Json) -> tuple[str, Json, Json]:
    """Return protocol and ports as they are compared: all protocols have all ports."""
    name = protocol_name(protocol)
    return (name, None, None) if name == "-1" else (name, first or 0, last or 0)


def _declared_sources(
    declared: Mapping[str, Json], group: str, owner: str | None
) -> Iterator[tuple[str, str]]:
    for name in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"):
        yield from ((name, source) for source in declared.get(name) or ())
    other = declared.get("source_security_group_id")
    if declared.get("self") or other == group:
        yield "self", group
    elif other:
        yield "security_groups", other.removeprefix(f"{owner}/")


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
            yield "security_groups", foreign_group(one, owner), description


def foreign_group(pair: Mapping[str, Any], owner: str | None) -> str:
    """Return the id of a group, with its account in front where that is not `owner`."""
    whose = pair.get("UserId")
    return f"{whose}/{pair['GroupId']}" if whose and owner and whose != owner else str(pair["GroupId"])
