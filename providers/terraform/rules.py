"""The tables beside this file, as the rules by which configurations are compared."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from drift.model.detection import Companion, DetectRules, DocumentForm, SeverityRow
from drift.model.verdict import Severity


class _Severities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    severity: Severity
    types: tuple[str, ...]
    attributes: tuple[str, ...]


class _Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    skipped: frozenset[str]
    drifted: Severity
    missing: Severity
    unmanaged: Severity
    mirrors: dict[str, str]
    same_types: dict[str, str]
    documents: tuple[DocumentForm, ...]
    severities: tuple[_Severities, ...]


class _Companions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    companions: tuple[Companion, ...]


@cache
def detect_rules() -> DetectRules:
    """Return what comparing has to know of Terraform's types and attributes."""
    attributes = msgspec.convert(_table("attributes.toml"), _Attributes)
    return DetectRules(
        skipped=attributes.skipped,
        mirrors=attributes.mirrors,
        same_types=attributes.same_types,
        documents=attributes.documents,
        companions=msgspec.convert(_table("companions.toml"), _Companions).companions,
        severities=tuple(
            SeverityRow(type=type_, attribute=attribute, severity=row.severity)
            for row in attributes.severities
            for type_ in row.types
            for attribute in row.attributes
        ),
        drifted=attributes.drifted,
        missing=attributes.missing,
        unmanaged=attributes.unmanaged,
    )


def _table(name: str) -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
