"""What makes a write matter more, by the rows of the table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import assert_never

from drift.model.event import Risk
from drift.model.resource import Json
from providers.azure.network_rules import network_rules
from providers.azure.request import get, leads_to
from providers.azure.signal_rows import RiskRow, RiskTest
from providers.azure.signals import Signals
from providers.raw_json import nodes

MAX_NAMED = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A risk, with the word that a message adds to what was done."""

    risk: Risk
    mark: str | None = None


def found_risks(operation: str, body: Json, signals: Signals) -> tuple[Found, ...]:
    """Return the risks of a call, whether it succeeded or was only tried."""
    rows = [row for row in signals.risks if row.cover(operation)]
    texts = ((row, _text(row, body, signals)) for row in rows)
    return tuple(Found(risk=Risk(slug=row.slug, text=text), mark=row.mark) for row, text in texts if text)


def _text(row: RiskRow, body: Json, signals: Signals) -> str | None:
    """Return what is risky about the request, or `None`."""
    match row.test:
        case RiskTest.ALWAYS:
            return row.text
        case RiskTest.OPEN_RULE:
            return _opened(row, body, signals)
        case RiskTest.VALUE:
            pattern = row.pattern
            return row.text if pattern and any(map(pattern.search, _values(row, body))) else None
        case RiskTest.NONE_TRUE:
            switches = list(_values(row, body))
            return row.text if switches and "true" not in switches else None
        case RiskTest.ENTRY_OFF:
            named = ", ".join(islice(dict.fromkeys(_switched_off(row, body)), MAX_NAMED))
            return row.text.replace("{entries}", named) if named else None
        case _:
            assert_never(row.test)


def _opened(row: RiskRow, body: Json, signals: Signals) -> str | None:
    rules = network_rules(body)
    opened = (f"lets {peer} reach {rule.ports}" for rule in rules for peer in rule.open_to(signals))
    found = ", ".join(islice(dict.fromkeys(opened), MAX_NAMED))
    return row.text.replace("{rules}", found) if found else None


def _switched_off(row: RiskRow, body: Json) -> Iterator[str]:
    """Yield the entries of the lists at the row's keys that are off, and that the pattern fits.

    Of a change, Resource Graph tells the switch by the entry's number, and not what the entry is called.
    """
    for path, value in nodes(body):
        is_entry = any(leads_to(one, key) for one in (path, path[:-1]) for key in row.keys)
        if not is_entry or str(get(value, "enabled")).lower() != "false":
            continue
        name = get(value, "category") or get(value, "categoryGroup")
        if name is None:
            yield f"entry {path[-1]}"
        elif isinstance(name, str) and row.pattern and row.pattern.search(name):
            yield name


def _values(row: RiskRow, body: Json) -> Iterator[str]:
    """Yield the values at the keys of the row: switches too, as Resource Graph writes them."""
    for path, value in nodes(body):
        if any(leads_to(path, key) for key in row.keys) and isinstance(value, str | bool):
            yield (
                value
                if isinstance(value, str) and value.lower() not in ("true", "false")
                else str(value).lower()
            )
