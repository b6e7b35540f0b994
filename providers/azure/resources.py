"""Which resources a call touched: the rows of `resources.json`.

Each row maps one operation to Terraform's types, the likeliest first, and says how the
record's id leads to Terraform's: `direct` it is that id; `parent` the resource is part of
another, which may declare it inline, so that both were touched; `strip` the id's last part
is no resource of its own; `translate` Terraform writes it in a form of its own, `id`.
`source` tells how sure a row is: `expert` is from documentation alone, never seen in a record.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec

from drift.model.event import Effect
from drift.model.resource import Json, Resource
from drift.model.verdict import Confidence, Lane
from providers.azure.arm_ids import SETTINGS, ArmId, spelled, spellings
from providers.azure.request import get

RESOURCES = Path(__file__).with_name("resources.json")

ANY_TYPE = "*"

FLAG = ".appconfig.featureflag/"
"""How App Configuration names the settings that are feature flags."""

FLAG_TYPE = "azurerm_app_configuration_feature"


class Action(StrEnum):
    """What an operation does to the resource."""

    UPDATE = "update"
    """Created or changed: Azure's writes do not tell which."""
    DELETE = "delete"
    RUNTIME = "runtime"
    IAC = "iac"
    """Carries out a template."""
    SECURITY = "security"
    GRANT = "grant"
    """Asks for a role for some time."""


_EFFECTS = {Action.RUNTIME: Effect.RUNTIME, Action.GRANT: Effect.AUTH}


class Mode(StrEnum):
    """How the record's id leads to Terraform's."""

    DIRECT = "direct"
    PARENT = "parent"
    STRIP = "strip"
    TRANSLATE = "translate"


class Refinement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operation means with this request: the first that fits counts."""

    only: tuple[str, ...] = ()
    """Nothing but these is set in the request's properties, and one of them is."""
    kind: str | None = None
    """A pattern that the request's `kind` fits."""
    effect: Effect | None = None
    lane: Lane | None = None
    type: str | None = None

    def fits(self, request: Json) -> bool:
        """Tell whether the request is of this form."""
        if self.kind is not None:
            kind = get(request, "kind")
            return isinstance(kind, str) and re.fullmatch(self.kind, kind, re.IGNORECASE) is not None
        properties = get(request, "properties")
        given = {key.lower() for key in properties} if isinstance(properties, dict) else set()
        return bool(given) and given <= {key.lower() for key in self.only}


AS_IT_STANDS = Refinement()


class ResourceRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One operation and the resources it touches."""

    operation: str
    action: Action
    types: tuple[str, ...]
    mode: Mode
    confidence: Confidence
    source: str
    id: str | None = None
    """Terraform's id, of `{id}`, `{scope}`, `{name}` and `{names[0]}`."""
    when: tuple[Refinement, ...] = ()
    note: str | None = None

    def __post_init__(self) -> None:
        if (self.mode is Mode.TRANSLATE) != (self.id is not None):
            raise ValueError(f"{self.operation}: only `translate` has an `id`, and must have one")
        if self.id is not None:
            try:
                self.id.format(id="", scope="", name="", names=("",) * 9)
            except (LookupError, AttributeError, TypeError, ValueError) as problem:
                raise ValueError(f"{self.operation}: {self.id!r} is no form of an id: {problem}") from problem

    @property
    def effect(self) -> Effect:
        """What the operation does when it succeeds."""
        return _EFFECTS.get(self.action, Effect.WRITE)

    def refined(self, request: Json) -> Refinement:
        """Return what this request makes of the operation."""
        return next((one for one in self.when if one.fits(request)), AS_IT_STANDS)


class ResourceMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """All of `resources.json`."""

    rows: tuple[ResourceRow, ...]

    @cached_property
    def _by_operation(self) -> Mapping[str, ResourceRow]:
        return {row.operation.lower(): row for row in reversed(self.rows)}

    @cached_property
    def _by_type(self) -> Mapping[str, str]:
        """Terraform's types by Azure's: what is written as a whole is what the row's first type declares."""
        return {
            row.operation.rpartition("/")[0].lower(): row.types[0]
            for row in reversed(self.rows)
            if row.types and row.types[0] != ANY_TYPE and row.operation.lower().endswith("/write")
        }

    @cached_property
    def _spellings(self) -> Mapping[str, str]:
        return spellings(row.operation.rpartition("/")[0] for row in self.rows)

    def row(self, operation: str) -> ResourceRow | None:
        """Return the row of an operation, given in lower case."""
        return self._by_operation.get(operation)

    def type_of(self, arm_id: ArmId) -> str | None:
        """Return the Terraform type of what an id names."""
        return FLAG_TYPE if _is_flag(arm_id) else self._by_type.get(arm_id.type)

    def spelled(self, arm_id: ArmId) -> str:
        """Return an id in the one spelling."""
        return spelled(arm_id, self._spellings)

    def touched(self, row: ResourceRow | None, arm_id: ArmId, refined: Refinement) -> tuple[Resource, ...]:
        """Return the resources of a call, the one that it is about first."""
        if row is None:
            return (self._resource(arm_id, self.type_of(arm_id)),)
        likeliest = refined.type or (row.types[0] if row.types else None)
        if _is_flag(arm_id):
            likeliest = FLAG_TYPE
        match row.mode:
            case Mode.STRIP:
                outer = arm_id.parent or arm_id
                return (self._resource(outer, self.type_of(outer) if likeliest == ANY_TYPE else likeliest),)
            case Mode.PARENT:
                parent = arm_id.parent
                known = self.type_of(parent) if parent else None
                mine = self._resource(arm_id, likeliest)
                return (mine, self._resource(parent, known)) if parent and known else (mine,)
            case Mode.TRANSLATE:
                return (Resource(type=likeliest, id=self._translated(row, arm_id)),)
            case Mode.DIRECT:
                return (self._resource(arm_id, likeliest),)

    def _resource(self, arm_id: ArmId, type_: str | None) -> Resource:
        return Resource(type=type_, id=self.spelled(arm_id))

    def _translated(self, row: ResourceRow, arm_id: ArmId) -> str:
        scope = self.spelled(arm_id.within) if arm_id.within else ""
        whole = self.spelled(arm_id)
        try:
            return (row.id or "{id}").format(id=whole, scope=scope, name=arm_id.name, names=arm_id.names)
        except LookupError:
            return whole


def _is_flag(arm_id: ArmId) -> bool:
    return arm_id.type == SETTINGS and arm_id.name.lower().startswith(FLAG)


@lru_cache(maxsize=1)
def load_resources() -> ResourceMap:
    """Read the map that ships with the program, once."""
    return msgspec.json.decode(RESOURCES.read_bytes(), type=ResourceMap)


def parse_resources(own: str) -> ResourceMap:
    """Return the map with the user's own rows before the shipped ones.

    Raises:
        ValueError: `own` is no JSON, or a row of it does not fit; it says what, and where.
    """
    mine = msgspec.json.decode(own, type=ResourceMap)
    return ResourceMap(rows=(*mine.rows, *load_resources().rows))
