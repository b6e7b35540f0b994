"""The shape of config.toml: its tables, their keys, and what holds where a key is not written.

The keys of an adapter beyond its name and type stand with the adapter.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from drift.config.settings import ClockSource, LogFormat
from drift.model.enrolment import Mode
from drift.model.routing import Urgency
from drift.model.verdict import Channel, Lane, Severity


class Day(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


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


class Rules(Table, frozen=True, kw_only=True):
    """Who edited these rules last, and who allowed that."""

    heading = "rules"
    edited_by: str | None = None
    approved_by: str | None = None
    ticket: str | None = None


class Store(Table, frozen=True, kw_only=True):
    """The database. The URL stands here unless it holds a password."""

    heading = "store"
    url: str | None = None
    url_env: str | None = None
    url_file: str | None = None


class Ledger(Table, frozen=True, kw_only=True):
    """The evidence."""

    heading = "ledger"
    key_file: str | None = None
    key_env: str | None = None
    observation_period: str = "397d"
    show_weekly: bool = True


class Clock(Table, frozen=True, kw_only=True):
    """The time that judgements are made at."""

    heading = "clock"
    source: ClockSource = ClockSource.SYSTEM


class Schedule(Table, frozen=True, kw_only=True):
    """When the daemon does what."""

    heading = "schedule"
    poll_every: str = "60s"
    sweep_every: str = "1h"
    checkpoint_every: str = "5m"


class Http(Table, frozen=True, kw_only=True):
    """Where the daemon answers whoever watches it."""

    heading = "http"
    listen: str | None = None


class Log(Table, frozen=True, kw_only=True):
    """What the daemon says on stderr."""

    heading = "log"
    format: LogFormat = LogFormat.TEXT


class Report(Table, frozen=True, kw_only=True):
    """What the weekly report tells, and where the daemon puts it."""

    heading = "report"
    folder: str | None = None
    people: bool = False
    send_at: str | None = None
    time_zone: str = "UTC"
    mail: str | None = None


class AdapterTable(NamedTable, frozen=True, kw_only=True):
    """What every adapter has: the heading is its kind."""

    type: str


class AuditLogTable(AdapterTable, frozen=True, kw_only=True):
    """An audit log also says who sees to its gaps, how long it keeps what it has, and what it may cost."""

    owner: str | None = None
    retention: str | None = None
    max_requests_per_day: int | None = None
    max_gigabytes_per_month: float | None = None


class CodeHostTable(AdapterTable, frozen=True, kw_only=True):
    """A code host also says whether the logs of its runs are kept."""

    keep_logs: bool = False


class CanaryTable(AdapterTable, frozen=True, kw_only=True):
    """A canary also says how often it is written, and by when its record must be there."""

    every: str = "1d"
    within: str = "30m"


class AnchorTable(AdapterTable, frozen=True, kw_only=True):
    """An anchor also says how often it is given a checkpoint."""

    every: str = "1h"


class EvidenceSinkTable(AdapterTable, frozen=True, kw_only=True):
    """An evidence sink also says how often the daemon exports a pack for it; without it, it never does."""

    every: str | None = None


class NotifierTable(AdapterTable, frozen=True, kw_only=True):
    """A notifier also says how fast it is sent messages, and which of them wait for each other."""

    messages_a_minute: Annotated[int, msgspec.Meta(ge=1)] | None = None
    gather_low: str = "15m"
    digest_above: Annotated[int, msgspec.Meta(ge=1)] = 10
    digest_after: str = "10m"


class BaselineTable(AdapterTable, frozen=True, kw_only=True):
    """A baseline also says what it is compared with, how often, and where its states are kept."""

    live: str
    store: str | None = None
    sweep_every: str | None = None


class VaultTable(AdapterTable, frozen=True, kw_only=True):
    """A vault also says when records are erased from it."""

    keep_for: str = "400d"


class Identities(Table, frozen=True, kw_only=True):
    """Identities known better than the records tell. Globs."""

    heading = "identities"
    people: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    strict_domains: tuple[str, ...] = ()


class Person(NamedTable, frozen=True, kw_only=True):
    """Somebody who has several names."""

    heading = "person"
    aliases: tuple[str, ...] = ()


class Pipeline(NamedTable, frozen=True, kw_only=True):
    """A trusted pipeline: globs of its role, its token's subject and pool, and what it acts as.

    Repository and branch or environment are another way to write the subject.
    """

    heading = "pipeline"
    role: str | None = None
    subject: str | None = None
    repository: str | None = None
    branch: str | None = None
    environment: str | None = None
    pool: str | None = None
    principal: str | None = None
    run_id: str | None = None


class BreakGlass(Table, frozen=True, kw_only=True):
    """Emergency access. Globs."""

    heading = "break_glass"
    roles: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()


class Exclusion(NamedTable, frozen=True, kw_only=True):
    """Writes that the policy leaves out. Globs, all of which must fit."""

    heading = "exclusion"
    reason: str
    account: str | None = None
    service: str | None = None
    action: str | None = None
    principal: str | None = None
    resource: str | None = None
    resource_type: str | None = None


class Ignore(NamedTable, frozen=True, kw_only=True):
    """Drift that is not to be told of. Globs, all of which must fit."""

    heading = "ignore"
    reason: str
    owner: str
    expires: date
    address: str | None = None
    type: str | None = None
    attribute: str | None = None
    resource: str | None = None
    account: str | None = None


class Scope(Table, frozen=True, kw_only=True):
    """The part of the estate that is watched. Globs."""

    heading = "scope"
    accounts: tuple[str, ...] = ()


class Watch(Table, frozen=True, kw_only=True):
    """What the watch itself depends on. Globs."""

    heading = "watch"
    resources: tuple[str, ...] = ()


class Environment(NamedTable, frozen=True, kw_only=True):
    """A part of the estate. Globs of its accounts."""

    heading = "environment"
    accounts: tuple[str, ...]
    production: bool = True


class OwnTable(NamedTable, frozen=True, kw_only=True):
    """Rows of the user's own for a data table: its name is the table's."""

    heading = "table"
    path: str


class Policy(Table, frozen=True, kw_only=True):
    """What makes a change authorised."""

    heading = "policy"
    ticket_projects: tuple[str, ...] = ()
    settle_window: str = "10m"
    answer_deadline: str = "4h"


class Coverage(Table, frozen=True, kw_only=True):
    """When what is not seen is an alarm, and who sees to it."""

    heading = "coverage"
    owner: str | None = None
    gap_limit: str = "24h"
    silent_after: str = "1h"
    rhythm: str = "14d"
    may_be_silent: tuple[str, ...] = ()


class Routing(Table, frozen=True, kw_only=True):
    """Who is told of what nobody owns, and who is asked first."""

    heading = "routing"
    default: str | None = None
    ask_first: str | None = None


class Team(NamedTable, frozen=True, kw_only=True):
    """People who answer for a part of the estate together, and how they are reached."""

    heading = "team"
    notifiers: tuple[str, ...] = ()
    page: tuple[str, ...] = ()
    channel: str | None = None
    mention: str | None = None
    secondary: str | None = None
    oncall: str | None = None
    time_zone: str = "UTC"
    working_days: tuple[Day, ...] = ()
    working_hours: str | None = None


class Owner(NamedTable, frozen=True, kw_only=True):
    """What a team answers for. Globs, all of which must fit; the first table that fits counts."""

    heading = "owner"
    team: str
    address: str | None = None
    state: str | None = None
    source: str | None = None
    code_owner: str | None = None
    tag: str | None = None
    account: str | None = None
    unit: str | None = None
    resource: str | None = None
    resource_type: str | None = None
    environment: str | None = None


class Route(NamedTable, frozen=True, kw_only=True):
    """How urgently some changes are told. What is not given fits any; the first table that fits counts."""

    heading = "route"
    urgency: Urgency
    channel: tuple[Channel, ...] = ()
    environment: tuple[str, ...] = ()
    lane: tuple[Lane, ...] = ()
    severity: tuple[Severity, ...] = ()


class Enrolment(Table, frozen=True, kw_only=True):
    """The first days: what nobody has enrolled, and what was there before."""

    heading = "enrolment"
    mode: Mode = Mode.OBSERVE
    owner: str | None = None
    critical_due: str = "7d"
    high_due: str = "30d"
    medium_due: str = "90d"
    low_due: str = "180d"


SINGLE: tuple[type[Table], ...] = (
    Organisation,
    Rules,
    Store,
    Ledger,
    Clock,
    Schedule,
    Http,
    Log,
    Report,
    Identities,
    BreakGlass,
    Scope,
    Watch,
    Policy,
    Coverage,
    Enrolment,
    Routing,
)
"""The tables that stand once."""

REPEATED: tuple[type[NamedTable], ...] = (
    Person,
    Pipeline,
    Exclusion,
    Ignore,
    Environment,
    Team,
    Owner,
    Route,
    OwnTable,
)
"""The tables that may be repeated, besides the adapters'."""
