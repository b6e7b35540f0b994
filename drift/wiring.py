"""The composition root: settings become a running program, in one straight line.

The only place that knows the adapters, and those only through their catalog.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from drift import __version__, config
from drift.config import AdapterSettings, ClockSource, Settings
from drift.errors import ConfigError, UsageError
from drift.model.detection import DetectRules
from drift.model.evidence import ConfigRecord
from drift.ports import Baseline, Clock, LiveConfig, Recorded, Translator, Watched
from providers import catalog

if TYPE_CHECKING:
    # SQLAlchemy and cryptography are slow to import, and `classify` needs neither.
    from drift.ledger.note import SigningKey
    from drift.pipeline import Pipeline
    from drift.store.database import Database

PortT = TypeVar("PortT")

RECORDED_LIVE = "file:"
"""Begins the name of a recorded answer on the command line: `--live file:PATH`."""


def settings_of(path: str | None) -> Settings:
    """Read the configuration; see `drift.config.load`."""
    return config.load(Path(path) if path else None, catalog.ADAPTERS)


def settings_for_reading(path: str | None) -> Settings:
    """Read the configuration for a command that reads the store, and reaches no other system."""
    return config.load(Path(path) if path else None, catalog.ADAPTERS, opens_adapters=False)


def settings_without_secrets(path: str | None) -> Settings:
    """Read the configuration for a command that reaches no system outside."""
    return config.load(Path(path) if path else None, catalog.ADAPTERS, environ=None)


def translators() -> tuple[Translator, ...]:
    """Return the translator of every cloud that is understood."""
    return catalog.translators()


def detect_rules() -> DetectRules:
    """Return the tables by which declared and live configuration are compared."""
    return catalog.detect_rules()


def states(uris: Sequence[str]) -> tuple[Baseline, ...]:
    """Return ad hoc baselines for the states that a command names."""
    return tuple(catalog.terraform_state(uri) for uri in uris)


def baselines(settings: Settings) -> tuple[Baseline, ...]:
    """Return the configured baselines."""
    return tuple(_made(catalog.BASELINES, settings.baselines).values())


def watched(settings: Settings, live: str | None = None) -> tuple[Watched, ...]:
    """Return the configured baselines, each with its own reader, or all with the reader `live`."""
    readers = _made(catalog.LIVE, settings.live)
    given = _recorded_live(live) if live else None
    return tuple(
        Watched(baseline=baseline, live=given or readers[one.live])
        for one, baseline in zip(settings.baselines, baselines(settings), strict=True)
    )


def watched_states(uris: Sequence[str], live: str | None) -> tuple[Watched, ...]:
    """Return ad hoc baselines, all with the reader `live`."""
    if live is None:
        raise UsageError(
            "nothing says how to read what is there", hint="add --live file:PATH with a recorded answer"
        )
    reader = _recorded_live(live)
    return tuple(Watched(baseline=baseline, live=reader) for baseline in states(uris))


@contextmanager
def open_database(settings: Settings, *, may_make: bool = False) -> Iterator["Database"]:
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


def signing_key(settings: Settings, database: "Database") -> "SigningKey":
    """Return the key of the ledger; a new ledger gets a new one.

    Raises:
        ConfigError: The ledger was sealed before, and its key is gone: another one would look like a forgery.
    """
    from drift.ledger.checkpoint import latest_checkpoint
    from drift.ledger.note import create_key_file, load_key_file

    if settings.key_file.exists():
        return load_key_file(settings.key_file, settings.ledger_origin)
    with database.reading() as connection:
        if latest_checkpoint(connection) is not None:
            raise ConfigError(
                f"the ledger's key is missing: {settings.key_file}",
                hint="bring it back from your backup; a new one cannot vouch for what the old one sealed",
            )
    return create_key_file(settings.key_file, settings.ledger_origin)


@contextmanager
def running(settings: Settings) -> Iterator["Pipeline"]:
    """Put the program together, and take it apart at the end."""
    from drift.equipment import Equipment, Policy
    from drift.pipeline import Pipeline
    from drift.stages.translate import Translators

    compared = watched(settings)
    with open_database(settings, may_make=True) as database:
        yield Pipeline(
            have=Equipment(
                configuration=ConfigRecord(sha256=settings.sha256, tool_version=__version__),
                database=database,
                key=signing_key(settings, database),
                clock=clock(settings, database),
                policy=Policy(
                    identities=settings.identities,
                    channels=settings.channels,
                    correlation=settings.correlation,
                    detection=detect_rules(),
                    decision=settings.decision,
                ),
                translators=Translators(translators()),
                sources=_made(catalog.AUDIT_LOGS, settings.audit_logs),
                watched=compared,
                ticket_sources=_made(catalog.TICKETS, settings.tickets),
                code_hosts=_made(catalog.CODE_HOSTS, settings.code_hosts),
                notifiers=_made(catalog.NOTIFIERS, settings.notifiers),
            )
        )


def clock(settings: Settings, database: "Database") -> Clock:
    """Return the clock that the configuration names."""
    from drift.clock import RecordsClock, SystemClock

    if settings.clock is ClockSource.SYSTEM:
        return SystemClock()
    adapters = [
        *_made(catalog.LIVE, settings.live).values(),
        *_made(catalog.TICKETS, settings.tickets).values(),
        *_made(catalog.CODE_HOSTS, settings.code_hosts).values(),
    ]
    return RecordsClock([one for one in adapters if isinstance(one, Recorded)], database)


def _made(
    adapters: Mapping[str, catalog.Adapter[PortT]], rows: Iterable[AdapterSettings]
) -> dict[str, PortT]:
    """Return the configured adapters of one kind by their names, in the order of the configuration."""
    return {row.name: adapters[row.type].make(row.name, row.settings) for row in rows}


def _recorded_live(name: str) -> LiveConfig:
    if not name.startswith(RECORDED_LIVE):
        raise UsageError(f'no reader of live configuration is called "{name}"', hint="write --live file:PATH")
    return catalog.recorded_live(name.removeprefix(RECORDED_LIVE))
