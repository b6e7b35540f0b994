"""Cloud resources, and what is read of them live."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from msgspec import Struct

Json: TypeAlias = Any
"""A JSON value. msgspec cannot resolve a recursive alias, so the type is wide and its use is narrow:
attribute values of a resource and the redacted parameters of a call, nothing else."""

SHORT_ID = 32
"""Characters of an id that are read at a glance; Azure's have two hundred."""

_STEPS = "/:|"


class Cloud(StrEnum):
    """The clouds whose audit logs are understood."""

    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"
    LAUNCHDARKLY = "launchdarkly"


class Resource(Struct, frozen=True, kw_only=True, gc=False):
    """One resource as the cloud names it."""

    type: str | None
    """Terraform's type name, or `None` where no row maps the call to one."""
    id: str

    @property
    def short_id(self) -> str:
        """The id; of a long path only its end, by which people tell one from another."""
        if len(self.id) <= SHORT_ID:
            return self.id
        starts = [at for at, char in enumerate(self.id[:-1]) if char in _STEPS]
        start = next((at for at in starts if len(self.id) - at <= SHORT_ID), starts[-1] if starts else 0)
        return f"…{self.id[start:]}" if start else self.id


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeSchema:
    """What comparing needs to know of a resource type.

    Paths are written `ingress[].cidr_blocks`: a name per level, `[]` for "every element of", and `.*`
    for "under every key of", where a map's keys are the user's own: `readers.*`.
    """

    sets: frozenset[str] = frozenset()
    """Paths whose elements have no order."""
    computed: frozenset[str] = frozenset()
    """Paths of attributes that nobody can declare, so that they never drift."""
    optional: frozenset[str] = frozenset()
    """Paths of attributes that the provider fills in where the code is silent: optional and computed."""
    sensitive: frozenset[str] = frozenset()
    """Paths whose values must never be shown, whatever the state says of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """A resource comes and goes with another one, so that nobody declares it by itself."""

    type: str
    id: str
    is_of_cloud_made_only: bool = False
    """So it is only where the cloud made the other one: a gateway belongs to a default network alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveResource:
    """A resource as it is now, in Terraform's attribute names."""

    type: str
    id: str
    account: str | None
    region: str | None
    attributes: dict[str, Json]
    schema: TypeSchema = field(default_factory=TypeSchema)
    made_by_cloud: str | None = None
    """Why nobody has to declare it, where the cloud made it by itself: `the default VPC of its region`."""
    belongs_to: tuple[Belonging, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NotListed:
    """What exists of a type at a location is not known."""

    type: str
    account: str | None
    region: str | None
    error: str

    def __str__(self) -> str:
        """Say what and where: `aws_kms_key in 111122223333, eu-west-1`."""
        where = ", ".join(one for one in (self.account, self.region) if one)
        return f"{self.type} in {where}" if where else self.type


class NotReadReason(StrEnum):
    """Why a declared resource could not be compared."""

    UNSUPPORTED = "unsupported"
    """No reader for the type."""
    UNREADABLE = "unreadable"
    """The read failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The declared resource exists."""

    address: str
    resource: LiveResource
    declared: dict[str, Json] | None = field(default=None, repr=False)
    """What is declared, as the reader's provider version writes it: to be compared instead of the state's
    own attributes, which an older version may have written. `None` where the reader translates nothing.
    The same object as `resource.attributes` where nothing at all differs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Absent:
    """The declared resource provably does not exist: the cloud answered so."""

    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRead:
    """Whether the declared resource exists is not known."""

    address: str
    reason: NotReadReason
    error: str


LiveReading: TypeAlias = Found | Absent | NotRead
"""The answer for one declared resource."""
