"""How are the differences within unequal attributes called, as Terraform writes it?

DeepDiff compares the canonical forms; what is told is what stood at these places before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from drift.model.finding import AttributeDrift
from drift.model.path import path_text
from drift.model.resource import Json
from drift.stages.detect.canonical import Canonical, CanonicalForm
from drift.stages.detect.scalars import element_text, elements

Steps: TypeAlias = tuple[str | int, ...]
"""The names, keys and indexes that lead from a resource to a value."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unequal:
    """An attribute whose sides do not mean the same."""

    form: CanonicalForm
    declared: Canonical
    live: Canonical


def named(
    unequal: Mapping[str, Unequal], declared: dict[str, Json], live: dict[str, Json]
) -> dict[str, AttributeDrift]:
    """Return the differences by their paths."""
    drifts: dict[str, AttributeDrift] = {}
    for path, drift in _places(unequal, declared, live):
        drifts[path] = _joined(drifts[path], drift) if path in drifts else drift
    return drifts


def _places(
    unequal: Mapping[str, Unequal], declared: dict[str, Json], live: dict[str, Json]
) -> Iterator[tuple[str, AttributeDrift]]:
    from deepdiff import DeepDiff  # slow to import, and most runs find nothing to name

    report = DeepDiff(
        {name: one.declared for name, one in unequal.items()},
        {name: one.live for name, one in unequal.items()},
        view="tree",
        ignore_private_variables=False,  # it would leave out keys that begin with `__`
        threshold_to_diff_deeper=0,  # it would not name the keys of maps that have little in common
    )
    for kind, places in report.items():
        for place in places:
            steps: Steps = tuple(place.path(output_format="list"))
            their_steps: Steps = tuple(place.path(output_format="list", use_t2=True))
            ours = None if kind == "iterable_item_added" else _value_at(declared, steps)
            theirs = None if kind == "iterable_item_removed" else _value_at(live, their_steps)
            yield from _spread(steps, ours, theirs, unequal[str(steps[0])].form)


def _spread(
    steps: Steps, ours: Json, theirs: Json, form: CanonicalForm
) -> Iterator[tuple[str, AttributeDrift]]:
    """Go as deep as a path leads: into a map or list that one side lacks, never into a set."""
    pattern, path = _pattern(steps, form), path_text(steps)
    if any(isinstance(side, list) and form.is_set(side, pattern) for side in (ours, theirs)):
        drift = AttributeDrift(
            path=path,
            declared=_only_in(elements(ours), elements(theirs), form, pattern),
            live=_only_in(elements(theirs), elements(ours), form, pattern),
        )
        yield path, drift
    elif _is_hollow(ours, theirs, steps, form):
        for step in dict.fromkeys(step for side in (ours, theirs) for step, _ in _all_inside(side)):
            one, other = _value_at(ours, (step,)), _value_at(theirs, (step,))
            if _said(one, (*steps, step), form) != _said(other, (*steps, step), form):
                yield from _spread((*steps, step), one, other, form)
    elif (ours and theirs) or not (inside := list(_inside(ours or theirs, steps))):
        yield path, AttributeDrift(path=path, declared=ours, live=theirs)
    else:
        for step, value in inside:
            if _said(value, (*steps, step), form) is not None:
                declared, live = (value, None) if ours else (None, value)
                yield from _spread((*steps, step), declared, live, form)


def _is_hollow(ours: Json, theirs: Json, steps: Steps, form: CanonicalForm) -> bool:
    """Tell whether both sides have blocks, but those of one say nothing: only the others' keys differ."""
    if not ours or not theirs or not isinstance(ours, dict | list) or type(ours) is not type(theirs):
        return False
    return (_said(ours, steps, form) is None) != (_said(theirs, steps, form) is None)


def _said(value: Json, steps: Steps, form: CanonicalForm) -> Canonical:
    *before, last = steps
    outer = _pattern(tuple(before), form)
    if isinstance(last, int):
        return form.of_element(value, outer)
    return form.of(value, _pattern(steps, form)) if not outer or form.counts(outer, last) else None


def _inside(value: Json, steps: Steps) -> Iterator[tuple[str | int, Json]]:
    """Yield what is named one by one: elements of a list, and keys of a map, but not of a block."""
    if not isinstance(value, dict) or not isinstance(steps[-1], int):
        yield from _all_inside(value)


def _all_inside(value: Json) -> Iterator[tuple[str | int, Json]]:
    if isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, dict):
        yield from value.items()


def _only_in(one: list[Json], other: list[Json], form: CanonicalForm, pattern: str) -> list[Json]:
    """Return the elements of `one` that `other` lacks, in canonical order."""
    spare = Counter(text for text, _ in _texts(other, form, pattern))
    only = []
    for text, element in sorted(_texts(one, form, pattern), key=lambda pair: pair[0]):
        if spare[text]:
            spare[text] -= 1
        else:
            only.append(element)
    return only


def _texts(members: list[Json], form: CanonicalForm, pattern: str) -> Iterator[tuple[str, Json]]:
    for element in members:
        if (found := form.of_element(element, pattern)) is not None:
            yield element_text(found), element


def _joined(one: AttributeDrift, other: AttributeDrift) -> AttributeDrift:
    """Return one drift for an element that left a list and another that took its index."""
    return replace(
        one,
        declared=other.declared if one.declared is None else one.declared,
        live=other.live if one.live is None else one.live,
    )


def _value_at(value: Json, steps: Steps) -> Json:
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _pattern(steps: Steps, form: CanonicalForm) -> str:
    """Return the path through `steps` as schemas write it."""
    pattern = ""
    for step in steps:
        if isinstance(step, int):
            pattern += "[]"
        else:
            pattern = form.under(pattern, step) if pattern else step
    return pattern
