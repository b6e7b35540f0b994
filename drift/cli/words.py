"""How changes and findings read on a terminal or in a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.model.resource import Json
from drift.reports.wording import DIFFERENCE, finding_name
from drift.terminal import shown


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show on a terminal that something long goes on; say nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def finding_lines(finding: DriftFinding) -> Iterator[str]:
    """Say what differs: the resource, then an attribute a line."""
    where = f" ({finding.source})" if finding.source else ""
    yield shown(f"{finding.severity:8}  {finding_name(finding)} {DIFFERENCE[finding.kind]}{where}")
    if finding.kind is FindingKind.DRIFTED:
        for attribute in finding.attributes:
            yield f"{'':10}{attribute_line(attribute)}"


def attribute_line(attribute: AttributeDrift) -> str:
    """Say how one attribute differs, long values shortened."""
    return f"{shown(attribute.path)}: {_value(attribute.declared)} -> {_value(attribute.live)}"


def _value(value: Json) -> str:
    return shown(value if value == "(sensitive)" else msgspec.json.encode(value).decode(), limit=100)
