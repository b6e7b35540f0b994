"""The tables beside this file, as the rules by which configurations are compared."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import TypeVar

import msgspec

from drift.model.companion import CoManaged, Companion
from drift.model.detection import DetectRules, NoiseLimits, SeverityRow
from drift.model.equivalence import CloudKeys, Defaults, DocumentForm, Spelling
from drift.model.verdict import Severity

TableT = TypeVar("TableT")


class _Attributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    skipped: frozenset[str] = frozenset()
    drifted: Severity | None = None
    missing: Severity | None = None
    unmanaged: Severity | None = None
    noise: NoiseLimits | None = None
    mirrors: dict[str, str] = {}
    same_types: dict[str, str] = {}
    cloud_keys: tuple[CloudKeys, ...] = ()
    severities: tuple[SeverityRow, ...] = ()


class _Equivalences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    owners: tuple[str, ...] = ()
    documents: tuple[DocumentForm, ...] = ()
    spellings: tuple[Spelling, ...] = ()


class _Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    defaults: tuple[Defaults, ...] = ()


class _Companions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    companions: tuple[Companion, ...] = ()


class _CoManaged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    co_managed: tuple[CoManaged, ...] = ()


def detect_rules(overrides: Mapping[str, str] = {}) -> DetectRules:
    """Return what comparing has to know of Terraform's types and attributes.

    `overrides` are texts of the user's own by the names of the tables; their rows come first.

    Raises:
        ValueError: One of them is not of its table's form.
    """
    own, shipped = _both("attributes", _Attributes, overrides)
    equivalences = _both("equivalences", _Equivalences, overrides)
    _check(equivalences[0])
    return DetectRules(
        skipped=own.skipped | shipped.skipped,
        mirrors={**shipped.mirrors, **own.mirrors},
        same_types={**shipped.same_types, **own.same_types},
        cloud_keys=own.cloud_keys + shipped.cloud_keys,
        severities=own.severities + shipped.severities,
        drifted=own.drifted or shipped.drifted or Severity.MEDIUM,
        missing=own.missing or shipped.missing or Severity.HIGH,
        unmanaged=own.unmanaged or shipped.unmanaged or Severity.MEDIUM,
        noise=own.noise or shipped.noise,
        owners=tuple(row for one in equivalences for row in one.owners),
        documents=tuple(row for one in equivalences for row in one.documents),
        spellings=tuple(row for one in equivalences for row in one.spellings),
        defaults=tuple(row for one in _both("defaults", _Defaults, overrides) for row in one.defaults),
        companions=tuple(
            row for one in _both("companions", _Companions, overrides) for row in one.companions
        ),
        co_managed=tuple(row for one in _both("co-managed", _CoManaged, overrides) for row in one.co_managed),
    )


def _both(name: str, kind: type[TableT], overrides: Mapping[str, str]) -> tuple[TableT, TableT]:
    """Return the user's own rows of a table, and those that ship with the program."""
    shipped = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    own, ours = (msgspec.convert(tomllib.loads(text), kind) for text in (overrides.get(name, ""), shipped))
    return own, ours


def _check(own: _Equivalences) -> None:
    for pattern, replacement in _patterns(own):
        try:
            re.sub(pattern, replacement, "")
        except (re.error, IndexError) as error:
            raise ValueError(f"{pattern} is no regular expression: {error}") from error
    if any(re.compile(pattern).groups < 1 for pattern in own.owners):
        raise ValueError("owners: a row has no group for the account")


def _patterns(own: _Equivalences) -> Iterable[tuple[str, str]]:
    yield from ((pattern, "") for pattern in own.owners)
    for same in (*(one.same for one in own.documents), *(one.same for one in own.spellings)):
        yield from same.items()
