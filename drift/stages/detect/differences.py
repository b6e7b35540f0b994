"""Which attributes of one resource differ?

Equality is tested first, attribute by attribute: nearly all of an estate is as declared,
and comparing costs far less than naming. Only what differs is given to DeepDiff.
"""

from collections.abc import Iterator

from drift.model.baseline import DeclaredResource
from drift.model.finding import AttributeDrift
from drift.model.path import is_within
from drift.model.resource import Found, Json
from drift.stages.detect.canonical import CanonicalForm
from drift.stages.detect.keys import NOTHING
from drift.stages.detect.mirrors import mirrored, mirrors_of, only_repeats
from drift.stages.detect.naming import Unequal, named
from drift.stages.detect.sides import Sides, declared_attributes
from drift.stages.detect.type_rules import TypeRules

ALL = "*"
"""Stands for every attribute in `ignored`."""


def differences(resource: DeclaredResource, found: Found, rules: TypeRules) -> tuple[AttributeDrift, ...]:
    """Return what differs, sorted by path, with the values as they are: nothing is concealed yet.

    An attribute that only one side has is left out: it can be written but never read,
    or one side knows a newer provider.
    """
    declared, live = declared_attributes(resource, found), found.resource.attributes
    if ALL in resource.ignored or declared == live:
        return ()
    unequal = dict(_unequal(resource, found, rules))
    if not unequal:
        return ()
    mirrors = rules.tables.mirrors
    ignored = (*resource.ignored, *mirrors_of(resource.ignored, mirrors))
    drifts = named(unequal, declared, live)
    return tuple(
        drifts[path]
        for path in sorted(drifts)
        if not any(is_within(path, outer) for outer in ignored)
        and mirrored(path, mirrors) not in drifts
        and not only_repeats(drifts[path], declared, mirrors)
    )


def _unequal(resource: DeclaredResource, found: Found, rules: TypeRules) -> Iterator[tuple[str, Unequal]]:
    live, schema = found.resource.attributes, found.resource.schema
    declared = declared_attributes(resource, found)
    skipped = rules.tables.skipped | schema.computed
    for name in declared.keys() & live.keys():
        ours, theirs = declared[name], live[name]
        if ours == theirs or name in skipped or _is_new(name, ours, resource):
            continue
        if ours in NOTHING and theirs in NOTHING:
            continue
        if name in schema.sets and _is_shuffled(ours, theirs):
            continue
        stored = resource.attributes.get(name, ours)  # of a flat state nothing is known but what came of it
        sides = Sides(
            name=name,
            declared=ours,
            live=theirs,
            stored=stored,
            resource=declared,
            account=resource.account,
        )
        if (unequal := _unequal_sides(sides, CanonicalForm.for_pair(sides, schema, rules))) is not None:
            yield name, unequal


def _unequal_sides(sides: Sides, form: CanonicalForm) -> Unequal | None:
    """Compare the sides as they are, and only if they differ with what one may say in short."""
    ours, theirs = form.of(sides.declared, sides.name), form.of(sides.live, sides.name)
    if ours != theirs and (hinted := form.with_hints(sides)) is not form:
        form, ours, theirs = hinted, hinted.of(sides.declared, sides.name), hinted.of(sides.live, sides.name)
    return None if ours == theirs else Unequal(form=form, declared=ours, live=theirs)


def _is_new(name: str, declared: Json, resource: DeclaredResource) -> bool:
    """Tell whether only a newer provider than the one that wrote the state knows the attribute."""
    return bool(resource.attributes) and name not in resource.attributes and declared in NOTHING


def _is_shuffled(ours: Json, theirs: Json) -> bool:
    """Tell quickly what the canonical form tells slowly: that only the order of a set differs."""
    if not isinstance(ours, list) or not isinstance(theirs, list) or len(ours) != len(theirs):
        return False
    try:
        return bool(sorted(ours) == sorted(theirs))
    except TypeError:  # blocks, or values of several types: their own order does not matter, if it is one
        return sorted(map(repr, ours)) == sorted(map(repr, theirs))
