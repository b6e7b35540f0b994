"""The rules in a call on a firewall."""

from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.resource import Json
from providers.gcp.record import truth
from providers.gcp.request import get, texts_at

EVERYBODY = "/0"
"""A network of length 0 is the whole world, whatever address stands before it."""

_ALLOWED = ("alloweds", "allowed")
_PEERS = ("sourceRanges", "sourceTags", "sourceServiceAccounts", "destinationRanges")
MAX_RULES = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkRule:
    """Who may reach which ports."""

    ports: str
    """`tcp/22`, `tcp/8000-8010`, `all traffic`."""
    peers: tuple[str, ...]
    """Networks, tags and service accounts."""
    is_open_to: tuple[str, ...]
    """The peers that are everybody."""


def network_rules(request: Json, *, is_new: bool) -> Iterator[NetworkRule]:
    """Yield what the request allows; a new rule that names no sources lets everybody in."""
    is_incoming = get(request, "direction") != "EGRESS"
    sources = tuple(text for path in _PEERS for text in texts_at(request, path))[:MAX_RULES]
    peers = sources or (("0.0.0.0/0",) if is_new and is_incoming else ())
    is_on = truth(_flag(get(request, "disabled"))) is not True
    for key in _ALLOWED:
        allowed = get(request, key)
        for rule in allowed[:MAX_RULES] if isinstance(allowed, list) else ():
            yield NetworkRule(
                ports=_ports(rule),
                peers=peers,
                is_open_to=tuple(one for one in peers if one.endswith(EVERYBODY) and is_incoming and is_on),
            )


def _ports(rule: Json) -> str:
    protocol = next(texts_at(rule, "IPProtocol"), "all")
    ports = list(texts_at(rule, "ports"))
    if protocol == "all":
        return "all traffic"
    return ", ".join(f"{protocol}/{port}" for port in ports[:MAX_RULES]) if ports else protocol


def _flag(value: Json) -> bool | str | None:
    return value if isinstance(value, bool | str) else None
