"""What was changed around an incident: when it began, what lies before it, and what of that was not seen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drift.config.values import DURATION, UNITS
from drift.errors import UsageError
from drift.model.finding import Standing
from drift.model.ticket import Ticket
from drift.reports.around import Ranked, rank
from drift.reports.around_scope import HOURS, MOST_HOURS, Placed, parts_of
from drift.reports.wording import counted, moment
from drift.stages.decide import DecisionRules
from drift.stages.route import RoutingRules, owner_of
from drift.store.changes import ChangeRow
from drift.store.database import Database
from drift.store.gaps import open_gaps
from drift.store.lookup import changes_in
from drift.ticket_keys import shipped_ticket_keys

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing was logged before, and time can be counted back from here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What somebody wants to know."""

    what: str
    """The key or the address of an incident, a time, or how long ago it was."""
    scopes: tuple[str, ...] = ()
    hours: int = HOURS


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What was changed before something happened."""

    at: datetime
    hours: int
    incident: Ticket | None
    found: tuple[Ranked, ...]
    """The most relevant first."""
    gaps: int
    """How many gaps reach into these hours: changes in them were not seen."""

    @property
    def headline(self) -> str:
        """Say how many changes were made before what, and when that was."""
        began = f", when {self.incident.key} was opened: {self.incident.title}" if self.incident else ""
        return (
            f"{counted(len(self.found), 'change')} in the {self.hours} h before {moment(self.at)} UTC{began}"
        )

    @property
    def unseen(self) -> str | None:
        """Say that not everything was seen, if that is so."""
        if not self.gaps:
            return None
        return f"not all was seen: {counted(self.gaps, 'gap')} in these hours, which `drift gaps` lists"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookout:
    """Looks for what was changed."""

    database: Database
    decision: DecisionRules
    routing: RoutingRules
    ticket: Callable[[str], Ticket]
    """Return the ticket with this key. Raises `RefusedError` if there is none, or `ProviderError`."""

    def look(self, question: Question, now: datetime) -> Surroundings:
        """Return what was changed before what is meant.

        Raises:
            UsageError: It is no time and no incident, or there is no such scope.
            RefusedError: There is no such incident.
            ProviderError: The incident's system could not be asked.
        """
        environments = [one.name for one in self.decision.environments]
        parts = parts_of(question.scopes, environments, self.routing.teams)
        if not 1 <= question.hours <= MOST_HOURS:
            raise UsageError(
                f"{question.hours} h cannot be looked back at",
                hint=f"write a number from 1 to {MOST_HOURS}",
            )
        at = time_meant(question.what, now)
        incident = None if at else self.ticket(key_meant(question.what))
        began_at = max(at or (incident.created_at if incident else now), _EARLIEST)
        since = began_at - timedelta(hours=question.hours)
        with self.database.reading() as connection:
            rows = list(changes_in(connection, since, began_at))
            gaps = [row.gap for row in open_gaps(connection, with_accepted=True)]
        return Surroundings(
            at=began_at,
            hours=question.hours,
            incident=incident,
            found=rank(rows, began_at, incident, self._placed, parts),
            gaps=sum(
                (one.from_at or one.opened_at) <= began_at and (one.to_at is None or one.to_at >= since)
                for one in gaps
            ),
        )

    def _placed(self, row: ChangeRow) -> Placed:
        standing = row.judgement.standing if row.judgement else Standing()
        environment = self.decision.environment_of(row.change.first.event.call.account)
        name = environment.name if environment else None
        owner = owner_of(row.change, standing, name, self.routing)
        return Placed(environment=name, team=owner.team.name, address=standing.address)


def time_meant(what: str, now: datetime) -> datetime | None:
    """Return the time that is meant, or `None` of what may be an incident.

    Raises:
        UsageError: It can be neither, but looks like a time.
    """
    try:
        if age := DURATION.fullmatch(what):
            return now - timedelta(**{UNITS[age["unit"]]: int(age["count"])})
        time = datetime.fromisoformat(what)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        # A key begins with a letter, but for those of a repository: `7even/infra#12`.
        if what[:1].isdigit() and not {"#", "!"} & set(what):
            hint = "write 2026-11-16T09:30Z, an age such as 2h, or the key of an incident"
            raise UsageError(f'"{what}" is no time', hint=hint) from error
        return None


def key_meant(what: str) -> str:
    """Return the key of the incident whose key or address somebody wrote."""
    return next(shipped_ticket_keys().found_in(what), what) if "://" in what else what
