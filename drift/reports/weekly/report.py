"""What the weekly report says: numbers and rows, before text or HTML gives them a form.

Nothing that is zero says so alone: a count that was not taken over everything is only
what was seen.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from drift.model.alarm import BLINDING
from drift.model.evidence import Checkpoint
from drift.model.missing import Missing
from drift.model.verdict import Severity
from drift.reports.days import Span
from drift.reports.weekly.counts import ControlCount, MadeBy, TeamChanges, Watch, WeekCount


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSeen:
    """One source of records in the week."""

    name: str
    records: int
    outage: str | None
    """Why it cannot be read now."""
    held_up: str | None = None
    """Why it is read no further although it could be: the vault cannot keep what it delivers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A record, or a damaged part of a file, that nothing could be read from."""

    file: str
    index: int | None
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmSeen:
    """An alarm about the watch itself that stood at some time of the week."""

    slug: str
    text: str
    since: datetime
    ended_at: datetime | None
    """`None`: it stands at the end of the week, or now while that lasts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A gap of which somebody accepted that it can never be filled. It is covered no more for that."""

    source: str
    place: str | None
    """The account and region, or the delivery, if it is not all of the source."""
    from_at: datetime | None
    to_at: datetime | None
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What the numbers rest on."""

    sources: tuple[SourceSeen, ...]
    unreadable: int
    """Records, or damaged parts of a file, that nothing could be read from."""
    unread: tuple[Unread, ...]
    """The first of them."""
    outages: int
    """Times that a source could not be read."""
    declared: int
    compared: int
    excluded: int = 0
    """Writes that the policy leaves out."""
    accepted: tuple[Accepted, ...] = ()
    """Gaps that somebody accepted in the week."""
    verified: tuple[tuple[str, int], ...] = ()
    """How many delivered files were held against what the cloud signed, and fit, by source."""
    broken: tuple[str, ...] = ()
    """Where what the cloud signed says that something is missing or altered."""
    alarms: tuple[AlarmSeen, ...] = ()
    """Those that stand come first."""
    badly_controlled: tuple[str, ...] = ()
    """What is wrong with how repositories are controlled, the oldest first."""
    watch: Watch = field(default_factory=Watch)
    """How well was watched: `of` no minutes where there is no source."""

    @property
    def records(self) -> int:
        """How many records were delivered, the unreadable ones included."""
        return sum(source.records for source in self.sources) + self.unreadable

    @property
    def is_everything_read(self) -> bool:
        """Every source delivered, and all that it delivered could be read."""
        return (
            bool(self.sources)
            and self.watch.is_complete
            and all(
                source.records and source.outage is None and source.held_up is None for source in self.sources
            )
            and not self.unreadable
            and not self.outages
            and not self.broken
            and not any(alarm.ended_at is None and alarm.slug in BLINDING for alarm in self.alarms)
        )

    @property
    def alarms_standing(self) -> int:
        """How many alarms about the watch itself stand."""
        return sum(alarm.ended_at is None for alarm in self.alarms)

    @property
    def is_everything_compared(self) -> bool:
        """Everything that is declared was held against what is there."""
        return self.declared > 0 and self.compared == self.declared

    @property
    def is_everything(self) -> bool:
        """Nothing is known to have been missed."""
        return self.is_everything_read and self.is_everything_compared


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number and what it was in the week before, if anything was watched then."""

    now: int
    before: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something that needs somebody."""

    ref: str
    """Id of the change or the finding."""
    since: datetime
    severity: Severity
    resource: str
    who: str | None
    """Who did it, or wrote there last; `None`: no write is known."""
    what: str
    """What was done or differs."""
    owner: str | None
    """The team that answers for it, or whom the opening register names; `None`: nobody is named for it."""
    team: str | None
    """The team alone."""
    is_finding: bool
    """Drift; else it is a change."""
    missing: tuple[Missing, ...]
    is_pending: bool
    """There is still time to bring it."""
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """Something that needed somebody, and no longer does."""

    at: datetime
    resource: str
    how: str
    team: str | None = None
    """That answers for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedResource:
    """How often a resource was changed by hand."""

    name: str
    changes: int
    writes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Alerts:
    """What became of the messages."""

    sent: int
    """In the week."""
    waiting: int
    dead: int
    has_notifier: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstDays:
    """What was there before the watch began, and what alerts nobody yet."""

    register: int = 0
    """Findings that stand in the opening register."""
    register_worst: int = 0
    """Of these, the critical and high ones."""
    overdue: int = 0
    """Of these, the ones that should have been settled by now."""
    first_due_at: datetime | None = None
    """When the first of those that are not overdue is to be settled."""
    made_before: int = 0
    """Changes of the week that were made before the watch began."""
    withheld: int = 0
    """Changes of the week of which somebody would have been told, were they not only observed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unowned:
    """Changes of the week that went to the default, since no rule names who answers for them."""

    changes: int
    of: int
    """All changes of the week."""
    team: str | None
    """The default; `None`: they went to everybody."""
    most: tuple[tuple[str, int], ...] = ()
    """Resources and accounts with how many of them, the most first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyReport:
    """One week, as the store has it."""

    organisation: str
    week: Span
    """The week, or any other days."""
    as_of: datetime
    """Ages count up to here: the end of the week, or now while it lasts."""
    seen: Seen
    changes: int
    """All changes of the week but those of the cloud itself."""
    manual_writes: Figure
    manual_changes: int
    unticketed: Figure
    pending: int
    emergencies: Figure
    production_changes: Figure
    open_drift: Figure
    oldest_drift_at: datetime | None
    actions: tuple[Action, ...]
    """The worst first, and of these the oldest."""
    closed: tuple[Closed, ...]
    changed_resources: tuple[ChangedResource, ...]
    """By hand, the most changed first."""
    alerts: Alerts
    checkpoint: Checkpoint | None
    configuration_sha256: str
    tool_version: str
    first_days: FirstDays = FirstDays()
    unowned: Unowned | None = None
    """`None` where no teams are configured, or nothing was changed."""
    reviews: tuple[tuple[str, bool], ...] = ()
    """Lines on reviews, and whether each is bad."""
    teams: tuple[TeamChanges, ...] = ()
    """Manual changes, by the team that answers for what was changed."""
    people: tuple[MadeBy, ...] = ()
    """Who made most of them: empty unless the configuration asks for it."""
    weeks: tuple[WeekCount, ...] = ()
    """Twelve, the oldest first."""
    controls: tuple[ControlCount, ...] = ()
    links: str | None = None
    """Where the pages of the program are: without a slash at its end."""
    team: str | None = None
    """Whose own rows these are; `None`: everybody's."""
    names: frozenset[str] = frozenset()
    """Of people, as they may stand in any of the texts."""

    @property
    def run_id(self) -> str:
        """Tell this report from any other: of what, as of when, by which rules and at which ledger it is."""
        sealed = self.checkpoint.root if self.checkpoint else ""
        made_of = (
            self.organisation,
            str(self.week),
            self.as_of.isoformat(),
            self.configuration_sha256,
            sealed,
        )
        return f"wr-{sha256(chr(10).join(made_of).encode()).hexdigest()[:12]}"
