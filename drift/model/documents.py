"""JSON documents inside texts, policies for example: of two, a reader wants only what differs."""

import json

from drift.model.resource import Json


def differing_parts(declared: Json, live: Json) -> tuple[Json, Json] | None:
    """Return what each of two JSON texts says that the other does not; `None` if they are no documents."""
    if not (isinstance(declared, str) and isinstance(live, str) and declared[:1] == live[:1] == "{"):
        return None
    try:
        return _differing(json.loads(declared), json.loads(live))
    except (ValueError, RecursionError):
        return None


def _differing(one: Json, other: Json) -> tuple[Json, Json]:
    """Leave out what both sides say."""
    match one, other:
        case dict(), dict():
            parts = {
                name: _differing(one.get(name), other.get(name))
                for name in {**one, **other}
                if one.get(name) != other.get(name)
            }
            return {name: part[0] for name, part in parts.items()}, {
                name: part[1] for name, part in parts.items()
            }
        case list(), list():
            mine = [element for element in one if element not in other]
            theirs = [element for element in other if element not in one]
            if len(mine) == len(theirs) == 1:
                pair = _differing(mine[0], theirs[0])
                return [pair[0]], [pair[1]]
            return mine, theirs
        case _:
            return one, other
