"""The form in which two values of an attribute that mean the same are equal.

- `null`, `""`, `[]`, `{}` and what holds nothing else are the same: providers turn one into the other.
- So is what the tables name as the default of a path.
- A number or a boolean is the same as its text: states of old providers hold the text.
- A set has no order.
- A JSON document inside a string is compared by what it says, other texts as the tables spell them.
- A key that no element of one side has was not read, or not known to the provider that
  wrote the state: it is left out. A key of a map is the user's own, so there it counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeAlias

from drift.model.glob import fits
from drift.model.path import maps_in, pattern_under
from drift.model.resource import Json, TypeSchema
from drift.stages.detect.documents import document_text
from drift.stages.detect.keys import element_keys, known_keys
from drift.stages.detect.meant import meant_by_each_other
from drift.stages.detect.scalars import element_text, scalar_text
from drift.stages.detect.sides import Sides
from drift.stages.detect.spelling import respelled
from drift.stages.detect.type_rules import TypeRules

Canonical: TypeAlias = Json
"""`None` for anything empty, a text for a scalar, a set or a document, else a list or a dict of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CanonicalForm:
    """Brings values of one attribute, declared and live, into the same form."""

    name: str
    resource: Mapping[str, Json]
    """All that is declared of the resource."""
    schema: TypeSchema
    rules: TypeRules
    maps: frozenset[str]
    """Paths of the maps of whose entries the schema says something."""
    shared_keys: Mapping[str, frozenset[str]]
    """Per path, the keys that elements of both sides have."""
    cloud_keys: frozenset[str]
    """Keys of the attribute's map that the cloud added by itself."""
    meant: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Per path, the texts that the other side says in short, with what it says."""

    @classmethod
    def for_pair(cls, sides: Sides, schema: TypeSchema, rules: TypeRules) -> "CanonicalForm":
        """Return the form for these two sides of an attribute."""
        maps = _maps(schema)
        ours, theirs = (
            known_keys(sides.declared, sides.stored, sides.name, maps),
            element_keys(sides.live, sides.name, maps),
        )
        return cls(
            name=sides.name,
            resource=sides.resource,
            schema=schema,
            rules=rules,
            maps=maps,
            shared_keys={path: frozenset(ours[path] & theirs[path]) for path in ours.keys() & theirs.keys()},
            cloud_keys=_cloud_keys(sides, rules),
        )

    def with_hints(self, sides: Sides) -> "CanonicalForm":
        """Return the form in which what one side says in short is what the other says in full."""
        if self.rules.has_hints and (meant := meant_by_each_other(sides, self.rules, self.maps)):
            return replace(self, meant=meant)
        return self

    def is_set(self, value: Json, path: str) -> bool:
        """Tell whether the list `value` has no order.

        Without a schema nobody knows, so only a single block is looked into.
        """
        if self.schema.sets or self.schema.computed:
            return path in self.schema.sets
        return not (len(value) == 1 and isinstance(value[0], dict))

    def of(self, value: Json, path: str) -> Canonical:
        """Return the canonical form of what stands at `path`, which is written as those of a schema are."""
        if isinstance(value, dict):
            return self._of_keys(value, path, value.keys())
        if isinstance(value, list):
            return self._of_list(value, path)
        said = self._of_text(value, path) if isinstance(value, str) else scalar_text(value)
        default = self.rules.default_at(path, self.resource)
        return None if default is not None and said == scalar_text(default) else said

    def of_element(self, value: Json, path: str) -> Canonical:
        """Return the canonical form of one element of the list or set at `path`."""
        inside = f"{path}[]"
        if not isinstance(value, dict):
            return self.of(value, inside)
        return self._of_keys(value, inside, value.keys() & self.shared_keys.get(inside, value.keys()))

    def counts(self, path: str, key: str) -> bool:
        """Tell whether anybody can declare what stands under `key` in the map or block at `path`."""
        if path == self.name and key in self.cloud_keys:
            return False
        return self.under(path, key) not in self.schema.computed

    def under(self, path: str, key: str) -> str:
        """Return the path of what stands under `key` in the map or block at `path`, as schemas write it."""
        return pattern_under(path, key, self.maps)

    def _of_keys(self, value: dict[str, Json], path: str, keys: Iterable[str]) -> Canonical:
        forms = {key: self.of(value[key], self.under(path, key)) for key in keys if self.counts(path, key)}
        return {key: form for key, form in forms.items() if form is not None} or None

    def _of_list(self, value: list[Json], path: str) -> Canonical:
        forms = [self.of_element(element, path) for element in value]
        if not self.is_set(value, path):
            return forms if any(form is not None for form in forms) else None
        return _set_text(forms)

    def _of_text(self, value: str, path: str) -> str | None:
        for spelling in self.rules.spellings_at(path):
            value = respelled(value, spelling)
        return document_text(self.meant.get((path, value), value), self.rules.tables.documents)


@lru_cache(maxsize=512)
def _maps(schema: TypeSchema) -> frozenset[str]:
    return maps_in(schema.sets | schema.computed)


def _cloud_keys(sides: Sides, rules: TypeRules) -> frozenset[str]:
    if not isinstance(sides.live, dict) or not (globs := list(rules.cloud_keys(sides.name))):
        return frozenset()
    ours = sides.declared if isinstance(sides.declared, dict) else {}
    return frozenset(key for key in sides.live if key not in ours and any(fits(key, glob) for glob in globs))


def _set_text(forms: Iterable[Canonical]) -> str | None:
    texts = sorted(element_text(form) for form in forms if form is not None)
    return f"[{','.join(texts)}]" if texts else None
