"""The tables beside this file, as the rules by which configurations are compared."""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from drift.model.detection import Companion, DetectRules, DocumentForm, Rewritten, SeverityRow
from drift.model.verdict import Severity


class _Severities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    severity: Severity
    types: tuple[str, ...]
    attributes: tuple[str, ...]


class _Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    skipped: frozenset[str] = frozenset()
    drifted: Severity | None = None
    missing: Severity | None = None
    unmanaged: Severity | None = None
    mirrors: dict[str, str] = {}
    same_types: dict[str, str] = {}
    documents: tuple[DocumentForm, ...] = ()
    severities: tuple[_Severities, ...] = ()


class _Coded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rewritten: tuple[Rewritten, ...] = ()


class _Companions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    companions: tuple[Companion, ...] = ()


def detect_rules(overrides: Mapping[str, str] = {}) -> DetectRules:
    """Return what comparing has to know of Terraform's types and attributes.

    `overrides` are texts of the user's own by the names of the tables; their rows come first.

    Raises:
        ValueError: One of them is not of its table's form.
    """
    own = msgspec.convert(tomllib.loads(overrides.get("attributes", "")), _Attributes)
    shipped = msgspec.convert(_table("attributes.toml"), _Attributes)
    extra = msgspec.convert(tomllib.loads(overrides.get("companions", "")), _Companions)
    companions = msgspec.convert(_table("companions.toml"), _Companions)
    own_coded = msgspec.convert(tomllib.loads(overrides.get("coded", "")), _Coded)
    coded = msgspec.convert(_table("coded.toml"), _Coded)
    _check(own.documents)
    return DetectRules(
        skipped=own.skipped | shipped.skipped,
        mirrors={**shipped.mirrors, **own.mirrors},
        same_types={**shipped.same_types, **own.same_types},
        documents=(*own.documents, *shipped.documents),
        companions=(*extra.companions, *companions.companions),
        rewritten=(*own_coded.rewritten, *coded.rewritten),
        severities=tuple(
            SeverityRow(type=type_, attribute=attribute, severity=row.severity)
            for row in (*own.severities, *shipped.severities)
            for type_ in row.types
            for attribute in row.attributes
        ),
        drifted=own.drifted or shipped.drifted or Severity.MEDIUM,
        missing=own.missing or shipped.missing or Severity.HIGH,
        unmanaged=own.unmanaged or shipped.unmanaged or Severity.MEDIUM,
    )


def _check(documents: tuple[DocumentForm, ...]) -> None:
    for document in documents:
        for pattern, replacement in document.same.items():
            try:
                re.sub(pattern, replacement, "")
            except (re.error, IndexError) as error:
                raise ValueError(f"documents: {pattern} is no regular expression: {error}") from error


def _table(name: str) -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
