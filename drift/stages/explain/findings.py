"""Links each difference to the write that made it so: the latest one that fits.

What no write explains says so. A difference that only an apply made which may still be under way
is no finding yet: the state that says the same is about to be written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from drift.model.attribution import AttributionRules
from drift.model.baseline import DeclaredResource
from drift.model.change import Write
from drift.model.finding import AttributeDrift, Comparison, DriftFinding, FindingKind
from drift.model.survey import ByPlace
from drift.model.verdict import Channel
from drift.stages.explain.fits import Attribute, Spoken
from drift.stages.explain.parts import IDLE, difference_of
from drift.stages.explain.said import scalars


def explain(
    comparison: Comparison,
    written: Mapping[str, Sequence[Write]],
    declared: ByPlace,
    rules: AttributionRules,
    now: datetime,
) -> Comparison:
    """Return the comparison with the writes that made each finding so.

    `written` are the writes to each finding's resource, by its id and in order of time; `declared` are
    the resources by state and address.
    """
    every = {write.event.key: write for some in written.values() for write in some}
    spoken = {key: Spoken(write, rules) for key, write in every.items()}
    found: list[DriftFinding] = []
    settling: list[DriftFinding] = []
    for finding in comparison.findings:
        latest = [spoken[write.event.key] for write in reversed(written.get(finding.finding_id, ()))]
        explained = _explained(finding, latest, declared.get((finding.state, finding.address)), rules)
        by_key = {one.write.event.key: one.write for one in latest}
        (settling if _is_settling(explained, by_key, rules, now) else found).append(explained)
    return replace(comparison, findings=tuple(found), settling=tuple(settling))


def _explained(
    finding: DriftFinding,
    latest: Sequence[Spoken],
    declared: DeclaredResource | None,
    rules: AttributionRules,
) -> DriftFinding:
    match finding.kind:
        case FindingKind.UNMANAGED:
            makers = [one for one in latest if one.verb in rules.creating]
            upserts = [one for one in latest if one.verb in rules.upserting]
            return replace(finding, explained_by=_keys(makers[:1] or upserts[-1:]))
        case FindingKind.MISSING:
            unmakers = [one for one in latest if _took_away(one, finding, declared, rules)]
            return replace(finding, explained_by=_keys(unmakers[:1]))
        case _:
            attributes = tuple(_attribute(finding.type, one, latest, rules) for one in finding.attributes)
            keys = {key for one in attributes for key in one.explained_by}
            by_time = [one for one in latest if one.write.event.key in keys]
            return replace(finding, attributes=attributes, explained_by=_keys(by_time))


def _attribute(
    type_: str, drift: AttributeDrift, latest: Sequence[Spoken], rules: AttributionRules
) -> AttributeDrift:
    attribute = Attribute.at(type_, drift.path, rules, is_hidden=drift.sensitive)
    difference = difference_of(drift)
    makers = [
        *(next((one for one in latest if one.made(attribute, part)), None) for part in difference.came),
        *(next((one for one in latest if one.unmade(attribute, part)), None) for part in difference.went),
    ]
    known = {one.write.event.key for one in makers if one is not None}
    by_time = [one for one in latest if one.write.event.key in known]
    return replace(
        drift,
        explained_by=_keys(by_time),
        is_explained=bool(makers) and None not in makers,
    )


def _took_away(
    one: Spoken, finding: DriftFinding, declared: DeclaredResource | None, rules: AttributionRules
) -> bool:
    """Tell whether a write may have removed a resource.

    One that names what it is a part of must speak of this part, and of nothing else.
    """
    if one.verb not in rules.removing:
        return False
    named = one.write.event.resources
    if any(each.id == finding.resource_id for each in named):
        return True
    if declared is None:
        return False
    names = [name for name in rules.naming.names_of(declared) if name.of_type is None]
    if any(name.fits(each.id) for name in names for each in named):
        return True
    spoken_of = {each.value for each in one.said if not (each.names and each.names[-1] in rules.silent)}
    return bool(spoken_of - IDLE) and spoken_of - IDLE <= scalars(declared.attributes)


def _keys(latest: Sequence[Spoken]) -> tuple[str, ...]:
    """Return the keys of writes that are given the latest first, in order of time."""
    return tuple(one.write.event.key for one in reversed(latest))


def _is_settling(
    finding: DriftFinding, writes: Mapping[str, Write], rules: AttributionRules, now: datetime
) -> bool:
    is_whole = bool(finding.explained_by) and all(one.is_explained for one in finding.attributes)
    return is_whole and all(_is_settling_write(writes[key], rules, now) for key in finding.explained_by)


def _is_settling_write(write: Write, rules: AttributionRules, now: datetime) -> bool:
    at = write.event.occurred_at
    is_apply = write.classification.channel is Channel.PIPELINE
    return is_apply and at is not None and now - at < rules.settle_window
