"""The table beside this file, as the rules by which a difference is linked to its write."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files

import msgspec

from drift.model.attribution import AttributionRules, WriterRow
from drift.model.detection import Companion
from drift.model.naming import Belonging, NamingRules
from providers.terraform.rules import detect_rules


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    unique: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    without_case: tuple[str, ...] = ()
    own: dict[str, tuple[str, ...]] = {}


class _Verbs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    removing: frozenset[str] = frozenset()
    adding: frozenset[str] = frozenset()
    creating: frozenset[str] = frozenset()
    upserting: frozenset[str] = frozenset()


class _Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    silent: frozenset[str] = frozenset()


class _Writers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    types: tuple[str, ...]
    attributes: tuple[str, ...]
    actions: tuple[str, ...]


class _Attribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: _Names = _Names()
    verbs: _Verbs = _Verbs()
    switches: dict[str, str] = {}
    words: dict[str, str] = {}
    parameters: _Parameters = _Parameters()
    writers: tuple[_Writers, ...] = ()


def attribution_rules(overrides: Mapping[str, str] = {}) -> AttributionRules:
    """Return what linking a write to what it did has to know of Terraform's types and attributes.

    `overrides` are texts of the user's own by the names of the tables; their rows come first.

    Raises:
        ValueError: One of them is not of its table's form.
    """
    own = msgspec.convert(tomllib.loads(overrides.get("attribution", "")), _Attribution)
    text = files(__package__).joinpath("attribution.toml").read_text(encoding="utf-8")
    shipped = msgspec.convert(tomllib.loads(text), _Attribution)
    comparing = detect_rules(overrides)
    return AttributionRules(
        naming=_naming(own.names, shipped.names, comparing.companions, comparing.same_types),
        writers=tuple(
            WriterRow(type=type_, attribute=attribute, actions=row.actions)
            for row in (*own.writers, *shipped.writers)
            for type_ in row.types
            for attribute in row.attributes
        ),
        removing=own.verbs.removing | shipped.verbs.removing,
        adding=own.verbs.adding | shipped.verbs.adding,
        creating=own.verbs.creating | shipped.verbs.creating,
        upserting=own.verbs.upserting | shipped.verbs.upserting,
        switches={**shipped.switches, **own.switches},
        words={**shipped.words, **own.words},
        silent=own.parameters.silent | shipped.parameters.silent,
    )


def _naming(
    own: _Names, shipped: _Names, companions: tuple[Companion, ...], same_types: Mapping[str, str]
) -> NamingRules:
    belongings: dict[str, dict[Belonging, None]] = defaultdict(dict)
    for row in companions:
        belongings[row.child][Belonging(attribute=row.names_parent_by, parent=row.parent)] = None
    types = dict.fromkeys((*own.own, *shipped.own))
    return NamingRules(
        unique=(*own.unique, *shipped.unique),
        common=(*own.common, *shipped.common),
        own={type_: (*own.own.get(type_, ()), *shipped.own.get(type_, ())) for type_ in types},
        belongings={child: tuple(rows) for child, rows in belongings.items()},
        without_case=(*own.without_case, *shipped.without_case),
        same_types=same_types,
    )
