"""What looks like drift of a resource, but is declared as a resource of its own.

A security group whose rules are separate resources lists them in `ingress`. They are no
drift of the group; a rule that no resource declares is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.detection import Companion, DetectRules
from drift.model.finding import AttributeDrift
from drift.model.path import first_name
from drift.model.resource import Found, Json, LiveReading, NotRead
from drift.stages.detect.canonical import document_text, elements, scalar_text

TRUE, FALSE = '"true"', '"false"'
"""Booleans in canonical form."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Child:
    """A declared child, and the row by which it belongs to its parent."""

    row: Companion
    resource: DeclaredResource


class Children:
    """The declared resources that show up again in an attribute of another one.

    `readings` holds what was read of each by the `id()` of its declaration. What is different
    in a child is the child's own drift, so both its sides explain what its parent shows.
    """

    def __init__(
        self, declarations: Iterable[Declaration], readings: Mapping[int, LiveReading], rules: DetectRules
    ) -> None:
        self._documents = rules.documents
        self._readings = readings
        self._by_parent: dict[tuple[str, str, str], list[_Child]] = defaultdict(list)
        rows: dict[str, list[Companion]] = defaultdict(list)
        for row in rules.companions:
            rows[row.child].append(row)
        for declaration in declarations:
            for resource in declaration.resources:
                for row in rows.get(resource.type, ()):
                    if _fits(resource, row):
                        parent = str(resource.attributes.get(row.names_parent_by))
                        child = _Child(row=row, resource=resource)
                        self._by_parent[row.parent, row.attribute, parent].append(child)

    def unexplained(self, parent: DeclaredResource, drift: AttributeDrift) -> AttributeDrift | None:
        """Return what is left of a drift of `parent` when its declared children are taken away.

        Whether a child that could not be read is still there is not known, so it explains
        nothing that the parent has lost.
        """
        children = list(self._of(parent, first_name(drift.path)))
        if not children:
            return drift
        read = [child for child in children if not isinstance(self._reading(child), NotRead)]
        if any(child.row.owns_all for child in read):
            return None
        ours = [one for one in elements(drift.declared) if not self._explain(read, one)]
        theirs = [one for one in elements(drift.live) if not self._explain(children, one)]
        if not ours and not theirs:
            return None
        if isinstance(drift.declared, list) and isinstance(drift.live, list):
            return replace(drift, declared=ours, live=theirs)
        return drift

    def _reading(self, child: _Child) -> LiveReading | None:
        return self._readings.get(id(child.resource))

    def _of(self, parent: DeclaredResource, attribute: str) -> Iterator[_Child]:
        named = (parent.resource_id, parent.attributes.get("arn"), parent.attributes.get("name"))
        for name in {name for name in named if isinstance(name, str)}:
            for child in self._by_parent.get((parent.type, attribute, name), ()):
                # Names repeat from account to account: a role `admin` stands in each of them.
                if None in (accounts := {child.resource.account, parent.account}) or len(accounts) == 1:
                    yield child

    def _explain(self, children: list[_Child], element: Json) -> bool:
        """Tell whether every part of the element is what one of the children says."""
        rows = {id(child.row): child.row for child in children}.values()
        return any(
            self._cover([child for child in children if child.row is row], element, row) for row in rows
        )

    def _cover(self, children: list[_Child], element: Json, row: Companion) -> bool:
        said = [self._scalars(side) for child in children for side in self._sides(child)]
        parts = [part for part in self._parts(element, row) if part]
        return bool(parts) and all(any(part <= one for one in said) for part in parts)

    def _sides(self, child: _Child) -> Iterator[Json]:
        yield child.resource.attributes
        if isinstance(reading := self._reading(child), Found):
            yield reading.resource.attributes

    def _parts(self, element: Json, row: Companion) -> Iterator[frozenset[str]]:
        """Take an element apart: what it says once, together with one item of its lists at a time.

        A cloud puts rules with the same ports into one element with many addresses.
        """
        if not isinstance(element, dict):
            yield self._scalars(element)
            return
        values = [value for key, value in element.items() if not row.fields or key in row.fields]
        lists = [value for value in values if isinstance(value, list)]
        items = [self._scalars(item) for items in lists for item in items]
        items += [frozenset({TRUE}) for value in values if value is True]
        once = self._scalars([value for value in values if not isinstance(value, list | bool)])
        yield from (once | item for item in items or [frozenset()])

    def _scalars(self, value: Json) -> frozenset[str]:
        """Return every scalar inside, in canonical form, but what only says that nothing is set."""
        return frozenset(text for text in self._texts(value) if text is not None and text != FALSE)

    def _texts(self, value: Json) -> Iterator[str | None]:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                yield from self._texts(inner)
        elif isinstance(value, str):
            yield document_text(value, self._documents)
        else:
            yield scalar_text(value)


def _fits(child: DeclaredResource, row: Companion) -> bool:
    return all(
        scalar_text(child.attributes.get(key)) == scalar_text(value) for key, value in row.where.items()
    )
