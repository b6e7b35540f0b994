"""PagerDuty's incidents: what declares an emergency. They approve nothing, and name no resources."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated
from urllib.parse import quote

import msgspec

from drift.model.secret import Secret
from drift.model.ticket import Edit, Ticket, TicketKind
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.pagerduty.ticket_documents import (
    Incident,
    IncidentPage,
    LogEntry,
    LogPage,
    OneIncident,
    OneUser,
    Reference,
)
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_candidates import likeliest
from providers.ticket_values import Address, header_text, moment, optional_moment

SYSTEM = "pagerduty"

PAGE = 100

NEEDS = "the scope incidents.read"
NEEDS_USERS = "the scope users.read"

_KEY = re.compile(r"(?P<site>[a-z0-9.-]{1,100})#(?P<id>[A-Z0-9]{5,30})", re.ASCII)

_STATUSES = {
    "trigger_log_entry": "triggered",
    "acknowledge_log_entry": "acknowledged",
    "unacknowledge_log_entry": "triggered",
    "resolve_log_entry": "resolved",
    "reopen_log_entry": "triggered",
}
"""What an incident is after such an entry."""

_NO_EDITS = frozenset({"notify_log_entry", "reach_ack_limit_log_entry", "reach_trigger_limit_log_entry"})
"""Entries that change nothing: somebody was only told."""


class PagerDutyIncidentsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account, and who asks for its incidents."""

    token: Secret
    """A read-only API key."""
    site: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.-]+\.pagerduty\.com$")]
    """Where people see incidents: `example.pagerduty.com`. Keys begin with it."""
    base_url: Address = "https://api.pagerduty.com"
    """In Europe: `https://api.eu.pagerduty.com`."""
    services: tuple[str, ...] = ()
    """Ids of the services whose incidents count; default: all that may be seen."""


class PagerDutyIncidents:
    """A `TicketSource` that reads the incidents of an account."""

    def __init__(self, settings: PagerDutyIncidentsSettings) -> None:
        self._settings = settings
        self._api = TicketApi(system="PagerDuty", base_url=settings.base_url, headers=self._headers)

    def check(self) -> str:
        """List an incident, and read what happened to it."""
        found = self._list({"limit": 1}).incidents
        for one in found:
            self._ticket(one, self._log(one))
        return f"the incidents of {self._settings.site}{'' if found else ', of which there are none yet'}"

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the incidents with these keys; none names a resource; see `TicketSource`."""
        people: dict[str, str] = {}
        found = [one for key in sorted(set(keys)) if (one := self._incident(key))]
        return [self._ticket(one, self._log(one), people) for one in found if self._counts(one)]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing: incidents cannot be deleted."""
        return ()

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return incidents of about the time of the change that fit; see `TicketSource`."""
        people: dict[str, str] = {}
        found = self._list(
            {
                "since": (search.near - search.within).isoformat(),
                "until": (search.near + search.within).isoformat(),
                "sort_by": "created_at:desc",
                "limit": PAGE,
            }
        ).incidents
        return likeliest(search, [self._ticket(one, (), people) for one in found if self._counts(one)])

    def _counts(self, incident: Incident) -> bool:
        services = self._settings.services
        return not services or (incident.service is not None and incident.service.id in services)

    def _incident(self, key: str) -> Incident | None:
        """Return the incident with a key; `None` if there is none, or it may not be seen."""
        found = _KEY.fullmatch(key)
        if not found or found["site"] != self._settings.site:
            return None
        answer = self._api.get(
            f"incidents/{found['id']}",
            {"include[]": "first_trigger_log_entries"},
            what=f"reading {key}",
            needs=NEEDS,
            absent={404},
        )
        return None if answer.status == 404 else answer.read_as(OneIncident).incident

    def _list(self, asked: Mapping[str, str | int]) -> IncidentPage:
        query = {"include[]": "first_trigger_log_entries", **asked}
        return self._api.get("incidents", query, what="listing incidents", needs=NEEDS).read_as(IncidentPage)

    def _log(self, incident: Incident) -> Sequence[LogEntry]:
        what = f"reading the log of {incident.id}"

        def page(offset: int) -> tuple[Iterable[LogEntry], int | None]:
            answer = self._api.get(
                f"incidents/{quote(incident.id, safe='')}/log_entries",
                {"limit": PAGE, "offset": offset},
                what=what,
                needs=NEEDS,
            )
            found = answer.read_as(LogPage)
            at = offset + len(found.log_entries)
            return found.log_entries, at if found.more and found.log_entries else None

        return list(all_pages(page, 0, what=what))

    def _ticket(
        self, incident: Incident, log: Sequence[LogEntry], people: dict[str, str] | None = None
    ) -> Ticket:
        what, people = f"reading {incident.id} in PagerDuty", {} if people is None else people
        trigger = incident.first_trigger_log_entry
        assignee = incident.assignments[0].assignee if incident.assignments else None
        created_at = moment(incident.created_at, what=what)
        changed = incident.updated_at or incident.last_status_change_at
        return Ticket(
            system=SYSTEM,
            key=f"{self._settings.site}#{incident.id}",
            kind=TicketKind.INCIDENT,
            title=incident.title,
            status=incident.status,
            url=incident.html_url,
            requested_by=self._mail(trigger.agent if trigger else None, people),
            assignee=self._mail(assignee, people),
            created_at=created_at,
            updated_at=optional_moment(changed, what=what) or created_at,
            is_open=incident.status != "resolved",
            closed_at=optional_moment(incident.resolved_at, what=what),
            project=incident.service.summary if incident.service else None,
            text=incident.description or "",
            history=tuple(sorted(self._edits(log, what, people), key=lambda one: one.at)),
            untold=("title", "text"),
        )

    def _edits(self, log: Sequence[LogEntry], what: str, people: dict[str, str]) -> Iterator[Edit]:
        for one in log:
            if one.type not in _NO_EDITS:
                status = _STATUSES.get(one.type)
                field = "status" if status else one.type.removesuffix("_log_entry").replace("_", " ")
                by = self._mail(one.agent, people)
                yield Edit(at=moment(one.created_at, what=what), by=by, field=field, after=status)

    def _mail(self, agent: Reference | None, people: dict[str, str]) -> str | None:
        """Return a person's mail address; else the id, of somebody who was deleted or may not be seen."""
        if agent is None or not agent.is_user:
            return None
        if agent.id not in people:
            path = f"users/{quote(agent.id, safe='')}"
            answer = self._api.get(path, what="reading a user", needs=NEEDS_USERS, absent={403, 404})
            people[agent.id] = answer.read_as(OneUser).user.email if answer.status == 200 else agent.id
        return people[agent.id]

    def _headers(self) -> Mapping[str, str]:
        token = header_text(self._settings.token, what="the API key of PagerDuty")
        return {
            "Authorization": f"Token token={token}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
