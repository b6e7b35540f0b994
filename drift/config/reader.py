"""Finds the tables of a document and hands them out converted."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeAlias, TypeVar, cast, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

from drift.config import company_tables, control_tables, report_tables, values, web_tables
from drift.config.budgets import budget_of
from drift.config.convert import Converter, keys_of
from drift.config.document import Document
from drift.config.place import Place, nearest, quoted
from drift.config.settings import (
    AdapterSettings,
    AnchorSettings,
    AuditLogSettings,
    BaselineSettings,
    CanarySettings,
    CodeHostSettings,
    EvidenceSinkSettings,
    NotifierSettings,
    VaultSettings,
)
from drift.config.tables import (
    REPEATED,
    SINGLE,
    AdapterTable,
    AnchorTable,
    AuditLogTable,
    BaselineTable,
    CanaryTable,
    CodeHostTable,
    EvidenceSinkTable,
    Ledger,
    NamedTable,
    NotifierTable,
    Table,
    VaultTable,
)
from drift.errors import ConfigError
from drift.model.coverage import SourceRules
from drift.model.history import HISTORY, is_history
from drift.ports import AdapterKind
from drift.stages.anchor import AnchorRules
from drift.stages.canary import CanaryRules
from drift.stages.notify.rules import DeliveryRules

TableT = TypeVar("TableT", bound=Table)
NamedT = TypeVar("NamedT", bound=NamedTable)
AdapterT = TypeVar("AdapterT", bound=AdapterTable)


class AdapterType(Protocol):
    """What reading the configuration takes to know of an adapter."""

    @property
    def settings(self) -> type[Struct]:
        """The keys of its table, besides those that all adapters have."""
        ...

    @property
    def paths(self) -> Collection[str]:
        """Those of them that name files, by path, glob or URI."""
        ...


@runtime_checkable
class Retaining(Protocol):
    """Settings of an adapter that keeps what it is given for a number of days."""

    @property
    def retain_days(self) -> int: ...


Catalog: TypeAlias = Mapping[AdapterKind, Mapping[str, AdapterType]]
"""Every adapter, by its kind and its name in the configuration."""

HEADINGS = {
    **{
        table.heading: f"[{table.heading}]"
        for table in (*SINGLE, *control_tables.SINGLE, *company_tables.SINGLE, *web_tables.SINGLE)
    },
    **{
        table.heading: f"[[{table.heading}]]"
        for table in (
            *REPEATED,
            *control_tables.REPEATED,
            *company_tables.REPEATED,
            *report_tables.REPEATED,
            *web_tables.REPEATED,
        )
    },
    **{kind.value: f"[[{kind}]]" for kind in AdapterKind},
}
"""Every table, as it must be written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row(Generic[TableT]):
    """A table and where it stands."""

    place: Place
    table: TableT


class Reader:
    """The tables of one document. What is not in it is empty."""

    def __init__(
        self,
        document: Document,
        catalog: Catalog,
        environ: Mapping[str, str] | None,
    ) -> None:
        """Read from `document`, all of whose headings must be known.

        Raises:
            ConfigError: A table is unknown, or written with too few or too many brackets.
        """
        self.document = document
        self._catalog = catalog
        self._converter = Converter(folder=document.folder, environ=environ)
        for heading, found in document.tables.items():
            self._check_heading(heading, found)

    def one(self, table: type[TableT]) -> Row[TableT]:
        """Return the table that stands once."""
        raw = cast("dict[str, object]", self.document.tables.get(table.heading, {}))
        place = self._place(HEADINGS[table.heading])
        return Row(place=place, table=self._converter.convert(place, raw, table))

    def many(self, table: type[NamedT]) -> tuple[Row[NamedT], ...]:
        """Return the tables of this heading, in their order."""
        return tuple(
            Row(place=place, table=self._converter.convert(place, raw, table))
            for place, raw in self._named(table.heading)
        )

    def adapters(self, kind: AdapterKind) -> tuple[AdapterSettings, ...]:
        """Return the configured adapters of `kind`."""
        return tuple(
            AdapterSettings(kind=kind, name=row.table.name, type=row.table.type, settings=settings)
            for row, settings in self._adapters(kind, AdapterTable)
        )

    def audit_logs(self) -> tuple[AuditLogSettings, ...]:
        """Return the configured audit logs."""
        return tuple(
            AuditLogSettings(
                kind=AdapterKind.AUDIT_LOG,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                rules=SourceRules(
                    owner=row.table.owner,
                    retention=self._optional(row.place, "retention", row.table.retention),
                    budget=budget_of(row.place, row.table),
                ),
            )
            for row, settings in self._adapters(AdapterKind.AUDIT_LOG, AuditLogTable)
        )

    def canaries(self) -> tuple[CanarySettings, ...]:
        """Return the configured canaries."""
        return tuple(
            CanarySettings(
                kind=AdapterKind.CANARY,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                rules=CanaryRules(
                    every=values.duration(row.place, "every", row.table.every, least=timedelta(minutes=1)),
                    within=values.duration(row.place, "within", row.table.within, least=timedelta(minutes=1)),
                ),
            )
            for row, settings in self._adapters(AdapterKind.CANARY, CanaryTable)
        )

    def evidence_sinks(self) -> tuple[EvidenceSinkSettings, ...]:
        """Return where evidence is taken."""
        return tuple(
            EvidenceSinkSettings(
                kind=AdapterKind.EVIDENCE_SINK,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                every=self._optional(row.place, "every", row.table.every),
            )
            for row, settings in self._adapters(AdapterKind.EVIDENCE_SINK, EvidenceSinkTable)
        )

    def anchors(self) -> tuple[AnchorSettings, ...]:
        """Return the configured anchors; none lets go of a checkpoint that an auditor may ask for."""
        return tuple(
            AnchorSettings(
                kind=AdapterKind.ANCHOR,
                name=row.table.name,
                type=row.table.type,
                settings=self._retained(row.place, settings),
                rules=AnchorRules(
                    every=values.duration(row.place, "every", row.table.every, least=timedelta(minutes=1))
                ),
            )
            for row, settings in self._adapters(AdapterKind.ANCHOR, AnchorTable)
        )

    def _retained(self, place: Place, settings: Struct) -> Struct:
        period = self.observation_period()
        if isinstance(settings, Retaining) and timedelta(days=settings.retain_days) < period:
            raise place.error(
                f'"retain_days" is shorter than the observation period: {settings.retain_days}',
                hint=f'it is "{values.written(period)}": see `observation_period` of [ledger]',
            )
        return settings

    def notifiers(self) -> tuple[NotifierSettings, ...]:
        """Return the configured notifiers."""
        return tuple(
            NotifierSettings(
                kind=AdapterKind.NOTIFIER,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                rules=DeliveryRules(
                    messages_a_minute=row.table.messages_a_minute,
                    gather_low=values.duration(row.place, "gather_low", row.table.gather_low),
                    digest_above=row.table.digest_above,
                    digest_after=values.duration(row.place, "digest_after", row.table.digest_after),
                ),
            )
            for row, settings in self._adapters(AdapterKind.NOTIFIER, NotifierTable)
        )

    def baselines(self) -> tuple[BaselineSettings, ...]:
        """Return the configured baselines; the live configuration and the store that one names exist."""
        return tuple(
            BaselineSettings(
                kind=AdapterKind.BASELINE,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                live=self._existing(row, AdapterKind.LIVE, row.table.live),
                store=row.table.store and self._existing(row, AdapterKind.STATE_STORE, row.table.store),
                sweep_every=self._optional(row.place, "sweep_every", row.table.sweep_every),
            )
            for row, settings in self._adapters(AdapterKind.BASELINE, BaselineTable)
        )

    def code_hosts(self) -> tuple[CodeHostSettings, ...]:
        """Return the configured code hosts; what their runs said can only be kept in a vault."""
        return tuple(
            CodeHostSettings(
                kind=AdapterKind.CODE_HOST,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                keeps_logs=self._keeps_logs(row),
            )
            for row, settings in self._adapters(AdapterKind.CODE_HOST, CodeHostTable)
        )

    def _keeps_logs(self, row: Row[CodeHostTable]) -> bool:
        if row.table.keep_logs and not self.document.tables.get(AdapterKind.VAULT):
            raise row.place.error(
                '"keep_logs" needs a vault to keep them in', hint="add a [[vault]], or leave it out"
            )
        return row.table.keep_logs

    def observation_period(self) -> timedelta:
        """Return how far back an auditor may ask."""
        row = self.one(Ledger)
        given = row.table.observation_period
        return values.duration(row.place, "observation_period", given, least=timedelta(days=1))

    def signing_key(self) -> AdapterSettings | None:
        """Return the service that keeps the ledger's key, of which there is at most one, and no other key."""
        found = self.adapters(AdapterKind.SIGNING_KEY)
        if not found:
            return None
        ledger = self.one(Ledger).table
        if len(found) > 1 or ledger.key_file is not None or ledger.key_env is not None:
            raise self._place(f"[[signing_key]] {quoted(found[-1].name)}").error(
                "the ledger has a key already", hint="leave one out: of key_file, key_env, [[signing_key]]"
            )
        return found[0]

    def vault(self) -> VaultSettings | None:
        """Return the configured vault, of which there is at most one."""
        found = [
            VaultSettings(
                kind=AdapterKind.VAULT,
                name=row.table.name,
                type=row.table.type,
                settings=settings,
                keep_for=self._keep_for(row),
            )
            for row, settings in self._adapters(AdapterKind.VAULT, VaultTable)
        ]
        if len(found) > 1:
            raise self._place(f"[[vault]] {quoted(found[1].name)}").error(
                "there is a vault already", hint="leave one of them out: a record is kept in one place"
            )
        return found[0] if found else None

    def _keep_for(self, row: Row[VaultTable]) -> timedelta:
        """Return how long records are kept; history that an auditor may ask for is never erased."""
        given = row.table.keep_for
        period, keep_for = self.observation_period(), values.duration(row.place, "keep_for", given)
        if keep_for < period:
            raise row.place.error(
                f'"keep_for" is shorter than the observation period: {quoted(given)}',
                hint=f'at least "{values.written(period)}", as long as `observation_period` of [ledger]',
            )
        return keep_for

    def _optional(self, place: Place, key: str, text: str | None) -> timedelta | None:
        return None if text is None else values.duration(place, key, text, least=timedelta(minutes=1))

    def _adapters(self, kind: AdapterKind, table: type[AdapterT]) -> Iterator[tuple[Row[AdapterT], Struct]]:
        """Yield each adapter's common keys, and its own settings out of the same table."""
        common = keys_of(table)
        for place, raw in self._named(kind):
            shared = {key: value for key, value in raw.items() if key in common}
            row = Row(place=place, table=self._converter.convert(place, shared, table))
            adapter = self._adapter_type(place, kind, row.table.type)
            settings = self._converter.convert(place, raw, adapter.settings, besides=common)
            yield row, self._with_absolute_paths(place, settings, adapter.paths)

    def _with_absolute_paths(self, place: Place, settings: Struct, paths: Collection[str]) -> Struct:
        given = {key: getattr(settings, key) for key in paths}
        absolute = {key: self._absolute(place, key, path) for key, path in given.items() if path is not None}
        return replace(settings, **absolute)

    def _absolute(self, place: Place, key: str, given: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(given, tuple):
            return tuple(values.absolute(place, key, path, self.document.folder) for path in given)
        return values.absolute(place, key, given, self.document.folder)

    def _adapter_type(self, place: Place, kind: AdapterKind, name: str) -> AdapterType:
        known = self._catalog.get(kind, {})
        if name not in known:
            raise place.error(f"unknown type {quoted(name)}", hint=nearest(name, known))
        return known[name]

    def _existing(self, row: Row[BaselineTable], kind: AdapterKind, name: str) -> str:
        known = [str(raw.get("name")) for _, raw in self._named(kind)]
        if name not in known:
            raise row.place.error(f"there is no [[{kind}]] {quoted(name)}", hint=nearest(name, known))
        return name

    def _named(self, heading: str) -> Iterator[tuple[Place, dict[str, object]]]:
        """Yield the tables of a heading, no two of which have the same name."""
        names: set[str] = set()
        rows = cast("list[dict[str, object]]", self.document.tables.get(heading, []))
        for number, raw in enumerate(rows, start=1):
            name = raw.get("name")
            if not isinstance(name, str):
                yield self._place(f"{HEADINGS[heading]} number {number}"), raw
                continue
            place = self._place(f"{HEADINGS[heading]} {quoted(name)}")
            if name in names:
                raise place.error("there are two of this name", hint="give each a name of its own")
            if is_history(name):
                raise place.error(f'"name" begins like those of replay: {HISTORY}', hint="call it otherwise")
            if not name.strip() or not name.isprintable():
                raise place.error('"name" is no name', hint="use letters, digits and signs that can be seen")
            names.add(name)
            yield place, raw

    def _check_heading(self, heading: str, found: object) -> None:
        written = HEADINGS.get(heading)
        is_list = isinstance(found, list) and all(isinstance(one, dict) for one in found)
        if written is None:
            what = "table" if is_list or isinstance(found, dict) else "key"
            raise ConfigError(
                f"{self.document.name}: unknown {what} {quoted(heading)}", hint=nearest(heading, HEADINGS)
            )
        if not (is_list if written.startswith("[[") else isinstance(found, dict)):
            raise self._place(quoted(heading)).error(
                "is not the table that it must be", hint=f"write it as {written}"
            )

    def _place(self, table: str) -> Place:
        return Place(file=self.document.name, table=table)
