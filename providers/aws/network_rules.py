"""The rules in a call on a security group or a network ACL."""

from collections.abc import Iterator

from msgspec import Struct

from drift.model.resource import Json
from providers.aws.request import get, texts_at
from providers.raw_json import nodes

PROTOCOLS = {"-1": "all traffic", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
WITHOUT_PORTS = frozenset({"all traffic", "icmp", "icmpv6"})
EVERYBODY = "/0"
"""A network of length 0 is the whole world, whatever address stands before it."""

_PEERS = (
    "cidrIp",
    "cidrIpv4",
    "cidrIpv6",
    "cidrBlock",
    "ipv6CidrBlock",
    "prefixListId",
    "referencedGroupId",
    "ipRanges.items.cidrIp",
    "ipv6Ranges.items.cidrIpv6",
    "prefixListIds.items.prefixListId",
    "groups.items.groupId",
)


class NetworkRule(Struct, frozen=True, kw_only=True):
    """Who may reach which ports."""

    ports: str
    """`tcp/22`, `tcp/8000-8010`, `all traffic`."""
    peers: tuple[str, ...]
    """Networks, groups and prefix lists."""
    is_incoming: bool
    is_allowing: bool

    @property
    def open_to(self) -> tuple[str, ...]:
        """The peers that are everybody."""
        if not (self.is_incoming and self.is_allowing):
            return ()
        return tuple(peer for peer in self.peers if peer.endswith(EVERYBODY))


def network_rules(parameters: Json) -> Iterator[NetworkRule]:
    """Yield the rules in a request, in any of the shapes that EC2 has used."""
    for _, value in nodes(parameters):
        protocol = _first(value, "ipProtocol", "aclProtocol")
        if isinstance(value, dict) and protocol:
            yield NetworkRule(
                ports=_ports(PROTOCOLS.get(protocol, protocol), value),
                peers=tuple(dict.fromkeys(peer for path in _PEERS for peer in texts_at(value, path))),
                is_incoming=get(value, "egress") is not True and get(value, "isEgress") is not True,
                is_allowing=get(value, "ruleAction") in (None, "allow"),
            )


def _ports(protocol: str, rule: Json) -> str:
    first = _first(rule, "fromPort", "portRange.from")
    last = _first(rule, "toPort", "portRange.to")
    if protocol in WITHOUT_PORTS or first is None or last is None:
        return protocol
    if (first, last) == ("0", "65535"):
        return f"all {protocol} ports"
    return f"{protocol}/{first}" if first == last else f"{protocol}/{first}-{last}"


def _first(rule: Json, *paths: str) -> str | None:
    return next((text for path in paths for text in texts_at(rule, path)), None)
