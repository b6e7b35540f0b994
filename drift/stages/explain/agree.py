"""Does a change leave the code right?

It does where all it sets is what the code declared before, or what the code leaves to others.
Only what is wholly understood counts: a parameter that belongs to no attribute, a hidden value or
a call that takes something away leaves it open, and an open question is told.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from drift.model.attribution import AttributionRules
from drift.model.baseline import DeclaredResource
from drift.model.change import Change
from drift.model.finding import Agreement, Standing
from drift.model.path import is_within
from drift.stages.explain.fits import Attribute, Spoken
from drift.stages.explain.parts import parts_of
from drift.stages.explain.said import Said, folded, scalars, text_of

ALL = "*"
"""Stands for every attribute under `ignore_changes`."""


def agreement(
    change: Change,
    standing: Standing,
    declared: DeclaredResource,
    declared_since: datetime,
    rules: AttributionRules,
) -> Agreement | None:
    """Return why none of a change's writes departs from the code, or `None` if one does or may.

    What the state says only since after the write proves nothing: whoever ran Terraform from a laptop
    changed both. Nor does a call that sets what is declared and drops the rest: so what is there must
    have been read since, and be as declared.
    """
    found = {_of_write(Spoken(write, rules), declared, rules) for write in change.writes}
    if None in found or not found:
        return None
    if found == {Agreement.IGNORED}:
        return Agreement.IGNORED
    is_restored = standing.is_converged and declared_since <= change.began_at
    return Agreement.DECLARED if is_restored else None


def _of_write(one: Spoken, declared: DeclaredResource, rules: AttributionRules) -> Agreement | None:
    if one.verb in rules.removing:
        return None
    if ALL in declared.ignored:
        return Agreement.IGNORED
    settings = list(_settings(one, declared, rules))
    if not settings:
        return None
    attributes = {name: Attribute.at(declared.type, name, rules) for name in declared.attributes}
    verdicts = {_of_setting(setting, one, declared, attributes) for setting in settings}
    if None in verdicts:
        return None
    return Agreement.DECLARED if Agreement.DECLARED in verdicts else Agreement.IGNORED


def _settings(one: Spoken, declared: DeclaredResource, rules: AttributionRules) -> Iterator[Said]:
    """Yield what a call sets: not by what it names the resource, and not what sets nothing."""
    names = {name.text for name in rules.naming.names_of(declared)}
    for setting in one.said:
        is_silent = any(name in rules.silent for name in setting.names)
        if not is_silent and (setting.value or "").lower() not in names:
            yield setting


def _of_setting(
    setting: Said, one: Spoken, declared: DeclaredResource, known: Mapping[str, Attribute]
) -> Agreement | None:
    """Return how one parameter stands to the code, by the attribute that it sets."""
    attributes = [
        name
        for name, attribute in known.items()
        if setting in one.named(attribute) or one.is_about(attribute, frozenset())
    ]
    if not attributes or setting.value is None:
        return None
    if all(_is_ignored(name, declared) for name in attributes):
        return Agreement.IGNORED
    is_declared = any(_says(name, setting, one, declared) for name in attributes)
    return Agreement.DECLARED if is_declared else None


def _is_ignored(name: str, declared: DeclaredResource) -> bool:
    return any(is_within(name, outer) for outer in declared.ignored)


def _says(name: str, setting: Said, one: Spoken, declared: DeclaredResource) -> bool:
    """Tell whether the attribute says what the call set; of blocks, one of them must say all of it."""
    value = declared.attributes[name]
    if isinstance(value, dict):
        return any(
            folded(key) == setting.names[-1] and text_of(each) == setting.value for key, each in value.items()
        )
    if not (isinstance(value, list) and any(isinstance(block, dict) for block in value)):
        return (setting.value == "" and not scalars(value)) or bool(
            one.readings(setting.value or "") & scalars(value)
        )
    said = {each.value for each in one.said if each.value}
    blocks = [block for block in value if isinstance(block, dict)]
    return setting.value == "" or any(
        setting.value in part and part <= said for block in blocks for part in parts_of(block)
    )
