"""The resources that a call touched, in the form in which Terraform writes their ids."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, product

from drift.model.resource import Resource
from providers.gcp.contents import Contents
from providers.gcp.names import ResourceName
from providers.gcp.request import text_at, texts_at
from providers.gcp.resources import ResourceRow

MAX_RESOURCES = 500
"""One call touches fewer; a forged one may name millions."""

_BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a call was about, as far as the entry says it."""

    name: ResourceName
    project: str | None
    labels: Mapping[str, str]
    contents: Contents

    def texts(self, place: str) -> list[str]:
        """Return what may stand in the braces of a form."""
        part, dot, path = place.partition(".")
        if dot:
            return list(islice(texts_at(self.contents.part(part), path), MAX_RESOURCES))
        found = {
            "project": self._project,
            "name": self.name.last,
            "location": self.name.location or self._labelled("location", "zone", "region"),
            "email": self._email,
        }.get(place, self.name.parts.get(place))
        return [found] if found else []

    @property
    def _project(self) -> str | None:
        return self.project or self.name.project

    @property
    def _email(self) -> str | None:
        """The address of the service account: its name holds a number, mostly."""
        in_name = self.name.parts.get("serviceAccounts", "")
        known = self._labelled("email_id") or text_at(self.contents.response, "email")
        return known or (in_name if "@" in in_name else None)

    def _labelled(self, *labels: str) -> str | None:
        return next((found for one in labels if (found := self.labels.get(one))), None)


def touched(row: ResourceRow | None, subject: Subject) -> tuple[Resource, ...]:
    """Return the resources of a call, each once; without a row, the one that the entry names."""
    for form in row.forms if row else ():
        if ids := _filled(form.id, subject):
            return tuple(dict.fromkeys(Resource(type=form.type, id=one) for one in ids))
    plain = subject.name.under(subject.project)
    kind = row.forms[-1].type if row else None
    return (Resource(type=kind, id=plain),) if plain else ()


def _filled(form: str, subject: Subject) -> list[str]:
    """Return the form with everything that stands in its braces, or nothing where something is not known.

    Places of the same list go together: names and types of records, say.
    """
    places = list(dict.fromkeys(_BRACES.findall(form)))
    found = [subject.texts(place) for place in places]
    if not all(found):
        return []
    listed = {len(texts) for texts in found if len(texts) > 1}
    if len(listed) == 1:
        count = listed.pop()
        rows: Iterable[tuple[str, ...]] = zip(
            *(texts if len(texts) > 1 else texts * count for texts in found), strict=True
        )
    else:
        rows = product(*found)
    return [_put(form, places, row) for row in islice(rows, MAX_RESOURCES)]


def _put(form: str, places: list[str], texts: tuple[str, ...]) -> str:
    known = dict(zip(places, texts, strict=True))
    return _BRACES.sub(lambda brace: known[brace[1]], form)
