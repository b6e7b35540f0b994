"""One resource: what was changed on it and what was found, however calls name it."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from drift.reports.browse.filters import LONGEST_TEXT, NotUnderstood
from drift.reports.browse.places import Place, parse_place
from drift.reports.browse.resource_history import Asked, resource_history
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import within
from drift.web.change_rows import shown_to
from drift.web.finding_rows import rows_of
from drift.web.naming import for_reader
from drift.web.sifting import PLACE, TextField, how_many, pairs_of

PATH: Final = "/resources"

_TEXTS: Final[Mapping[str, str]] = {
    "address": "Address in the code",
    "type": "Type",
    "id": "Id, as the cloud has it",
}


def resource(ask: Ask) -> Response:
    """Show the history of a resource, the newest first; without one, ask for which."""
    given = {key: value.strip() for key, value in pairs_of(ask) if value.strip()}
    place = parse_place(given.get(PLACE, ""))
    wrong = tuple(_wrong(given, place))
    asked = Asked(address=given.get("address"), type=given.get("type"), id=given.get("id"))
    found = None
    if not wrong and (asked.address or asked.id):
        with ask.site.database.reading() as connection:
            found = resource_history(
                connection,
                asked,
                now=ask.now,
                within=within(ask),
                place=place,
                routing=ask.site.settings().routing,
            )
    name = asked.address or " ".join(filter(None, (asked.type, asked.id)))
    return answers.page(
        ask,
        "resource.html.j2",
        status=400 if wrong else 200,
        title=for_reader(ask, f"History of {name}") if found else "History of a resource",
        path=PATH,
        wrong=wrong,
        mended=PATH,
        texts=tuple(
            TextField(name=key, label=label, value=given.get(key, "")) for key, label in _TEXTS.items()
        ),
        found=found,
        declared=tuple(for_reader(ask, f"{one.address} in {one.state}") for one in found.declared)
        if found
        else (),
        rows=shown_to(ask, found.changes.rows) if found else (),
        findings=rows_of(ask, found.findings) if found and place is None else (),
        count=how_many(found.count, "change") if found else "",
        newer=_href(asked, found.changes.newer) if found and found.changes.newer else "",
        older=_href(asked, found.changes.older) if found and found.changes.older else "",
    )


def _wrong(given: Mapping[str, str], place: Place | None) -> Iterator[NotUnderstood]:
    for key, value in given.items():
        if key == PLACE:
            if place is None:
                yield NotUnderstood(key=key, value=value, why="it is no place in this list")
        elif key not in _TEXTS:
            yield NotUnderstood(key=key, value=value, why="there is no such filter")
        elif len(value) > LONGEST_TEXT * 4:
            yield NotUnderstood(key=key, value=value, why="no name of a resource is so long")
    if "type" in given and not {"id", "address"} & given.keys():
        yield NotUnderstood(key="type", value=given["type"], why="a type alone is no resource")


def _href(asked: Asked, place: Place) -> str:
    parts = {"address": asked.address, "type": asked.type, "id": asked.id, PLACE: str(place)}
    return f"{PATH}?{urlencode({key: value for key, value in parts.items() if value})}"
