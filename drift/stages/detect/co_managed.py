"""Is an attribute where an autoscaler or an automatic upgrade may have moved it?

Both share it with the code: the code declares where it starts and how far it may go.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.companion import CoManaged, Scaler
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift
from drift.model.glob import fits
from drift.model.path import without_indexes
from drift.model.resource import Json
from drift.stages.detect.scalars import elements, scalar_text

_STEP = re.compile(r"[^.\[\]]+|\[\d*\]")
_PLACE = re.compile(r"\{(\w+)\}")
_INDEX = re.compile(r"\[\d+\]")


class CoManagers:
    """The attributes that others may move, with the declared resources that move them."""

    def __init__(self, estate: Iterable[Declaration], rules: DetectRules) -> None:
        self._rows = rules.co_managed
        self._same_types = rules.same_types
        self._scalers: dict[str, list[DeclaredResource]] = defaultdict(list)
        types = {row.scaler.type for row in rules.co_managed if row.scaler}
        for declaration in estate:
            for resource in declaration.resources:
                if resource.type in types:
                    self._scalers[resource.type].append(resource)

    def may_have_moved(
        self, resource: DeclaredResource, declared: Mapping[str, Json], drift: AttributeDrift
    ) -> bool:
        """Tell whether what is there lies within the bounds that the code declares."""
        types = {resource.type, self._same_types.get(resource.type, resource.type)}
        path = without_indexes(drift.path)
        return any(
            _is_within_bounds(row, drift, bounds)
            for row in self._rows
            if row.attribute == path and any(fits(type_, one) for type_ in types for one in row.types)
            for bounds in self._bounds_of(row, resource, declared)
            if all(fits(_as_text(value_at(declared, at)), glob) for at, glob in row.where.items())
        )

    def _bounds_of(
        self, row: CoManaged, resource: DeclaredResource, declared: Mapping[str, Json]
    ) -> Iterator[Mapping[str, Json]]:
        """Yield the attributes that hold the bounds: the resource's own, or those of each of its scalers."""
        if row.scaler is None:
            yield declared
            return
        target = _target(row.scaler, resource.resource_id, declared)
        for scaler in self._scalers.get(row.scaler.type, ()):
            named = scaler.attributes.get(row.scaler.names_target_by)
            if target is not None and named == target and _is_of(scaler, row.scaler, resource):
                yield scaler.attributes


def value_at(attributes: Json, path: str, indexes: Iterable[int] = ()) -> Json:
    """Return what stands at `path`; each `[]` in it takes the next of `indexes`, or the first element."""
    value, rest = attributes, iter(indexes)
    for step in _STEP.findall(path):
        if step.startswith("["):
            index = next(rest, 0)
            value = value[index] if isinstance(value, list) and index < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _is_within_bounds(row: CoManaged, drift: AttributeDrift, bounds: Mapping[str, Json]) -> bool:
    if row.same_parts is not None:
        return _has_risen(_as_text(drift.declared), _as_text(drift.live), row.same_parts)
    indexes = [int(found[0][1:-1]) for found in _INDEX.finditer(drift.path)]
    low = _number(drift.declared if row.least is None else value_at(bounds, row.least, indexes))
    now = _number(drift.live)
    if now is None or low is None or now < low:
        return False
    if row.most is None:
        return True
    most = value_at(bounds, row.most, indexes)
    if row.endless is not None and scalar_text(most) in (None, scalar_text(row.endless)):
        return True
    high = _number(most)
    return high is not None and now <= high


def _has_risen(declared: str, live: str, same_parts: int) -> bool:
    was, now = _parts(declared), _parts(live)
    # A declared `8.0` leaves the rest to the cloud.
    return bool(was) and was[:same_parts] == now[: min(same_parts, len(was))] and now >= was


def _parts(version: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"[._-]", version) if part
    ]


def _number(value: Json) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _target(scaler: Scaler, resource_id: str | None, declared: Mapping[str, Json]) -> str | None:
    """Return what a scaler of the resource must name; of an ARN within it only the end."""
    if scaler.target == "{id}":
        return resource_id
    places = {name: declared.get(name) for name in _PLACE.findall(scaler.target)}
    if not all(isinstance(value, str) and value for value in places.values()):
        return None
    if scaler.target == f"{{{next(iter(places), '')}}}":
        return str(next(iter(places.values())))
    return _PLACE.sub(lambda found: re.split(r"[/:]", str(places[found[1]]))[-1], scaler.target)


def _is_of(declared: DeclaredResource, scaler: Scaler, resource: DeclaredResource) -> bool:
    if None not in (accounts := {declared.account, resource.account}) and len(accounts) > 1:
        return False
    if None not in (regions := {declared.region, resource.region}) and len(regions) > 1:
        return False
    return all(
        scalar_text(value) in map(scalar_text, elements(declared.attributes.get(key)))
        for key, value in scaler.where.items()
    )


def _as_text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
