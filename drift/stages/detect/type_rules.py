"""What do the tables say of one resource type? Looked up once for each type and path: both repeat."""

from collections.abc import Iterator, Mapping

from drift.model.detection import DetectRules
from drift.model.equivalence import Scalar, Spelling
from drift.model.glob import fits
from drift.model.resource import Json
from drift.stages.detect.spelling import ONE_WAY


class TypeRules:
    """The rows that fit one resource type."""

    def __init__(self, type_: str, rules: DetectRules) -> None:
        self.tables = rules
        self._types = {type_, rules.same_types.get(type_, type_)}
        self._spellings = [row for row in rules.spellings if self._is_about(row.types)]
        self._defaults: dict[str, Scalar] = {}
        for row in reversed(rules.defaults):  # the first row that fits counts
            if self._is_about(row.types):
                self._defaults |= row.values
        self.has_hints = any(row.form in ONE_WAY for row in self._spellings)
        self._by_path: dict[str, tuple[Spelling, ...]] = {}

    def spellings_at(self, path: str) -> tuple[Spelling, ...]:
        """Return in which ways a text at `path` is spelled; elements are spelled as their list is."""
        known = self._by_path.get(path)
        if known is None:
            outer = path.removesuffix("[]")
            self._by_path[path] = known = tuple(
                row for row in self._spellings if any(fits(outer, one) for one in row.attributes)
            )
        return known

    def default_at(self, path: str, resource: Mapping[str, Json]) -> Json:
        """Return the value that means the same as nothing at `path` of `resource`."""
        default = self._defaults.get(path)
        if isinstance(default, str) and default[:1] == "{" and default[-1:] == "}":
            return resource.get(default[1:-1])
        return default

    def cloud_keys(self, path: str) -> Iterator[str]:
        """Yield the globs of keys that the cloud adds to the map at `path`."""
        for row in self.tables.cloud_keys:
            if any(fits(path, one) for one in row.attributes):
                yield from row.keys

    def _is_about(self, types: tuple[str, ...]) -> bool:
        return any(fits(type_, one) for type_ in self._types for one in types)


class RulesByType:
    """The tables, by the resource type that is asked for."""

    def __init__(self, rules: DetectRules) -> None:
        self.tables = rules
        self._known: dict[str, TypeRules] = {}

    def of(self, type_: str) -> TypeRules:
        """Return what the tables say of a type."""
        if type_ not in self._known:
            self._known[type_] = TypeRules(type_, self.tables)
        return self._known[type_]
