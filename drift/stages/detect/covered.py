"""Does what children say make up an element of their parent's attribute?

The same key must say the same on both sides. Where the child calls it otherwise (`security_groups`,
`source_security_group_id`), what the element says must stand somewhere in the child.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from drift.model.companion import Companion
from drift.model.equivalence import DocumentForm
from drift.model.resource import Json
from drift.stages.detect.documents import document_text
from drift.stages.detect.scalars import leaves, scalar_text

TRUE, FALSE = '"true"', '"false"'
"""Booleans in canonical form."""

Said: TypeAlias = Mapping[str, Json]
"""The attributes of a child, declared or live."""

Part: TypeAlias = Mapping[str | None, frozenset[str]]
"""What one part of an element says, by its key; `None` is the key of what stands alone."""


def is_covered(
    element: Json,
    row: Companion,
    said: Sequence[Said],
    parent_id: str | None,
    documents: tuple[DocumentForm, ...],
) -> bool:
    """Tell whether every part of the element is said by a child."""
    if isinstance(element, dict) and not _fits(element, row.element):
        return False
    texts = _Texts(documents)
    parts = [part for part in _parts(element, row, parent_id, texts) if any(part.values())]
    return bool(parts) and all(any(_says(one, part, texts) for one in said) for part in parts)


class _Texts:
    """Every scalar inside a value, in canonical form, but what only says that nothing is set."""

    def __init__(self, documents: tuple[DocumentForm, ...]) -> None:
        self._documents = documents

    def of(self, value: Json) -> frozenset[str]:
        texts = (self._text(leaf) for leaf in leaves(value))
        return frozenset(text for text in texts if text is not None and text != FALSE)

    def _text(self, leaf: Json) -> str | None:
        return document_text(leaf, self._documents) if isinstance(leaf, str) else scalar_text(leaf)


def _says(child: Said, part: Part, texts: _Texts) -> bool:
    everything = texts.of(list(child.values()))
    return all(
        said <= (everything if key is None or key not in child else texts.of(child[key]))
        for key, said in part.items()
    )


def _parts(element: Json, row: Companion, parent_id: str | None, texts: _Texts) -> Iterator[Part]:
    """Take an element apart: what it says once, together with one item of its lists at a time.

    A cloud puts rules with the same ports into one element with many addresses.
    """
    if not isinstance(element, dict):
        yield {None: texts.of(element)}
        return
    values = {key: value for key, value in element.items() if not row.fields or key in row.fields}
    once = {key: texts.of(value) for key, value in values.items() if not isinstance(value, list | bool)}
    items: list[tuple[str | None, frozenset[str]]] = [
        (key, texts.of(item)) for key, value in values.items() if isinstance(value, list) for item in value
    ]
    if row.itself is not None and values.pop(row.itself, None) is True:
        items.append((None, texts.of(parent_id)))
    items += [(key, frozenset({TRUE})) for key, value in values.items() if value is True]
    yield from ({**once, key: said} for key, said in items)
    if not items:
        yield once


def _fits(values: Mapping[str, Json], wanted: Mapping[str, Json]) -> bool:
    return all(scalar_text(values.get(key)) == scalar_text(value) for key, value in wanted.items())
