"""What the infrastructure code declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.model.resource import Json, Resource


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredForm:
    """How a state keeps an instance: what the provider that wrote it needs to read it again."""

    configuration: str
    """Address of the provider configuration: `provider["registry.terraform.io/hashicorp/aws"].west`."""
    schema_version: int = 0
    private: str | None = None
    """What the provider keeps for itself, in base64."""
    flat: Mapping[str, str] | None = None
    """The attributes as Terraform 0.11 wrote them: `ingress.#`, `ingress.123.from_port`."""
    folder: str | None = None
    """Where Terraform is run for this state: `.terraform.lock.hcl` there names the provider's version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclaredResource:
    """One managed resource instance of a baseline."""

    address: str
    """As Terraform writes it: `module.web.aws_security_group.main[0]`."""
    type: str
    resource_id: str | None
    provider: str
    """`namespace/type`, for example `hashicorp/aws`."""
    account: str | None
    region: str | None
    attributes: dict[str, Json] = field(repr=False)
    sensitive: frozenset[str] = frozenset()
    """Paths whose values must never be shown."""
    ignored: tuple[str, ...] = ()
    """Attributes under `lifecycle.ignore_changes`; `*` means all of them."""
    source: str | None = None
    """`main.tf:12`, where the code is at hand."""
    coded: Mapping[str, Json] = field(default_factory=dict, repr=False)
    """The values that the code gives, by attribute path, as far as they follow from the code alone.

    Of nested blocks only what the code says of each: the state's elements say more.
    """
    stored: StoredForm | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnreadableInstance:
    """An instance in a state that could not be understood: counted and named, never dropped."""

    address: str
    type: str | None
    error: str
    resource_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """One baseline at one serial."""

    name: str
    """The baseline's name in the configuration, or the path of an ad hoc one."""
    origin: str
    """Path or URI it was read from."""
    lineage: str | None
    serial: int | None
    sha256: str
    """Hex SHA-256 of the state's bytes."""
    resources: tuple[DeclaredResource, ...]
    unreadable: tuple[UnreadableInstance, ...] = ()
    deposed: tuple[Resource, ...] = ()
    """Objects that were replaced and still have to be destroyed: managed, but declared no more."""
    code_directory: str | None = None
    """Folder of the code, from the root of the checkout, where the store of the state tells it."""
    unread_code: tuple[str, ...] = ()
    """Files of the code that could not be read, each with the reason: what they ignore is not known."""
    uncoded_count: int = 0
    """Attributes in the code whose value is not evaluable: they are never compared, and never guessed."""
