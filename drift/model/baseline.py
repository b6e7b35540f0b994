"""What the infrastructure code declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drift.model.resource import Json, Resource

LOCK_BELIEVED_FOR = timedelta(hours=6)
"""A lock that is older was forgotten, and must not hide a state for ever; few applies take an hour."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StateLock:
    """Somebody holds a state, so that nobody else writes it. What it says was written by whoever took it."""

    who: str | None
    """`alice@laptop`, or the run that holds it; `None` where it does not say."""
    since: datetime | None
    operation: str | None = None
    """What it was taken for, as the tool calls it: `OperationTypeApply`."""
    changes_nothing: bool = False
    """It was taken to plan, so that what is declared and what is there stay as they are."""

    def is_apply(self, now: datetime) -> bool:
        """Tell whether resources may be changing now.

        A time that lies ahead proves as little as one long gone: only a fresh lock is believed.
        """
        if self.changes_nothing:
            return False
        return self.since is None or abs(now - self.since) < LOCK_BELIEVED_FOR

    def __str__(self) -> str:
        """Say who, since when and for what."""
        who = self.who or "somebody who is not named"
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        return f"{who}{since}" + (f" ({self.operation})" if self.operation else "")


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
    settings: frozenset[str] | None = None
    """Names of what the code sets for the provider configuration; `None` where no code at hand tells."""


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
    code_owners: tuple[str, ...] = ()
    """Who owns the file of its declaration, as CODEOWNERS writes it: `@example/network`."""
    tags: tuple[str, ...] = field(default=(), repr=False)
    """Its tags or labels, `team=network`, as far as none of them is sensitive."""


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
    commit: str | None = None
    """Of the code, where it was fetched from a repository."""
    unread_code: tuple[str, ...] = ()
    """Files of the code that could not be read, each with the reason: what they ignore is not known."""
    uncoded_count: int = 0
    """Attributes in the code whose value is not evaluable: they are never compared, and never guessed."""
    lock: StateLock | None = None
    """Who held the state when it was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A state that is no longer as it was read."""

    origin: str
    why: str
    lock: StateLock | None = None
    """Who took it meanwhile; `None` where its content is another one by now."""
