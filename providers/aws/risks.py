"""What makes a write matter more, by the rows of the table."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import assert_never

from msgspec import Struct

from drift.model.event import Risk
from drift.model.resource import Json
from providers.aws.network_rules import network_rules
from providers.aws.origin import Origin
from providers.aws.policies import admits_everybody, allows_everything, policies
from providers.aws.record import truth
from providers.aws.request import get
from providers.aws.signal_rows import RiskRow, RiskTest
from providers.raw_json import nodes

ROOT_USER = Risk(slug="root-user", text="the root user acted")
MAX_NAMED = 3


class Found(Struct, frozen=True, kw_only=True):
    """A risk, with the word that a message adds to what was done."""

    risk: Risk
    mark: str | None = None


def callers_risks(origin: Origin, service: str | None) -> tuple[Risk, ...]:
    """Return what is risky about who called.

    What a service does later with the root user's identity was not done by the root user.
    """
    is_root = origin.identity.type == "Root" or truth(origin.session.assumed_root) is True
    return (ROOT_USER,) if is_root and service is None else ()


def found_risks(rows: Sequence[RiskRow], request: Json) -> tuple[Found, ...]:
    """Return the risks that lie in what was asked for, whether it succeeded or was only tried."""
    found = (_found(row, request) for row in rows)
    return tuple(one for one in found if one)


def _found(row: RiskRow, request: Json) -> Found | None:
    text = _text(row, request)
    return Found(risk=Risk(slug=row.slug, text=text), mark=row.mark) if text else None


def _text(row: RiskRow, request: Json) -> str | None:
    """Return what is risky about the request, or `None`."""
    match row.test:
        case RiskTest.ALWAYS:
            return row.text
        case RiskTest.OPEN_RULE:
            return _opened(request)
        case RiskTest.VALUE:
            return row.text if any(_values(row, request)) else None
        case RiskTest.NOT_ALL_TRUE:
            return row.text if _is_lowered(row, request) else None
        case RiskTest.OFF:
            return row.text if _is_off(row, request) else None
        case RiskTest.PUBLIC_POLICY:
            return row.text if any(map(admits_everybody, policies(request))) else None
        case RiskTest.ADMIN_POLICY:
            return row.text if any(map(allows_everything, policies(request))) else None
        case _:
            assert_never(row.test)


def _opened(request: Json) -> str | None:
    opened = (f"lets {peer} reach {rule.ports}" for rule in network_rules(request) for peer in rule.open_to)
    return ", ".join(islice(opened, MAX_NAMED)) or None


def _values(row: RiskRow, request: Json) -> Iterator[str]:
    keys = {key.lower() for key in row.keys}
    for path, value in nodes(request):
        is_below = not keys or any(step.lower() in keys for step in path)
        if is_below and isinstance(value, str) and row.pattern and row.pattern.search(value):
            yield value


def _is_lowered(row: RiskRow, request: Json) -> bool:
    """Tell whether a switch of the block is off. One that is not named is off as well."""
    for _, value in nodes(request):
        switches = [get(value, key) for key in row.keys]
        if any(switch is not None for switch in switches):
            return not all(isinstance(switch, bool | str) and truth(switch) for switch in switches)
    return False


def _is_off(row: RiskRow, request: Json) -> bool:
    switches = [get(request, key) for key in row.keys]
    return any(isinstance(switch, bool | str) and not truth(switch) for switch in switches)
