"""A ServiceNow of our own: the Table API, with encoded queries, access rules and pages."""

import re
from collections.abc import Callable
from typing import Any

from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, only

Row = dict[str, str]

PARAMETERS = (
    "sysparm_query",
    "sysparm_fields",
    "sysparm_display_value",
    "sysparm_exclude_reference_link",
    "sysparm_limit",
    "sysparm_offset",
)

USER = ("", ".email", ".user_name")

TASK = {
    "sys_id",
    "number",
    "short_description",
    "description",
    "state",
    "active",
    "sys_created_on",
    "sys_updated_on",
    "closed_at",
    "cmdb_ci.name",
    "cmdb_ci.correlation_id",
    "cmdb_ci.environment",
    *(f"assigned_to{one}" for one in USER),
}

COLUMNS = {
    "change_request": TASK | {"start_date", "end_date", *(f"requested_by{one}" for one in USER)},
    "incident": TASK | {"resolved_at", *(f"caller_id{one}" for one in USER)},
    "sysapproval_approver": {
        "sys_id",
        "sysapproval",
        "state",
        "sys_updated_on",
        *(f"approver{one}" for one in USER),
    },
    "sys_audit": {"sys_id", "documentkey", "fieldname", "oldvalue", "newvalue", "user", "sys_created_on"},
    "sys_user": {"sys_id", "user_name", "email"},
}

CONDITION = re.compile(r"(?P<column>[a-z0-9_.]+)(?P<operator>IN|LIKE|>=|<=|=)(?P<value>.*)", re.DOTALL)


class ServiceNow:
    """The rows of one instance, by table."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
        self.hidden: set[str] = set()
        """Ids of rows that an access rule takes out of pages, and not out of the count."""
        self.is_looping = False

    def answer(self, asked: Asked) -> Answer:
        """Answer one request as an instance does."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _error(401, "User Not Authenticated")
        if asked.method != "GET" or asked.parts[:3] != ["api", "now", "table"] or len(asked.parts) != 4:
            raise RefusedError(_error(400, "Requested URI does not represent any resource"), "no such path")
        table = asked.parts[3]
        if table not in COLUMNS:
            raise RefusedError(_error(400, f"Invalid table {table}"), "no such table")
        only(asked, *PARAMETERS, answer=_error(400, "Invalid parameter"))
        if asked.query.get("sysparm_display_value") != "all":
            raise RefusedError(_error(400, "Invalid parameter"), "values and what is shown are both needed")
        columns = asked.query["sysparm_fields"].split(",")
        if unknown := set(columns) - COLUMNS[table]:
            raise RefusedError(_error(400, "Invalid field"), f"no columns {sorted(unknown)}")
        return self._page(asked, table, columns)

    def _page(self, asked: Asked, table: str, columns: list[str]) -> Answer:
        fitting = _fitting(self.tables[table], asked.query["sysparm_query"], COLUMNS[table])
        offset, limit = int(asked.query["sysparm_offset"]), int(asked.query["sysparm_limit"])
        total = len(fitting)
        if self.is_looping:
            offset, total = 0, 10**9
        page = [row for row in fitting[offset : offset + limit] if row["sys_id"] not in self.hidden]
        shown = [{column: _shown(row, column) for column in columns if column in row} for row in page]
        return Answer(body={"result": shown}, headers={"X-Total-Count": str(total)})


def _shown(row: Row, column: str) -> dict[str, str]:
    value = row[column]
    if column.endswith(("_on", "_at", "_date")) and value:
        return {"display_value": f"{value[8:10]}/{value[5:7]}/{value[:4]} local time", "value": value}
    return {"display_value": row.get(f"{column}.shown", value), "value": value}


def _fitting(rows: list[Row], query: str, columns: set[str]) -> list[Row]:
    groups: list[list[Callable[[Row], bool]]] = []
    order, is_descending = "", False
    for part in query.split("^"):
        if part.startswith("ORDERBY"):
            is_descending = part.startswith("ORDERBYDESC")
            order = part.removeprefix("ORDERBYDESC" if is_descending else "ORDERBY")
        elif part.startswith("OR") and groups:
            groups[-1].append(_condition(part.removeprefix("OR"), columns))
        else:
            groups.append([_condition(part, columns)])
    if order not in columns:
        raise RefusedError(_error(400, "Invalid query"), f"pages need an order: {query}")
    found = [row for row in rows if all(any(fits(row) for fits in group) for group in groups)]
    return sorted(found, key=lambda row: row.get(order, ""), reverse=is_descending)


def _condition(text: str, columns: set[str]) -> Callable[[Row], bool]:
    found = CONDITION.fullmatch(text)
    if not found or found["column"] not in columns or "javascript:" in text:
        # A real instance passes over it, and everything fits.
        raise RefusedError(_error(400, "Invalid query"), f"no condition: {text}")
    column, value = found["column"], found["value"]
    match found["operator"]:
        case "IN":
            values = value.split(",")
            return lambda row: row.get(column, "") in values
        case "LIKE":
            return lambda row: value.lower() in row.get(column, "").lower()
        case ">=":
            return lambda row: row.get(column, "")[:10] >= value
        case "<=":
            return lambda row: row.get(column, "")[:10] <= value
        case _:
            return lambda row: row.get(column, "") == value


def _error(status: int, message: str) -> Answer:
    body: dict[str, Any] = {"error": {"message": message, "detail": ""}, "status": "failure"}
    return Answer(status=status, body=body)
