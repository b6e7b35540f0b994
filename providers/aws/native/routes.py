"""Routes of a table that nobody wrote: https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html."""

from collections.abc import Mapping
from typing import Any, Final

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
