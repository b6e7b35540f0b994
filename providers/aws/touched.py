"""The resources that a call touched, by the map's row for it or by what looks like an id."""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

from drift.model.resource import Json, Resource
from providers.aws.contents import Contents
from providers.aws.request import nodes, texts_at
from providers.aws.resources import ANY_TYPE, ResourceMap, ResourceRow

MAX_RESOURCES = 500
"""One call touches fewer; a forged one may name millions."""

_PREFIXED = re.compile(r"[a-z]+(-[a-z]+)?-[0-9a-f]{8,17}")


def touched(row: ResourceRow | None, contents: Contents, known: ResourceMap) -> tuple[Resource, ...]:
    """Return the resources of a call, each once, in the record's order."""
    found = list(islice(_by_row(row, contents, known), MAX_RESOURCES)) if row else []
    if not found:
        ids = islice(_guessed(contents, known), MAX_RESOURCES)
        found = [Resource(type=known.type_of(one), id=one) for one in ids]
    return tuple(dict.fromkeys(found))


def listed(contents: Contents, known: ResourceMap) -> tuple[Resource, ...]:
    """Return the resources that the record itself lists, for calls whose parameters name none."""
    ids = dict.fromkeys(islice(texts_at(contents.resources, "ARN"), MAX_RESOURCES))
    return tuple(Resource(type=known.type_of(one), id=one) for one in ids)


def _by_row(row: ResourceRow, contents: Contents, known: ResourceMap) -> Iterator[Resource]:
    likeliest = row.refined(contents.request).type or row.types[0]
    for resource_id in _joined(row, _ids(row, contents), contents):
        kind = known.type_of(resource_id) if likeliest == ANY_TYPE else likeliest
        yield Resource(type=kind, id=resource_id)


def _ids(row: ResourceRow, contents: Contents) -> list[str]:
    """Return the ids at the first path that holds any, else whatever text stands where one should."""
    texts = [list(_texts(contents, path)) for path in row.ids]
    plain = ([one for text in there if (one := row.plain(text))] for there in texts)
    return next(filter(None, plain), None) or next(filter(None, texts), [])


def _joined(row: ResourceRow, ids: list[str], contents: Contents) -> list[str]:
    children = [text for path in row.child for text in _texts(contents, path)]
    if row.joined_by is None or len(ids) != 1 or len(children) != 1:
        return ids
    return [f"{ids[0]}{row.joined_by}{children[0]}"]


def _guessed(contents: Contents, known: ResourceMap) -> Iterator[str]:
    for path in known.fallbacks:
        if found := list(_texts(contents, path, known.not_ids)):
            yield from found
            return
    for _, value in nodes([contents.request, contents.response]):
        if isinstance(value, str) and _PREFIXED.fullmatch(value) and known.type_of(value):
            yield value


def _texts(contents: Contents, path: str, without: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the texts at `path`. What stood in the call's URL may still be encoded."""
    part, _, rest = path.partition(".")
    for text in texts_at(_without(contents.part(part.removesuffix("[]")), without), rest):
        yield unquote(text) if "%3A" in text or "%2F" in text else text


def _without(root: Json, keys: tuple[str, ...]) -> Json:
    if not keys or not isinstance(root, dict):
        return root
    folded = {key.lower() for key in keys}
    return {key: value for key, value in root.items() if key.lower() not in folded}
