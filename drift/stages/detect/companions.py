"""What looks like drift of a resource, but is declared as a resource of its own.

A security group whose rules are separate resources lists them in `ingress`. They are no
drift of the group; a rule that no resource declares is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from drift.model.baseline import Declaration, DeclaredResource
from drift.model.companion import Companion
from drift.model.detection import DetectRules
from drift.model.finding import AttributeDrift
from drift.model.path import first_name, path_text
from drift.model.resource import Found, Json, LiveReading, NotRead
from drift.stages.detect.covered import Said, is_covered
from drift.stages.detect.scalars import elements, scalar_text
from drift.stages.detect.sides import declared_attributes

ANY_TYPE = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A declared child, the row by which it belongs to its parent, and what was read of it."""

    row: Companion
    resource: DeclaredResource
    reading: LiveReading | None

    @property
    def declared(self) -> Mapping[str, Json]:
        """What is declared of it."""
        return declared_attributes(self.resource, self.reading)


class Children:
    """The declared resources that show up again in an attribute of another one.

    `readings` holds what was read of each by the `id()` of its declaration. What is different
    in a child is the child's own drift, so both its sides explain what its parent shows.
    """

    def __init__(
        self, declarations: Iterable[Declaration], readings: Mapping[int, LiveReading], rules: DetectRules
    ) -> None:
        self._rules = rules
        self._by_parent: dict[tuple[str, str, str], list[Child]] = defaultdict(list)
        rows: dict[str, list[Companion]] = defaultdict(list)
        for row in rules.companions:
            rows[row.child].append(row)
        for declaration in declarations:
            for resource in declaration.resources:
                for row in rows.get(self._type_of(resource), ()):
                    child = Child(row=row, resource=resource, reading=readings.get(id(resource)))
                    for name in _names_of_parent(child):
                        self._by_parent[row.parent, row.attribute, name].append(child)

    def every_of(self, parent: DeclaredResource) -> Iterator[DeclaredResource]:
        """Yield what may explain anything of `parent`, some of it more than once."""
        types = {parent.type, self._type_of(parent), ANY_TYPE}
        for row in self._rules.companions:
            if row.parent in types:
                for name in _texts_of(parent):
                    found = self._by_parent.get((row.parent, row.attribute, name), ())
                    yield from (child.resource for child in found if child.row is row)

    def unexplained(self, parent: DeclaredResource, drift: AttributeDrift) -> AttributeDrift | None:
        """Return what is left of a drift of `parent` when its declared children are taken away.

        Whether a child that could not be read is still there is not known, so it explains
        nothing that the parent has lost, and of what it has gained only what the child declares.
        """
        children = list(self._of(parent, drift))
        if not children:
            return drift
        read = [child for child in children if not isinstance(child.reading, NotRead)]
        if any(child.row.owns_all for child in read):
            return None
        ours = [one for one in elements(drift.declared) if not self._is_said(read, one, parent)]
        theirs = [one for one in elements(drift.live) if not self._is_said(children, one, parent)]
        if not ours and not theirs:
            return None
        if isinstance(drift.declared, list) and isinstance(drift.live, list):
            return replace(drift, declared=ours, live=theirs)
        return drift

    def _type_of(self, resource: DeclaredResource) -> str:
        return self._rules.same_types.get(resource.type, resource.type)

    def _of(self, parent: DeclaredResource, drift: AttributeDrift) -> Iterator[Child]:
        attribute = first_name(drift.path)
        seen: set[tuple[int, int]] = set()
        for type_ in {parent.type, self._type_of(parent), ANY_TYPE}:
            for name in _texts_of(parent):
                for child in self._by_parent.get((type_, attribute, name), ()):
                    key = (id(child.row), id(child.resource))
                    if key not in seen and _belongs(child, parent, name, drift):
                        seen.add(key)
                        yield child

    def _is_said(self, children: list[Child], element: Json, parent: DeclaredResource) -> bool:
        """Tell whether every part of the element is what children by one of the rows say."""
        rows = {id(child.row): child.row for child in children}.values()
        return any(
            is_covered(element, row, _said(children, row), parent.resource_id, self._rules.documents)
            for row in rows
        )


def _said(children: Iterable[Child], row: Companion) -> list[Said]:
    """Return each side of the children of one row, without what names the parent."""
    sides = [
        side
        for child in children
        if child.row is row
        for side in (
            child.declared,
            child.reading.resource.attributes if isinstance(child.reading, Found) else None,
        )
        if side is not None
    ]
    return [{key: value for key, value in side.items() if key != row.names_parent_by} for side in sides]


def _names_of_parent(child: Child) -> Iterator[str]:
    declared = child.declared
    if all(scalar_text(declared.get(key)) == scalar_text(value) for key, value in child.row.where.items()):
        for name in elements(declared.get(child.row.names_parent_by)):
            if isinstance(name, str):
                yield name.casefold()  # Azure writes ids now in capitals, now in small letters


def _texts_of(parent: DeclaredResource) -> frozenset[str]:
    """Return every text of the parent by which a child might name it."""
    texts = (*parent.attributes.values(), parent.resource_id)
    return frozenset(text.casefold() for text in texts if isinstance(text, str) and text)


def _belongs(child: Child, parent: DeclaredResource, name: str, drift: AttributeDrift) -> bool:
    row = child.row
    if not any(name == _named(parent, key) for key in row.parent_names):
        return False
    # Names repeat from account to account: a role `admin` stands in each of them.
    if None not in (accounts := {child.resource.account, parent.account}) and len(accounts) > 1:
        return False
    if row.map_key and drift.path != path_text((row.attribute, str(child.declared.get(row.map_key)))):
        return False
    return all(_is_alike(child.declared.get(key), parent.attributes.get(key)) for key in row.alike)


def _named(parent: DeclaredResource, key: str) -> str:
    named = parent.attributes.get(key) or (parent.resource_id if key == "id" else None)
    return str(named).casefold()


def _is_alike(one: Json, other: Json) -> bool:
    """Tell whether two values are the same, where both are known."""
    return one is None or other is None or str(one).casefold() == str(other).casefold()
