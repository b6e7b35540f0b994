"""The resources that a call touched, by the map's row for it or by what looks like an id."""

import re
from collections.abc import Iterator
from itertools import islice

from drift.model.resource import Resource
from providers.aws.contents import Contents, record_path
from providers.aws.resources import ANY_TYPE, Refinement, ResourceMap, ResourceRow
from providers.raw_json import nodes

MAX_RESOURCES = 500
"""One call touches fewer; a forged one may name millions."""

_LISTED = record_path("resources[].ARN")
_PREFIXED = re.compile(r"[a-z]+(-[a-z]+)?-[0-9a-f]{8,17}")


def touched(
    row: ResourceRow | None, refined: Refinement, contents: Contents, known: ResourceMap
) -> tuple[Resource, ...]:
    """Return the resources of a call, each once, in the record's order."""
    found = _by_row(row, refined, contents, known) if row else []
    if not found:
        ids = dict.fromkeys(islice(_guessed(contents, known), MAX_RESOURCES))
        found = [Resource(type=known.type_of(one), id=one) for one in ids]
    return tuple(found)


def listed(contents: Contents, known: ResourceMap) -> tuple[Resource, ...]:
    """Return the resources that the record itself lists, for calls whose parameters name none."""
    ids = dict.fromkeys(contents.texts_at(_LISTED)[:MAX_RESOURCES])
    return tuple(Resource(type=known.type_of(one), id=one) for one in ids)


def _by_row(row: ResourceRow, refined: Refinement, contents: Contents, known: ResourceMap) -> list[Resource]:
    likeliest = refined.type or row.types[0]
    ids = _ids(row, contents)
    if row.joined_by is not None and len(ids) == 1:
        ids = _joined(row, ids, row.joined_by, contents)
    if len(ids) > 1:
        ids = list(dict.fromkeys(ids[:MAX_RESOURCES]))
    if likeliest == ANY_TYPE:
        return [Resource(type=known.type_of(one), id=one) for one in ids]
    return [Resource(type=likeliest, id=one) for one in ids]


def _ids(row: ResourceRow, contents: Contents) -> list[str]:
    """Return the ids at the first path that holds any, else whatever text stands where one should."""
    first: list[str] = []
    for path in row.id_paths:
        texts = contents.texts_at(path)
        if texts and (plain := row.plain(texts)):
            return plain
        first = first or texts
    return first


def _joined(row: ResourceRow, ids: list[str], sign: str, contents: Contents) -> list[str]:
    children = [text for path in row.child_paths for text in contents.texts_at(path)]
    return [f"{ids[0]}{sign}{children[0]}"] if len(children) == 1 else ids


def _guessed(contents: Contents, known: ResourceMap) -> Iterator[str]:
    for path in known.fallback_paths:
        if found := contents.texts_at(path):
            yield from found
            return
    for _, value in nodes([contents.request, contents.response]):
        if isinstance(value, str) and _PREFIXED.fullmatch(value) and known.type_of(value):
            yield value
