"""Which names in a directory prove who somebody is, and make a person of them.

A name proves something if nobody else has it and its owner cannot choose it: whoever could give themselves
the address of another would be that other. So display names are never taken, nor second addresses.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from drift.errors import ProviderResponseError
from drift.model.person import Person

LONGEST = 320
"""Characters of a mail address, at most (RFC 3696); what is longer is no name."""


def person_of(*names: object) -> Person | None:
    """Return whoever has these names, the first of which stands for the person; what is none is left out."""
    sound: dict[str, str] = {}
    for name in filter(None, map(_sound, names)):
        sound.setdefault(name.lower(), name)
    if not sound:
        return None
    first, *others = sound.values()
    return Person(name=first, names=tuple(others))


def each_once(people: Iterable[Person | None]) -> Sequence[Person]:
    """Return everybody once: entries under one name are one person, with the names of all."""
    found: dict[str, Person] = {}
    for one in people:
        if one is not None:
            key = one.name.lower()
            known = found.get(key)
            found[key] = person_of(one.name, *known.names, *one.names) or one if known else one
    return list(found.values())


def entry_of(body: bytes, what: str) -> Mapping[str, object]:
    """Return an entry of a directory.

    Raises:
        ProviderResponseError: It is none.
    """
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ProviderResponseError(
            f"{what}: an entry is not what it should be: {error}", hint="if it happens again, report it"
        ) from error


def text_at(entry: Mapping[str, object], *path: str) -> str | None:
    """Return the text that stands there in an entry, if one does."""
    found: object = entry
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else None


def needed(entry: Mapping[str, object], *path: str, what: str) -> str:
    """Return the text that every entry has there.

    Raises:
        ProviderResponseError: This one has not.
    """
    found = text_at(entry, *path)
    if not found:
        raise ProviderResponseError(
            f"{what}: an entry has no {'.'.join(path)}", hint="if it happens again, report it"
        )
    return found


def texts_at(entry: Mapping[str, object], key: str) -> Sequence[str]:
    """Return the texts in a list of an entry; none where there is no such list."""
    found = entry.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _sound(name: object) -> str | None:
    text = name.strip() if isinstance(name, str) else ""
    return text if text and len(text) <= LONGEST and text.isprintable() else None
