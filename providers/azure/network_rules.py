"""The rules in a request on a network security group or a firewall of a database server."""

from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.resource import Json
from providers.azure.request import get
from providers.azure.signals import Signals
from providers.raw_json import nodes

ANY = "*"
ALL_PORTS = frozenset({ANY, "0-65535"})
GENERATED = "defaultsecurityrules"
"""Rules that Azure adds to every group by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkRule:
    """Who may reach which ports."""

    ports: str
    """`tcp/22`, `tcp/8000-8010`, `all traffic`."""
    peers: tuple[str, ...]
    """Networks, service tags and application groups."""
    is_incoming: bool
    is_allowing: bool

    def open_to(self, signals: Signals) -> tuple[str, ...]:
        """Return the peers that are everybody."""
        if not (self.is_incoming and self.is_allowing):
            return ()
        return tuple(peer for peer in self.peers if signals.open_peer.match(peer))


def network_rules(body: Json) -> Iterator[NetworkRule]:
    """Yield the rules in a body, whether it is one rule or a group of them."""
    for path, value in nodes(body):
        if any(step.lower() == GENERATED for step in path):
            continue
        first, last = get(value, "startIpAddress"), get(value, "endIpAddress")
        if isinstance(first, str) and isinstance(last, str):
            peer = first if first == last else f"{first}-{last}"
            yield NetworkRule(ports="the server", peers=(peer,), is_incoming=True, is_allowing=True)
        access, direction = get(value, "access"), get(value, "direction")
        if isinstance(access, str) and isinstance(direction, str):
            is_incoming = direction.lower() == "inbound"
            yield NetworkRule(
                ports=_ports(value),
                peers=tuple(_listed(value, "source" if is_incoming else "destination", "AddressPrefix")),
                is_incoming=is_incoming,
                is_allowing=access.lower() == "allow",
            )


def _ports(rule: Json) -> str:
    protocol = get(rule, "protocol")
    name = protocol.lower() if isinstance(protocol, str) and protocol != ANY else None
    ranges = list(_listed(rule, "destination", "PortRange"))
    if not ranges or ALL_PORTS.intersection(ranges):
        return f"all {name} ports" if name else "all traffic"
    return f"{name or 'port'}/{','.join(ranges)}"


def _listed(rule: Json, side: str, what: str) -> Iterator[str]:
    """Yield one value and those of its plural, which Azure keeps apart."""
    plural = "es" if what.endswith("x") else "s"
    values = [get(rule, f"{side}{what}")]
    several = get(rule, f"{side}{what}{plural}")
    values += several if isinstance(several, list) else []
    yield from (value for value in values if isinstance(value, str) and value)
