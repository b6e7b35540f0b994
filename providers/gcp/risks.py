"""What makes a write matter more, by the rows of the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import assert_never

from drift.model.event import Risk
from drift.model.resource import Json, Resource
from providers.gcp.bindings import Binding, bindings, reduces_audit_logs
from providers.gcp.effects import Method
from providers.gcp.network_rules import network_rules
from providers.gcp.reading import folded
from providers.gcp.signal_rows import RiskRow, RiskTest
from providers.raw_json import nodes

DOWNLOADED_KEY = Risk(slug="downloaded-key", text="a downloaded key of a service account was used")
MAX_NAMED = 3
NEW_RULE = ".insert"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A risk, with the word that a message adds to what was done."""

    risk: Risk
    mark: str | None = None


def found_risks(method: Method, request: Json, resources: tuple[Resource, ...]) -> tuple[Found, ...]:
    """Return the risks that lie in what was asked for, whether the call succeeded or was only tried."""
    found = ((row, _text(row, method, request, resources)) for row in method.risks)
    return tuple(
        Found(risk=Risk(slug=row.slug, text=text), mark=row.mark) for row, text in found if text is not None
    )


def _text(row: RiskRow, method: Method, request: Json, resources: tuple[Resource, ...]) -> str | None:
    """Return what is risky about the request, or `None`."""
    match row.test:
        case RiskTest.ALWAYS:
            return row.text
        case RiskTest.OPEN_RULE:
            return _opened(request, is_new=(method.name or "").endswith(NEW_RULE))
        case RiskTest.VALUE:
            return row.text if any(_values(row, request, resources)) else None
        case RiskTest.MEMBER:
            return _given(row, [one for one in bindings(request) if _fits(row, one.member)])
        case RiskTest.ROLE:
            roles = (one for one in bindings(request) if one.is_surely_new and _fits(row, one.role))
            return _given(row, list(roles))
        case RiskTest.AUDIT_CONFIG:
            return row.text if reduces_audit_logs(request) else None
        case _:
            assert_never(row.test)


def _opened(request: Json, *, is_new: bool) -> str | None:
    rules = network_rules(request, is_new=is_new)
    opened = (f"lets {peer} reach {rule.ports}" for rule in rules for peer in rule.is_open_to)
    return ", ".join(islice(opened, MAX_NAMED)) or None


def _given(row: RiskRow, found: list[Binding]) -> str | None:
    given = [f"{one.role} to {one.member}" for one in found if one.is_added]
    more = f" and {len(given) - MAX_NAMED} more" if len(given) > MAX_NAMED else ""
    return f"{row.text}: {', '.join(given[:MAX_NAMED])}{more}" if given else None


def _fits(row: RiskRow, text: str) -> bool:
    return row.pattern is not None and row.pattern.search(text) is not None


def _values(row: RiskRow, request: Json, resources: tuple[Resource, ...]) -> Iterator[str]:
    """Yield the texts that fit: in the request below the row's keys, or without keys in the ids as well."""
    keys = {folded(key) for key in row.keys}
    for path, value in nodes(request):
        is_below = not keys or any(folded(step) in keys for step in path)
        if is_below and isinstance(value, str) and _fits(row, value):
            yield value
    if not keys:
        yield from (one.id for one in resources if _fits(row, one.id))
