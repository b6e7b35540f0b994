"""The shape of config.toml: its tables, their keys, and what holds where a key is not written.

The keys of an adapter beyond its name and type stand with the adapter.
"""

from typing import ClassVar

import msgspec

from drift.config.settings import ClockSource


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table that stands once: `[heading]`."""

    heading: ClassVar[str]


class NamedTable(Table, frozen=True, kw_only=True):
    """A table of which there may be several, each with a name of its own: `[[heading]]`."""

    name: str


class Organisation(Table, frozen=True, kw_only=True):
    """Whose ledger it is."""

    heading = "organisation"
    name: str = "unnamed"


class Store(Table, frozen=True, kw_only=True):
    """The database. The URL stands here unless it holds a password."""

    heading = "store"
    url: str | None = None
    url_env: str | None = None
    url_file: str | None = None


class Ledger(Table, frozen=True, kw_only=True):
    """The evidence."""

    heading = "ledger"
    key_file: str = "driftledger-key.pem"


class Clock(Table, frozen=True, kw_only=True):
    """The time that judgements are made at."""

    heading = "clock"
    source: ClockSource = ClockSource.SYSTEM


class Schedule(Table, frozen=True, kw_only=True):
    """When the daemon does what."""

    heading = "schedule"
    poll_every: str = "60s"


class AdapterTable(NamedTable, frozen=True, kw_only=True):
    """What every adapter has: the heading is its kind."""

    type: str


class BaselineTable(AdapterTable, frozen=True, kw_only=True):
    """A baseline also says what it is compared with."""

    live: str


class Identities(Table, frozen=True, kw_only=True):
    """Identities known better than the records tell. Globs."""

    heading = "identities"
    people: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()


class Person(NamedTable, frozen=True, kw_only=True):
    """Somebody who has several names."""

    heading = "person"
    aliases: tuple[str, ...] = ()


class Pipeline(NamedTable, frozen=True, kw_only=True):
    """A trusted pipeline: globs of its role and of its token's subject."""

    heading = "pipeline"
    role: str | None = None
    subject: str | None = None
    run_id: str | None = None


class BreakGlass(Table, frozen=True, kw_only=True):
    """Emergency access. Globs."""

    heading = "break_glass"
    roles: tuple[str, ...] = ()


class Environment(NamedTable, frozen=True, kw_only=True):
    """A part of the estate. Globs of its accounts."""

    heading = "environment"
    accounts: tuple[str, ...]
    production: bool = True


class Policy(Table, frozen=True, kw_only=True):
    """What makes a change authorised."""

    heading = "policy"
    ticket_projects: tuple[str, ...] = ()
    settle_window: str = "10m"
    answer_deadline: str = "4h"


SINGLE: tuple[type[Table], ...] = (
    Organisation,
    Store,
    Ledger,
    Clock,
    Schedule,
    Identities,
    BreakGlass,
    Policy,
)
"""The tables that stand once."""

REPEATED: tuple[type[NamedTable], ...] = (Person, Pipeline, Environment)
"""The tables that may be repeated, besides the adapters'."""
