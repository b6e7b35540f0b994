"""Which resources a call touched: the rows of `resources.json`.

Each row names calls and, likeliest first, the forms that their resource can have: Terraform's
type, and how Terraform writes its id. What stands in braces in a form is, in this order of
looking: `{project}` the project's id, `{name}` the resource's own name, `{location}` its zone,
location or region, `{email}` its service account; `{instances}` the name within that collection
of the resource's name; `{request.parent}` or `{response.name}` a text of the entry. The first
form of which everything is known counts. `source` tells where a row comes from: `entry` (seen
in real entries), `expert` (from documentation alone).
"""

from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from drift.model.resource import Json
from drift.model.verdict import Confidence, Lane
from providers.gcp.reading import folded
from providers.gcp.request import masked

RESOURCES = Path(__file__).with_name("resources.json")


class Kind(StrEnum):
    """What a call does to the resource."""

    UPDATE = "update"
    IAM = "iam"
    IAC = "iac"
    """Carries out infrastructure code."""
    GRANT = "grant"
    """Asks for access, or gives it."""
    RUNTIME = "runtime"
    DEPLOY = "deploy"
    DATA = "data"


_EFFECTS = {
    Kind.GRANT: Effect.AUTH,
    Kind.RUNTIME: Effect.RUNTIME,
    Kind.DEPLOY: Effect.DEPLOY,
    Kind.DATA: Effect.DATA,
}


class Refinement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an update means that is about these fields alone: the first that fits counts."""

    fields: tuple[str, ...]
    """A field includes what lies in it."""
    effect: Effect | None = None
    lane: Lane | None = None

    def fits(self, request: Json) -> bool:
        """Tell whether the update's mask names nothing but these fields."""
        paths = masked(request)
        known = tuple(folded(one) for one in self.fields)
        return bool(paths) and all(
            path in known or path.startswith(tuple(f"{one}." for one in known)) for path in paths
        )


AS_IT_STANDS = Refinement(fields=())


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A type that the resource may have in the code, and the form of its id."""

    type: str
    id: str


class ResourceRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls of one kind and the resources they touch."""

    service: str
    methods: tuple[str, ...]
    kind: Kind
    forms: tuple[Form, ...]
    confidence: Confidence
    source: str
    when: tuple[Refinement, ...] = ()
    note: str | None = None

    def __post_init__(self) -> None:
        if not self.methods or not self.forms:
            raise ValueError("a row needs methods, and a form of the id")

    @property
    def effect(self) -> Effect:
        """What the call does when it succeeds."""
        return _EFFECTS.get(self.kind, Effect.WRITE)

    def refined(self, request: Json) -> Refinement:
        """Return what these parameters make of the call."""
        return next((one for one in self.when if one.fits(request)), AS_IT_STANDS)


class ResourceMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """All of `resources.json`."""

    rows: tuple[ResourceRow, ...]

    @cached_property
    def _by_call(self) -> dict[tuple[str, str], ResourceRow]:
        found: dict[tuple[str, str], ResourceRow] = {}
        for row in self.rows:
            for method in row.methods:
                found.setdefault((row.service, method), row)
        return found

    @property
    def opening_services(self) -> tuple[bytes, ...]:
        """The services whose calls later calls rest on: each stands in every entry on one."""
        opening = {row.service for row in self.rows if row.kind in (Kind.GRANT, Kind.IAC)}
        return tuple(service.encode() for service in sorted(opening))

    def row(self, service: str | None, method: str | None) -> ResourceRow | None:
        """Return the row of a call."""
        return self._by_call.get((service or "", method or ""))


def load_resources(own: str = "") -> ResourceMap:
    """Return the map that ships with the program, below the rows of the user's `own` text.

    Raises:
        ValueError: `own` is no JSON, or a row of it is not as it must be.
    """
    return _shipped() if not own else parse_resources(RESOURCES.read_text(encoding="utf-8"), own)


@lru_cache(maxsize=1)
def _shipped() -> ResourceMap:
    return parse_resources(RESOURCES.read_text(encoding="utf-8"))


def parse_resources(text: str, own: str = "") -> ResourceMap:
    """Check the map against its types; raise `ValueError` at the first misfit."""
    shipped = msgspec.json.decode(text, type=ResourceMap)
    if not own:
        return shipped
    return ResourceMap(rows=(*msgspec.json.decode(own, type=ResourceMap).rows, *shipped.rows))
