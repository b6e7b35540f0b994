"""Which resources a call touched: the rows of `resources.json`.

Each row maps one call to Terraform's types, the likeliest first, and says where the
record holds the id. `match` names the attribute of the state that the id is compared
with and `child` the ids of what lies inside; matching against a state reads both.
`source` tells how sure a row is: `record` (seen in real records), `model` (checked
against the service's API model), `expert` (from documentation alone).
"""

import re
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from drift.model.event import Effect
from drift.model.resource import Json
from drift.model.verdict import Confidence, Lane
from providers.aws.contents import RecordPath, record_path
from providers.aws.request import get

RESOURCES = Path(__file__).with_name("resources.json")

ANY_TYPE = "*"


PathText: TypeAlias = Annotated[
    str, msgspec.Meta(pattern=r"^(requestParameters|responseElements|resources)(\[\])?(\.|$)")
]
"""A place in a record: `requestParameters.items[].groupId`."""


class Kind(StrEnum):
    """What a call does to the resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    TAG = "tag"
    RUNTIME = "runtime"
    DEPLOY = "deploy"
    DATA = "data"


_EFFECTS = {Kind.RUNTIME: Effect.RUNTIME, Kind.DEPLOY: Effect.DEPLOY, Kind.DATA: Effect.DATA}


class Refinement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a call means with these parameters: the first that fits counts."""

    only: tuple[str, ...] = ()
    """No parameter but these is set."""
    has: tuple[str, ...] = ()
    """One of these is named, even if AWS hides its value."""
    like: dict[str, str] = {}
    """The values of these parameters look so: expressions, searched anywhere unless anchored."""
    effect: Effect | None = None
    lane: Lane | None = None
    type: str | None = None

    def fits(self, request: Json) -> bool:
        """Tell whether the parameters are of this form."""
        if not isinstance(request, dict):
            return False
        given = {key.lower() for key, value in request.items() if value not in (None, "", {}, [])}
        allowed = {key.lower() for key in self.only}
        if self.only and not given <= allowed:
            return False
        if self.has and not any(get(request, key) is not None for key in self.has):
            return False
        return all(_fits(pattern, get(request, key)) for key, pattern in self.like.items())


def _fits(pattern: str, value: Json) -> bool:
    return isinstance(value, str) and re.search(pattern, value) is not None


AS_IT_STANDS = Refinement()


class ResourceRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One call and the resources it touches."""

    service: str
    event: str
    kind: Kind
    types: tuple[str, ...]
    match: str
    ids: tuple[PathText, ...]
    source: Literal["record", "model", "expert"]
    child: tuple[PathText, ...] = ()
    id_pattern: str | None = None
    """Its group is the id: the name within an ARN, for example."""
    joined_by: str | None = None
    """Terraform's id is the id and the child's with this between them."""
    when: tuple[Refinement, ...] = ()
    note: str | None = None

    @cached_property
    def id_paths(self) -> tuple[RecordPath, ...]:
        """Where the id may stand, the likeliest place first."""
        return tuple(map(record_path, self.ids))

    @cached_property
    def child_paths(self) -> tuple[RecordPath, ...]:
        """Where the ids of what lies inside stand."""
        return tuple(map(record_path, self.child))

    @property
    def effect(self) -> Effect:
        """What the call does when it succeeds."""
        return _EFFECTS.get(self.kind, Effect.WRITE)

    @property
    def confidence(self) -> Confidence:
        """How sure the row is: what nobody saw or checked against a model is known from documents alone."""
        return Confidence.MEDIUM if self.source == "expert" else Confidence.HIGH

    def refined(self, request: Json) -> Refinement:
        """Return what these parameters make of the call."""
        return next((one for one in self.when if one.fits(request)), AS_IT_STANDS)

    def plain(self, texts: list[str]) -> list[str]:
        """Return the ids within `texts`, without those that are no ids of this kind."""
        if self.id_pattern is None:
            return texts
        return [found[1] for text in texts if (found := re.match(self.id_pattern, text))]


class ResourceMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """All of `resources.json`."""

    id_prefixes: dict[str, str | None]
    arn_types: dict[str, str]
    """`service:kind` of an ARN, or `service:` where its ARNs name no kind."""
    fallbacks: tuple[PathText, ...]
    """Where an id may stand in a call without a row."""
    not_ids: frozenset[str]
    """Keys that look like one of an id and are none, in lower case."""
    rows: tuple[ResourceRow, ...]

    @cached_property
    def fallback_paths(self) -> tuple[RecordPath, ...]:
        """Where an id may stand in a call without a row."""
        return tuple(record_path(path, self.not_ids) for path in self.fallbacks)

    @cached_property
    def _by_call(self) -> dict[tuple[str, str], ResourceRow]:
        return {(row.service, row.event): row for row in reversed(self.rows)}

    def row(self, service: str | None, event: str | None) -> ResourceRow | None:
        """Return the row of a call."""
        return self._by_call.get((service or "", event or ""))

    def type_of(self, resource_id: str) -> str | None:
        """Return the Terraform type that an id or ARN gives away."""
        if resource_id.startswith("arn:"):
            return self._type_of_arn(resource_id)
        prefix, dash, _ = resource_id.rpartition("-")
        return self.id_prefixes.get(prefix + dash)

    def _type_of_arn(self, arn: str) -> str | None:
        parts = arn.split(":", 5)
        if len(parts) < 6:
            return None
        kind, *rest = re.split(r"[:/]", parts[5], maxsplit=1)
        return self.arn_types.get(f"{parts[2]}:{kind if rest else ''}")


@lru_cache(maxsize=1)
def load_resources() -> ResourceMap:
    """Read the map that ships with the program, once."""
    return msgspec.json.decode(RESOURCES.read_bytes(), type=ResourceMap)


def own_resources(text: str) -> ResourceMap:
    """Return the shipped map with the rows of `text` before its own.

    Raises:
        ValueError: `text` is no JSON, or a row of it does not fit; the message names the row.
    """
    own = msgspec.json.decode(text, type=dict[str, Any])
    shipped = msgspec.json.decode(RESOURCES.read_bytes(), type=dict[str, Any])
    merged = shipped | {name: _before(rows, shipped.get(name)) for name, rows in own.items()}
    return parse_resources(msgspec.json.encode(merged))


def _before(own: Any, shipped: Any) -> Any:
    match own, shipped:
        case list(), list():
            return [*own, *shipped]
        case dict(), dict():
            return shipped | own
        case _:
            return own


def parse_resources(text: bytes) -> ResourceMap:
    """Check `text` against the map's types, its expressions too; raise `ValueError` at the first misfit."""
    found = msgspec.json.decode(text, type=ResourceMap)
    for number, row in enumerate(found.rows):
        patterns = (row.id_pattern or "", *(one for form in row.when for one in form.like.values()))
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as problem:
                raise ValueError(f"rows[{number}]: {pattern!r} is no expression: {problem}") from problem
    return found
