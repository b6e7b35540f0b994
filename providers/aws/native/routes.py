"""Routes of a table that nobody wrote: https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from drift.model.resource import Json

ENDPOINT: Final = "vpce-"
"""How the ids of endpoints begin."""

LOCAL: Final = "local"
PROPAGATED: Final = "EnableVgwRoutePropagation"


def is_declarable_route(route: Mapping[str, Any]) -> bool:
    """Tell whether somebody may have written it, and not the VPC, a virtual gateway or an endpoint."""
    gateway = str(route.get("GatewayId") or "")
    if gateway == LOCAL or route.get("Origin") == PROPAGATED:
        return False
    return not (gateway.startswith(ENDPOINT) and route.get("DestinationPrefixListId"))


def routes_like(routes: Iterable[Mapping[str, Any]], declared: Json) -> Iterator[Mapping[str, Any]]:
    """Yield routes, those to servers by what the code names: the server, or its interface.

    EC2 tells both. Since version 5 of the provider, code names interfaces only.
    """
    blocks = [one for one in declared if isinstance(one, dict)] if isinstance(declared, list) else []
    places = {_place(one): one for one in blocks}
    knows_servers = not blocks or any("instance_id" in one for one in blocks)
    for route in routes:
        block = places.get(_destination(route))
        if block is not None and block.get("network_interface_id") and block.get("instance_id"):
            yield route
        elif not knows_servers or (block is not None and block.get("network_interface_id")):
            yield {**route, "InstanceId": None}
        else:
            yield {**route, "NetworkInterfaceId": None} if route.get("InstanceId") else route


def _place(block: Mapping[str, Any]) -> Any:
    return block.get("cidr_block") or block.get("ipv6_cidr_block") or block.get("destination_prefix_list_id")


def _destination(route: Mapping[str, Any]) -> Any:
    ours = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
    return ours or route.get("DestinationPrefixListId")
