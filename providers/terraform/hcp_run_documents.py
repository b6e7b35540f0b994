"""The documents of HCP Terraform's API, as far as runs need them: JSON:API, names with dashes."""

from datetime import UTC, datetime

from msgspec import field

from providers.terraform.backends.hcp_documents import Document

ENDS = {
    "applied": ("applied-at", "success"),
    "errored": ("errored-at", "errored"),
    "canceled": ("canceled-at", "cancelled"),
    "force_canceled": ("force-canceled-at", "cancelled"),
    "discarded": ("discarded-at", "cancelled"),
    "planned_and_finished": ("planned-and-finished-at", "success"),
    "policy_soft_failed": ("policy-soft-failed-at", "failure"),
}
"""How a run ends: the time that says when, and what other hosts call it."""


UNKNOWN = "unknown"


class Reference(Document, frozen=True):
    """What something belongs to."""

    id: str
    type: str


class Relation(Document, frozen=True):
    """A relation, which may lead nowhere."""

    data: Reference | None = None


class Account(Document, frozen=True):
    """A person, or what acts in the place of one."""

    username: str | None = None


class UserData(Document, frozen=True):
    """A user."""

    attributes: Account = Account()


class Users(Document, frozen=True):
    """One user."""

    data: UserData


class Related(Document, frozen=True):
    """What a run rests on: of each kind only some of it is there."""

    name: str | None = None
    username: str | None = None
    branch: str | None = None
    tag: str | None = None
    commit_sha: str | None = None
    identifier: str | None = None
    sender_username: str | None = None


class Relations(Document, frozen=True):
    """What a run or what it rests on is related to."""

    workspace: Relation = Relation()
    organization: Relation = Relation()
    created_by: Relation = Relation()
    confirmed_by: Relation = Relation()
    configuration_version: Relation = Relation()


class Included(Document, frozen=True):
    """Something that a run is related to."""

    id: str
    type: str
    attributes: Related = Related()
    relationships: Relations = Relations()


class Attributes(Document, frozen=True):
    """A run."""

    status: str
    created_at: datetime
    source: str | None = None
    status_timestamps: dict[str, str | None] = field(default_factory=dict)


class Data(Document, frozen=True):
    """A run, with what it is related to."""

    id: str
    attributes: Attributes
    relationships: Relations = Relations()


class Run(Document, frozen=True):
    """One run."""

    data: Data
    included: list[Included] = field(default_factory=list)

    @property
    def workspace(self) -> str:
        """The name of its workspace."""
        found = self._one("workspaces")
        return (found.attributes.name if found else None) or UNKNOWN

    @property
    def organisation(self) -> str | None:
        """The name of the organisation of its workspace."""
        found = self._one("workspaces")
        return (
            found.relationships.organization.data.id
            if found and found.relationships.organization.data
            else None
        )

    @property
    def ingress(self) -> Related | None:
        """The commit that started it, if one did."""
        found = self._one("ingress-attributes")
        return found.attributes if found else None

    @property
    def created_by(self) -> str | None:
        """Who started it."""
        by = self.data.relationships.created_by.data
        found = next((one for one in self.included if by and one.id == by.id), None)
        return found.attributes.username if found else None

    @property
    def confirmed_by(self) -> str | None:
        """The id of who let it be applied."""
        by = self.data.relationships.confirmed_by.data
        return by.id if by else None

    @property
    def confirmed_at(self) -> datetime | None:
        """When it was let be applied."""
        return self._at("confirmed-at")

    @property
    def configuration(self) -> str | None:
        """The id of what it applied."""
        version = self.data.relationships.configuration_version.data
        return version.id if version else None

    @property
    def created_at(self) -> datetime:
        """When it was asked for."""
        return self.data.attributes.created_at.astimezone(UTC)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, if it has."""
        name, _ = ENDS.get(self.data.attributes.status, (None, None))
        return self._at(name) if name else None

    @property
    def conclusion(self) -> str | None:
        """How it ended."""
        return ENDS.get(self.data.attributes.status, (None, None))[1]

    def _at(self, name: str) -> datetime | None:
        try:
            time = datetime.fromisoformat(self.data.attributes.status_timestamps.get(name) or "")
        except ValueError:
            return None
        return time.astimezone(UTC) if time.tzinfo else None

    def _one(self, type_: str) -> Included | None:
        return next((one for one in self.included if one.type == type_), None)
