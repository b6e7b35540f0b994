"""ServiceNow: change requests with their approvals and windows, and incidents."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from drift.model.ticket import Ticket
from drift.model.ticket_search import TicketCandidate, TicketSearch
from providers.servicenow.rules import ASKED_BY, NEEDS, NUMBERS, ServiceNowSettings
from providers.servicenow.tables import Row, Tables, askable
from providers.servicenow.translate import Read, resources_of, ticket_of
from providers.ticket_api import TicketApi
from providers.ticket_candidates import likeliest
from providers.ticket_values import basic, header_text

__all__ = ["ServiceNow", "ServiceNowSettings"]

PAGE = 100

AT_ONCE = 50
"""Keys or ids in one question, whose address must not become too long."""

APPROVALS, AUDIT, USERS = "sysapproval_approver", "sys_audit", "sys_user"

NEEDS_APPROVALS = "read access to sysapproval_approver (an access rule, or the role approval_admin)"
NEEDS_AUDIT = "read access to sys_audit (an access rule; `audit = false` does without)"
NEEDS_USERS = "read access to sys_user"

APPROVAL_COLUMNS = (
    "sys_id", "sysapproval", "state", "sys_updated_on", "approver", "approver.email", "approver.user_name",
)  # fmt: skip

AUDIT_COLUMNS = ("documentkey", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on")


class ServiceNow:
    """A `TicketSource` that reads the tables of an instance."""

    def __init__(self, settings: ServiceNowSettings, *, page_size: int = PAGE) -> None:
        self._settings = settings
        api = TicketApi(system="ServiceNow", base_url=settings.base_url, headers=self._headers)
        self._tables = Tables(api=api, page_size=page_size)

    def check(self) -> str:
        """Read a row of each table."""
        seen = []
        for table in self._settings.tables:
            rows, total = self._tables.page(
                table, "ORDERBYsys_id", self._settings.columns_of(table), needs=NEEDS[table], limit=1
            )
            for row in rows:
                ticket_of(Read(row=row), self._settings)
            seen.append(f"{len(rows) if total is None else total:,} of {table}")
        self._tables.page(APPROVALS, "ORDERBYsys_id", APPROVAL_COLUMNS, needs=NEEDS_APPROVALS, limit=1)
        if self._settings.audit:
            self._tables.page(AUDIT, "ORDERBYsys_id", AUDIT_COLUMNS, needs=NEEDS_AUDIT, limit=1)
        return ", ".join(seen)

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Return the rows with these numbers, and those for these resources; see `TicketSource`."""
        found: dict[str, Row] = {}
        for table in self._settings.tables:
            wanted = {key for key in keys if NUMBERS[table].fullmatch(key)}
            for some in _chunks(sorted(wanted)):
                rows = self._rows(table, f"numberIN{','.join(some)}")
                # A condition that the instance does not understand fits everything.
                found.update({row["sys_id"]: row for row in rows if row.required("number") in wanted})
            for some in _chunks(askable(resource_ids)):
                rows = self._rows(table, _naming(some, self._settings.resource_columns))
                known = set(resource_ids)
                found.update(
                    {
                        row["sys_id"]: row
                        for row in rows
                        if not known.isdisjoint(resources_of(row, self._settings))
                    }
                )
        return [ticket_of(one, self._settings) for one in self._read(found)]

    def deleted(self, keys: Collection[str]) -> Collection[str]:
        """Return nothing: only administrators may read what was deleted."""
        return ()

    def candidates(self, search: TicketSearch) -> Sequence[TicketCandidate]:
        """Return rows that fit what is known; see `TicketSource`."""
        found: list[Ticket] = []
        for table in self._settings.tables:
            rows, _ = self._tables.page(
                table,
                _likely(search, table, self._settings.resource_columns),
                self._settings.columns_of(table),
                needs=NEEDS[table],
                limit=50,
            )
            found += [ticket_of(Read(row=row), self._settings) for row in rows]
        return likeliest(search, found)

    def _rows(self, table: str, condition: str) -> Sequence[Row]:
        columns = self._settings.columns_of(table)
        return self._tables.rows(table, f"{condition}^ORDERBYsys_id", columns, needs=NEEDS[table])

    def _read(self, found: Mapping[str, Row]) -> Iterable[Read]:
        """Return the rows with their approvals and edits."""
        approvals: dict[str, list[Row]] = defaultdict(list)
        edits: dict[str, list[Row]] = defaultdict(list)
        for some in _chunks(askable(found)):
            query = f"sysapprovalIN{','.join(some)}^ORDERBYsys_id"
            for row in self._tables.rows(APPROVALS, query, APPROVAL_COLUMNS, needs=NEEDS_APPROVALS):
                approvals[row["sysapproval"]].append(row)
        documents = [*found, *(row["sys_id"] for rows in approvals.values() for row in rows)]
        for some in _chunks(askable(documents)) if self._settings.audit else ():
            query = f"documentkeyIN{','.join(some)}^ORDERBYsys_created_on"
            for row in self._tables.rows(AUDIT, query, AUDIT_COLUMNS, needs=NEEDS_AUDIT):
                edits[row["documentkey"]].append(row)
        people = self._people({row["user"] for rows in edits.values() for row in rows})
        return [
            Read(row=row, approvals=approvals[id_], edits=edits, people=people) for id_, row in found.items()
        ]

    def _people(self, names: Collection[str]) -> Mapping[str, str]:
        """Return the mail addresses of users by their names."""
        columns, found = ("user_name", "email"), dict[str, str]()
        for some in _chunks(askable(names)):
            query = f"user_nameIN{','.join(some)}^ORDERBYsys_id"
            rows = self._tables.rows(USERS, query, columns, needs=NEEDS_USERS)
            found.update({row["user_name"]: row["email"] for row in rows if row["email"]})
        return found

    def _headers(self) -> Mapping[str, str]:
        settings = self._settings
        if settings.token is not None:
            return {"Authorization": f"Bearer {header_text(settings.token, what='the token for ServiceNow')}"}
        password = settings.password.reveal() if settings.password else ""
        return {"Authorization": basic(settings.username or "", password)}


def _naming(resource_ids: Sequence[str], columns: Sequence[str]) -> str:
    conditions = [f"{column}IN{','.join(resource_ids)}" for column in columns]
    conditions += [f"descriptionLIKE{one}" for one in resource_ids]
    return "^OR".join(conditions)


def _likely(search: TicketSearch, table: str, columns: Sequence[str]) -> str:
    """Return the query for rows that fit what is known; times are a day wider, for zones."""
    since, until = search.near - search.within, search.near + search.within
    day = timedelta(days=1)
    times = [f"sys_updated_on>={since - day:%Y-%m-%d}", f"sys_created_on<={until + 2 * day:%Y-%m-%d}"]
    hints = [
        f"{column}.{name}={person}"
        for person in askable(search.people)
        for column in (ASKED_BY[table], "assigned_to")
        for name in ("email", "user_name")
    ]
    for word in askable((*search.words, *search.resources)):
        hints += [f"short_descriptionLIKE{word}", f"descriptionLIKE{word}"]
    if resources := askable(search.resources):
        hints += [f"{column}IN{','.join(resources)}" for column in columns]
    return "^".join([*times, *(["^OR".join(hints)] if hints else []), "ORDERBYDESCsys_updated_on"])


def _chunks(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))
