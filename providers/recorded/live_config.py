"""Live configuration recorded in files, for stories and air-gapped use."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from drift.model.baseline import DeclaredResource
from drift.model.glob import is_one_of
from drift.model.resource import (
    Absent,
    Found,
    Json,
    LiveReading,
    LiveResource,
    NotRead,
    NotReadReason,
    TypeSchema,
)
from providers.recorded.documents import Row, newest_time, read_documents


class RecordedLiveConfigSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the recorded configuration is."""

    path: str
    """A JSON file, or a glob of them."""


class RecordedLiveConfig:
    """A `LiveConfig` that reads its files again whenever it is asked.

    A type is covered if a file has its schema or mentions a resource of it. What is covered but
    not listed in any file is absent; of any other type nothing is known. Where several files list
    the same resource, the first counts.
    """

    def __init__(self, settings: RecordedLiveConfigSettings) -> None:
        self._path = settings.path

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Yield one reading per declared resource, in their order."""
        recorded = _Recorded(self._documents())
        for resource in declared:
            yield recorded.reading(resource)

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """Yield every resource that was recorded, once, wherever it is."""
        seen = set()
        for resource in _resources(self._documents()):
            place = (resource.type, resource.id, resource.account, resource.region)
            if place not in seen and is_one_of(resource.type, types):
                seen.add(place)
                yield resource

    def read_at(self) -> datetime | None:
        """Return when the newest recording was made."""
        return newest_time(self._documents())

    def _documents(self) -> Sequence["_Document"]:
        return tuple(read_documents(self._path, _Document))


class _Schema(Row, frozen=True):
    sets: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    sensitive: frozenset[str] = frozenset()


class _Resource(Row, frozen=True):
    type: str
    id: str
    attributes: dict[str, Json]
    account: str | None = None
    region: str | None = None


class _Unreadable(Row, frozen=True):
    type: str
    id: str
    error: str


class _Document(Row, frozen=True):
    read_at: datetime | None = None
    schemas: dict[str, _Schema] = msgspec.field(default_factory=dict)
    resources: tuple[_Resource, ...] = ()
    unreadable: tuple[_Unreadable, ...] = ()


class _Recorded:
    """The documents, indexed by what is asked of them."""

    def __init__(self, documents: Sequence[_Document]) -> None:
        self._found: dict[tuple[str, str], list[LiveResource]] = defaultdict(list)
        for resource in _resources(documents):
            self._found[resource.type, resource.id].append(resource)
        self._errors = {
            (one.type, one.id): one.error for document in documents for one in document.unreadable
        }
        self._covered = {type_ for type_, _ in (*self._found, *self._errors)}
        self._covered.update(type_ for document in documents for type_ in document.schemas)

    def reading(self, declared: DeclaredResource) -> LiveReading:
        """Return what was recorded of a declared resource, told by type and id, and account where known."""
        address = declared.address
        if declared.type not in self._covered:
            why = f"no {declared.type} was recorded"
            return NotRead(address=address, reason=NotReadReason.UNSUPPORTED, error=why)
        if declared.resource_id is None:
            why = "the state holds no id to find it by"
            return NotRead(address=address, reason=NotReadReason.UNREADABLE, error=why)
        key = (declared.type, declared.resource_id)
        for resource in self._found.get(key, ()):
            if declared.account is None or resource.account in (None, declared.account):
                return Found(address=address, resource=resource)
        if key in self._errors:
            return NotRead(address=address, reason=NotReadReason.UNREADABLE, error=self._errors[key])
        return Absent(address=address)


def _resources(documents: Sequence[_Document]) -> Iterator[LiveResource]:
    for document in documents:
        schemas = {
            type_: TypeSchema(sets=schema.sets, computed=schema.computed, sensitive=schema.sensitive)
            for type_, schema in document.schemas.items()
        }
        for one in document.resources:
            yield LiveResource(
                type=one.type,
                id=one.id,
                account=one.account,
                region=one.region,
                attributes=one.attributes,
                schema=schemas.get(one.type, TypeSchema()),
            )
