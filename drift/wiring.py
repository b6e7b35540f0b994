"""The composition root: settings become a running program, in one straight line.

The only place that knows the adapters, and those only through their catalog.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from glob import has_magic
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from drift import DEFAULT_CONFIG, __version__
from drift.errors import ConfigError, UsageError
from drift.ports import (
    AnswerTime,
    Baseline,
    Clock,
    Code,
    LeastPrivilege,
    LiveConfig,
    Meter,
    Recorded,
    StateStore,
    TicketSource,
    Translator,
    Watched,
)
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules
from providers import catalog

if TYPE_CHECKING:
    # Slow to import, and `classify` without a configuration needs none of these.
    from drift.config import AdapterSettings, BaselineSettings, Settings
    from drift.desk import Desk
    from drift.equipment import Equipment, Policy, Recall, Vault
    from drift.ledger.note import SigningKey
    from drift.model.attribution import AttributionRules
    from drift.model.connected import Configured, ConnectedSystem
    from drift.model.detection import DetectRules
    from drift.model.evidence import ConfigRecord
    from drift.model.person import People
    from drift.model.resource import Cloud
    from drift.model.sampling import Sampling
    from drift.pipeline import Pipeline
    from drift.ports import EvidenceSink, MailTransport, RawVault
    from drift.recheck import Asking
    from drift.replay.archive import Archive
    from drift.reports.pack.request import PackRequest
    from drift.reports.population import Period
    from drift.stages.notify.rules import DeliveryRules
    from drift.store.database import Database

PortT = TypeVar("PortT")
MadeT = TypeVar("MadeT")

RECORDED_LIVE = "file:"
"""Begins the name of a recorded answer on the command line: `--live file:PATH`."""


OWN_TABLES = tuple(f"{owner}/{table}" for owner, tables in catalog.TABLES.items() for table in tables)
"""The adapters' data tables to which a configuration may add rows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """What judging records takes, and no more."""

    translators: tuple[Translator, ...]
    identities: IdentityRules
    channels: ChannelRules


def judging(path: str | None) -> Judging:
    """Return the rules of the configuration; without one, what holds by default."""
    if path is None and not Path(DEFAULT_CONFIG).exists():
        return Judging(translators=catalog.translators(), identities=IdentityRules(), channels=ChannelRules())
    settings = settings_without_secrets(path)
    return Judging(
        translators=translators(settings), identities=settings.identities, channels=settings.channels
    )


def settings_of(path: str | None) -> "Settings":
    """Read the configuration; see `drift.config.load`."""
    return _loaded(path)


def settings_for_reading(path: str | None) -> "Settings":
    """Read the configuration for a command that reads the store, and reaches no other system."""
    return _loaded(path, opens_adapters=False)


def settings_without_secrets(path: str | None) -> "Settings":
    """Read the configuration for a command that reaches no system outside."""
    return _loaded(path, has_secrets=False)


def _loaded(path: str | None, *, has_secrets: bool = True, opens_adapters: bool = True) -> "Settings":
    """Read the configuration, and let secrets be cut out from now on as it says.

    Raises:
        ConfigError: Something in it is wrong, or its own rows for cutting out are not of their form.
    """
    from drift import config

    settings = config.load(
        Path(path) if path else None,
        catalog.ADAPTERS,
        own_names=OWN_TABLES,
        has_secrets=has_secrets,
        opens_adapters=opens_adapters,
    )
    cut_out(settings)
    return settings


def cut_out(settings: "Settings") -> None:
    """Let secrets be cut out as the configuration says, from now on and in the whole process.

    Raises:
        ConfigError: Its own rows are not of their form; those before stay in force.
    """
    from drift import config, redact

    own = next((one for one in settings.own_tables if one.name == config.REDACT), None)
    try:
        redact.use(own.text if own else "")
    except ValueError as error:
        raise (config.wrong_table(own, error) if own else error) from error


def answer_times() -> Mapping[str, AnswerTime]:
    """Return what time it was at each host that answered so far, by its own clock and by ours."""
    return catalog.answer_times()


def translators(settings: "Settings") -> tuple[Translator, ...]:
    """Return the translator of every cloud that is understood."""
    return _with_own_tables(settings, catalog.translators)


def detect_rules(settings: "Settings | None", key: "SigningKey | None" = None) -> "DetectRules":
    """Return the tables by which declared and live configuration are compared, and the policy's rules.

    What differs leaves a keyed hash only where there is a `key` of this installation.
    """
    if settings is None:
        return catalog.detect_rules()
    return replace(
        _with_own_tables(settings, catalog.detect_rules),
        environments=settings.decision.environments,
        ignores=settings.ignores,
        fingerprint_key=key.derived(b"fingerprints of drift") if key else b"",
    )


def attribution_rules(settings: "Settings") -> "AttributionRules":
    """Return the tables by which a difference is linked to the write that made it so."""
    rules = _with_own_tables(settings, catalog.attribution_rules)
    return replace(rules, settle_window=settings.decision.settle_window)


def _with_own_tables(settings: "Settings", make: Callable[[Mapping[str, str]], MadeT]) -> MadeT:
    """Return what is made with the user's own tables.

    Raises:
        ConfigError: One of them is not of its form.
    """
    try:
        return make({own.name: own.text for own in settings.own_tables})
    except ValueError:
        for own in settings.own_tables:
            try:
                make({own.name: own.text})
            except ValueError as error:
                from drift.config import wrong_table

                raise wrong_table(own, error) from error
        raise


def states(uris: Sequence[str]) -> tuple[Baseline, ...]:
    """Return ad hoc baselines for the states that a command names."""
    return tuple(catalog.terraform_state(uri) for uri in uris)


def baselines(settings: "Settings", meters: list[Meter] | None = None) -> tuple[Baseline, ...]:
    """Return the configured baselines, each with its store; those that count their calls join `meters`."""
    stores = _made(catalog.STATE_STORES, settings.state_stores, meters=meters)
    return _with_own_tables(settings, partial(_made_baselines, settings.baselines, stores, meters))


def watched(
    settings: "Settings", live: str | None = None, meters: list[Meter] | None = None
) -> tuple[Watched, ...]:
    """Return the configured baselines, each with its own reader, or all with the reader `live`."""
    readers = _with_own_tables(settings, partial(_made, catalog.LIVE, settings.live, meters=meters))
    given = _with_own_tables(settings, partial(_named_live, live)) if live else None
    return tuple(
        Watched(baseline=baseline, live=given or readers[one.live])
        for one, baseline in zip(settings.baselines, baselines(settings, meters), strict=True)
    )


def knowing_permissions(settings: "Settings", cloud: "Cloud") -> Mapping[str, LeastPrivilege]:
    """Return the readers of a cloud that know which permissions they take: the configured, else the ambient.

    Raises:
        ConfigError: Of those that are configured, none reads this cloud by its own API.
    """
    if settings.live:
        found: Mapping[str, LiveConfig] = _with_own_tables(
            settings, partial(_made, catalog.LIVE, settings.live)
        )
    else:
        found = {cloud.value: _with_own_tables(settings, partial(_named_live, cloud.value))}
    knowing = {
        name: one for name, one in found.items() if isinstance(one, LeastPrivilege) and one.cloud is cloud
    }
    if not knowing:
        raise ConfigError(
            f"no [[live]] of the configuration reads {cloud} by its own API",
            hint=f'write a [[live]] table with type = "{cloud}"',
        )
    return knowing


def watched_states(uris: Sequence[str], live: str | None) -> tuple[Watched, ...]:
    """Return ad hoc baselines, all with the reader `live`."""
    if live is None:
        raise UsageError(
            "nothing says how to read what is there",
            hint="add --live terraform or --live aws, or --live file:PATH with a recorded answer",
        )
    reader = _named_live(live)
    return tuple(Watched(baseline=baseline, live=reader) for baseline in states(uris))


def code_of(settings: "Settings", baseline: str | None) -> Code:
    """Return the code behind a baseline; of none in particular, that of the first.

    Raises:
        ConfigError: No such baseline is configured, or nothing can be said of its code.
    """
    for one in settings.baselines:
        if baseline in (None, one.name) and one.type in catalog.CODE:
            return catalog.CODE[one.type].make(one.name, one.settings)
    raise ConfigError(
        f'no baseline "{baseline}" is configured' if baseline else "no baseline is configured",
        hint="add its [[baseline]] to config.toml",
    )


@contextmanager
def open_database(settings: "Settings", *, may_make: bool = False) -> Iterator["Database"]:
    """Open the store, brought to the tables of this version, and close it at the end.

    Raises:
        UsageError: There is none, and it may not be made: an empty one would pass for a quiet week.
    """
    from drift.store.database import Database
    from drift.store.migrate import is_made, migrate

    database = Database(settings.store_url.reveal())
    try:
        if not (may_make or is_made(database)):
            raise UsageError(
                f"there is no store yet: {database.name}",
                hint="name its configuration with --config, or make it with `drift run --once`",
            )
        migrate(database)
        yield database
    finally:
        database.close()


def is_store_lost(settings: "Settings") -> bool:
    """Tell whether there is a key, which may have sealed a ledger, but no store to go with it.

    To be asked before either is made. A key that is no file tells nothing: it is there from the start.
    """
    is_in_file = settings.key_text is None and settings.signing_key is None
    return is_in_file and settings.key_file.exists() and not has_store(settings)


def has_store(settings: "Settings") -> bool:
    """Tell whether there is a store, without making one."""
    from drift.store.database import Database
    from drift.store.migrate import is_made

    database = Database(settings.store_url.reveal())
    try:
        return is_made(database)
    finally:
        database.close()


def signing_key(settings: "Settings", database: "Database") -> "SigningKey":
    """Return the key of the ledger; a new ledger gets a new one.

    Raises:
        ConfigError: The ledger was sealed before, and its key is gone: another one would look like a forgery.
    """
    from drift.ledger.checkpoint import latest_checkpoint

    if not _is_key_made(settings):
        with database.reading() as connection:
            if latest_checkpoint(connection) is not None:
                raise ConfigError(
                    f"the ledger's key is missing: {settings.key_file}",
                    hint="bring it back from your backup; if it is lost for good, see docs/keys.md",
                )
    return configured_key(settings)


def configured_key(settings: "Settings") -> "SigningKey":
    """Return the key that the configuration names, whatever it has signed so far; make its file if need be.

    Raises:
        ConfigError: It cannot be read, or is no key of this ledger.
    """
    from drift.ledger.keys import create_key_file, key_in_text, load_key_file
    from drift.ledger.note import SigningKey

    if settings.signing_key is not None:
        (signer,) = _made(catalog.SIGNING_KEYS, [settings.signing_key]).values()
        return SigningKey(name=settings.ledger_origin, signer=signer)
    if settings.key_text is not None:
        text = settings.key_text.reveal()
        return key_in_text(text, settings.ledger_origin, place="the environment variable of [ledger] key_env")
    if _is_key_made(settings):
        return load_key_file(settings.key_file, settings.ledger_origin)
    return create_key_file(settings.key_file, settings.ledger_origin)


def _is_key_made(settings: "Settings") -> bool:
    is_kept_elsewhere = settings.key_text is not None or settings.signing_key is not None
    return is_kept_elsewhere or settings.key_file.exists()


@contextmanager
def running(settings: "Settings") -> Iterator["Pipeline"]:
    """Put the program together, and take it apart at the end."""
    from drift.equipment import Equipment
    from drift.pipeline import Pipeline
    from drift.stages.translate import Translators

    meters: list[Meter] = []
    counted = partial(_made, meters=meters)
    compared = watched(settings, meters=meters)
    with open_database(settings, may_make=True) as database:
        key = signing_key(settings, database)
        people = people_of(settings, database)
        yield Pipeline(
            have=Equipment(
                configuration=_configuration(settings, people),
                database=database,
                key=key,
                clock=clock(settings, database),
                policy=policy_of(settings, key, people),
                translators=Translators(translators(settings)),
                sources=counted(catalog.AUDIT_LOGS, settings.audit_logs),
                watched=compared,
                ticket_sources=_ticket_sources(settings, meters),
                code_hosts=counted(catalog.CODE_HOSTS, settings.code_hosts),
                keeps_logs=frozenset(one.name for one in settings.code_hosts if one.keeps_logs),
                notifiers=counted(catalog.NOTIFIERS, settings.notifiers),
                vault=_vault(settings, meters),
                canaries=counted(catalog.CANARIES, settings.canaries),
                makes_witnesses=settings.makes_witnesses,
                anchors=counted(catalog.ANCHORS, settings.anchors),
                anchor_rules={one.name: one.rules for one in settings.anchors},
                directories=counted(catalog.DIRECTORIES, settings.directories),
                access_lists=counted(catalog.ACCESS_LISTS, settings.access_lists),
                on_call=counted(catalog.ON_CALL, settings.on_call),
                pages=settings.web.address if settings.web else None,
                trust=counted(catalog.TRUST, settings.trust),
                grant_sources=counted(catalog.GRANTS, settings.grants),
                account_trees=counted(catalog.ACCOUNT_TREES, settings.account_trees),
                meters=tuple(meters),
                deliveries=_deliveries(settings),
                company=settings.company,
            )
        )


def with_rules(have: "Equipment", settings: "Settings") -> "Equipment":
    """Return the equipment with the rules of another configuration, and with nothing else of it.

    Raises:
        ConfigError: A table of its own is not of its form.
    """
    from drift.stages.translate import Translators

    people = people_of(settings, have.database)
    return replace(
        have,
        configuration=_configuration(settings, people),
        policy=policy_of(settings, have.key, people),
        translators=Translators(translators(settings)),
        company=settings.company,
    )


def _configuration(settings: "Settings", people: "People") -> "ConfigRecord":
    from drift.model.evidence import ConfigRecord
    from drift.program import commit, rules_sha256

    record = ConfigRecord(
        sha256=settings.sha256,
        tool_version=__version__,
        commit=commit(),
        rules_sha256=rules_sha256(),
        parts=dict(settings.parts),
        edit=settings.edit,
    )
    if not settings.directories:
        return record
    return replace(record, people=people.count, people_sha256=people.digest)


def policy_of(settings: "Settings", key: "SigningKey | None", people: "People") -> "Policy":
    """Return the rules of every judging stage, for people whose names are known."""
    from drift.equipment import Policy
    from drift.stages.assess import AssessmentRules

    return Policy(
        identities=settings.identities,
        channels=settings.channels,
        correlation=replace(settings.correlation, aliases=people.aliases),
        detection=detect_rules(settings, key),
        decision=settings.decision,
        attribution=attribution_rules(settings),
        enrolment=settings.enrolment,
        routing=settings.routing,
        coverage=settings.coverage,
        sources={one.name: one.rules for one in settings.audit_logs},
        canaries={one.name: one.rules for one in settings.canaries},
        actions=settings.actions,
        assessment=AssessmentRules(
            actions=settings.actions,
            people=people,
            freezes=settings.decision.freezes,
            controls=settings.controls,
        ),
        people=settings.people,
        readers=_readers(settings),
        people_kept_for=settings.observation_period,
    )


def _readers(settings: "Settings") -> tuple[str, ...]:
    """Return who signs reports, and who approves changes: they know what an auditor would ask."""
    from drift.model.review import ReviewOf

    signing = (name for of in ReviewOf for name in settings.reviews.reviewers(of))
    return tuple(dict.fromkeys((*signing, *settings.actions.approvers)))


def people_of(settings: "Settings", database: "Database | None") -> "People":
    """Return everybody under all names: the configuration's, and those that directories told when last read.

    Without a store, nobody read any.
    """
    from drift.directory_watch import people_known
    from drift.model.person import People

    if database is None or not settings.directories:
        return People.known(settings.people)
    with database.reading() as connection:
        return people_known(connection, settings.people, [one.name for one in settings.directories])


def pack_request(
    settings: "Settings", database: "Database", period: "Period", sampling: "Sampling | None" = None
) -> "PackRequest":
    """Return what a pack of a period is asked for, with what the configuration adds to the ledger.

    Without a `sampling`, a sample by the profile that holds by default.
    """
    from drift.program import commit, rules_sha256
    from drift.reports.pack.request import PackRequest
    from drift.reports.sampling.profiles import sampling_by

    return PackRequest(
        period=period,
        tool_version=__version__,
        commit=commit(),
        rules_sha256=rules_sha256(),
        config_sha256=settings.sha256,
        company=settings.company,
        reviews=settings.reviews,
        connected=_connected(settings),
        configured=_configured(settings),
        people=people_of(settings, database),
        environments=settings.decision.environments,
        sampling=sampling or sampling_by(settings.profiles),
    )


def with_sources(request: "PackRequest", path: str | None) -> "tuple[PackRequest, Asking]":
    """Return the request with the vault that is configured, and whom tickets can be asked for again.

    That the secrets of these are not at hand is no error: the evidence is whole without, and says so.
    """
    from drift.recheck import Asking

    settings = settings_without_secrets(path)
    try:
        return with_open_sources(request, settings_of(path))
    except ConfigError as error:
        why = f"it cannot be opened: {error.what}"
        request = replace(request, why_no_vault=why) if settings.vault else request
        return request, Asking(why_not=error.what if settings.tickets or settings.grants else None)


def with_open_sources(request: "PackRequest", settings: "Settings") -> "tuple[PackRequest, Asking]":
    """Return the same from settings that have the secrets.

    Raises:
        ConfigError: Something of these cannot be opened.
    """
    from drift.recheck import Asking

    asking = Asking(sources=_ticket_sources(settings), grants=_made(catalog.GRANTS, settings.grants))
    return replace(request, vault=raw_vault(settings)), asking


def _configured(settings: "Settings") -> "Configured":
    """Return which parts of the estate the rules name."""
    from drift.model.connected import Configured

    rules = settings.channels
    return Configured(
        accounts=rules.scope,
        pipelines=tuple(one.name for one in rules.pipelines),
        repositories=tuple(dict.fromkeys(rules.repositories.values())),
        ticket_projects=tuple(sorted(rules.ticket_projects)),
    )


def _connected(settings: "Settings") -> "tuple[ConnectedSystem, ...]":
    """Return every configured adapter, in the order of the kinds."""
    from drift.model.connected import ConnectedSystem

    adapters: tuple[AdapterSettings, ...] = (
        *settings.audit_logs,
        *settings.baselines,
        *settings.state_stores,
        *settings.live,
        *settings.tickets,
        *settings.code_hosts,
        *settings.notifiers,
        *((settings.vault,) if settings.vault else ()),
        *settings.canaries,
        *settings.on_call,
        *settings.directories,
        *settings.access_lists,
        *settings.anchors,
        *((settings.signing_key,) if settings.signing_key else ()),
        *settings.evidence_sinks,
        *settings.trust,
        *settings.grants,
        *settings.account_trees,
        *settings.mail,
    )
    return tuple(ConnectedSystem(kind=one.kind, name=one.name, type=one.type) for one in adapters)


def desk(settings: "Settings", database: "Database", *, asks_tickets: bool = False) -> "Desk":
    """Return where people say what they do, for the command line: beside a daemon that runs, or without one.

    Whoever is asked for tickets needs the secrets of their systems; the others reach nothing outside.
    """
    from drift.desk import Desk

    return Desk(
        database=database,
        rules=settings.actions,
        people=people_of(settings, database),
        projects=settings.correlation.projects,
        notifiers=tuple(one.name for one in settings.notifiers),
        ticket_sources=_ticket_sources(settings) if asks_tickets else {},
    )


def trial(
    settings: "Settings",
    rules: "Settings",
    database: "Database",
    recall: "Recall",
    store: "Database | None" = None,
) -> "Pipeline":
    """Return a pipeline that judges by other rules, into a database that is nobody's evidence.

    Whom directories know is as it stands in the `store`. It asks the ticket systems and code hosts that are
    configured, and tells nobody.
    """
    from drift.equipment import Equipment
    from drift.ledger.keys import local_key
    from drift.model.evidence import ConfigRecord
    from drift.pipeline import Pipeline
    from drift.stages.translate import Translators

    return Pipeline(
        have=Equipment(
            configuration=ConfigRecord(sha256=rules.sha256, tool_version=__version__),
            database=database,
            key=local_key("driftledger/trial", bytes(32)),  # it seals nothing
            clock=clock(settings, database),
            policy=policy_of(rules, None, people_of(rules, store)),
            translators=Translators(translators(rules)),
            sources={},
            watched=(),
            ticket_sources=_ticket_sources(settings),
            code_hosts=_made(catalog.CODE_HOSTS, settings.code_hosts),
            notifiers={},
            vault=None,
            recall=recall,
        )
    )


def archive(settings: "Settings", source: str) -> "Archive":
    """Return the history that a command names: an [[audit_log]], the [[vault]], or a path.

    Raises:
        UsageError: There is nothing of this name, or it is a queue.
    """
    from drift.replay.archive import archive_of_log, archive_of_vault

    if logs := [one for one in settings.audit_logs if one.name == source]:
        if catalog.AUDIT_LOGS[logs[0].type].is_queue:
            raise _queue_refused(settings, source)
        return archive_of_log(source, _made(catalog.AUDIT_LOGS, logs)[source])
    if settings.vault and settings.vault.name == source:
        return archive_of_vault(source, _made(catalog.VAULTS, [settings.vault])[source])
    if not (Path(source).exists() or has_magic(source)):
        known = [one.name for one in settings.audit_logs] + ([settings.vault.name] if settings.vault else [])
        raise UsageError(
            f'"{source}" is no path, and nothing of that name is configured',
            hint=f"write the path of a trail archive, or one of {', '.join(known) or 'the [[audit_log]]s'}",
        )
    path = str(Path(source).absolute())
    return archive_of_log(path, catalog.log_files(path), can_be_counted=True)


def _queue_refused(settings: "Settings", source: str) -> UsageError:
    """Return why a queue is not gone through: what is read there is taken from the daemon."""
    vault = f", or the vault {settings.vault.name}" if settings.vault else ""
    return UsageError(
        f'"{source}" is a queue, which is for `drift run` alone to read',
        hint="name what keeps the records: the bucket, workspace or project that they lie in as an"
        f" [[audit_log]], the path of a trail archive{vault}",
    )


def _ticket_sources(settings: "Settings", meters: list[Meter] | None = None) -> dict[str, TicketSource]:
    from drift.redacted_tickets import RedactedTickets

    made = _made(catalog.TICKETS, settings.tickets, meters=meters)
    return {name: RedactedTickets(one) for name, one in made.items()}


def _deliveries(settings: "Settings") -> "dict[str, DeliveryRules]":
    """Return how fast each notifier is sent messages; where time stands still, everything goes at once."""
    from drift.config import ClockSource

    if settings.clock is ClockSource.RECORDS:
        return {}
    return {one.name: one.rules for one in settings.notifiers}


def evidence_sinks(settings: "Settings") -> "dict[str, EvidenceSink]":
    """Return where evidence is taken, by name."""
    return _made(catalog.EVIDENCE_SINKS, settings.evidence_sinks)


def mail_transport(settings: "Settings") -> "MailTransport":
    """Return what sends reports.

    Raises:
        ConfigError: Nothing does.
    """
    if settings.report.mail is None:
        raise ConfigError("nothing sends mail", hint="add a [[mail]]; docs/weekly-report.md shows one")
    return mail_transports(settings)[settings.report.mail]


def mail_transports(settings: "Settings") -> "dict[str, MailTransport]":
    """Return everything that sends mail, by name."""
    return _made(catalog.MAIL, settings.mail)


def raw_vault(settings: "Settings") -> "RawVault | None":
    """Return what keeps records as they were delivered, if it is configured."""
    vault = _vault(settings, [])
    return vault.records if vault else None


def _vault(settings: "Settings", meters: list[Meter]) -> "Vault | None":
    from drift.equipment import Vault

    if settings.vault is None:
        return None
    (records,) = _made(catalog.VAULTS, [settings.vault], meters=meters).values()
    return Vault(records=records, keep_for=settings.vault.keep_for, name=settings.vault.name)


def clock(settings: "Settings", database: "Database | None") -> Clock:
    """Return the clock that the configuration names."""
    from drift.clock import RecordsClock, SystemClock
    from drift.config import ClockSource

    if settings.clock is ClockSource.SYSTEM:
        return SystemClock()
    adapters = [
        *_with_own_tables(settings, partial(_made, catalog.LIVE, settings.live)).values(),
        *_made(catalog.TICKETS, settings.tickets).values(),
        *_made(catalog.CODE_HOSTS, settings.code_hosts).values(),
    ]
    return RecordsClock([one for one in adapters if isinstance(one, Recorded)], database)


def _made(
    adapters: Mapping[str, catalog.Adapter[PortT]],
    rows: "Iterable[AdapterSettings]",
    overrides: Mapping[str, str] = {},
    *,
    meters: list[Meter] | None = None,
) -> dict[str, PortT]:
    """Return the configured adapters of one kind by their names, in the order of the configuration.

    What counts their calls joins `meters`.
    """
    made = {}
    for row in rows:
        meter = catalog.meter_of(row.kind, row.name)
        made[row.name] = adapters[row.type].make(row.name, row.settings, overrides, meter=meter)
        if meters is not None:
            meters.append(meter)
    return made


def _named_live(name: str, overrides: Mapping[str, str] = {}) -> LiveConfig:
    """Return the reader that a command names."""
    if name.startswith(RECORDED_LIVE):
        return catalog.recorded_live(name.removeprefix(RECORDED_LIVE))
    if reader := catalog.ambient_live(name, overrides):
        return reader
    raise UsageError(
        f'no reader of live configuration is called "{name}"',
        hint=f"write --live {' or '.join(catalog.AMBIENT_LIVE)}, or --live file:PATH",
    )


def _made_baselines(
    rows: "Sequence[BaselineSettings]",
    stores: Mapping[str, StateStore],
    meters: list[Meter] | None,
    overrides: Mapping[str, str],
) -> tuple[Baseline, ...]:
    made = []
    for row in rows:
        meter, store = catalog.meter_of(row.kind, row.name), stores[row.store] if row.store else None
        made.append(catalog.BASELINES[row.type].make(row.name, row.settings, overrides, store, meter))
        if meters is not None:
            meters.append(meter)
    return tuple(made)
