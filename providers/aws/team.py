"""Reads who was given which permission set for a time by AWS's Temporary Elevated Access Management (TEAM).

TEAM keeps each request as an item of a DynamoDB table: `requests-`, the id of its API, and the environment.
It assigns the permission set once the request is approved, and only then sets `startTime`; when it takes it
away it sets `endTime`. It does not keep when somebody approved: no later than the access began.
https://github.com/aws-samples/iam-identity-center-team

It takes dynamodb:Scan and dynamodb:GetItem on that table.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.grant import Grant
from drift.model.ticket import Approval, ApprovalDecision, Ticket, TicketKind
from providers.aws.refusals import Asker, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings
from providers.ticket_values import moment, optional_moment

SYSTEM: Final = "aws-team"
GRANTS: Final = Asker("[[grants]]", "docs/change-control.md")

GAVE_ACCESS: Final = ("in progress", "ended", "revoked")
"""What a request is called once somebody got what it asked for."""

USERS: Final = "idc_"
"""What Cognito puts before the names of people of IAM Identity Center."""

UNTOLD: Final = ("title", "text", "accounts", "window_start", "window_end")
"""The table holds no history."""

_KEY = re.compile(r"TEAM-(?P<id>[0-9A-Za-z-]{1,64})", re.ASCII)
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)

TableName = Annotated[str, msgspec.Meta(pattern=r"^[\w.-]{3,255}$")]


class AwsTeamSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where TEAM keeps its requests."""

    table: TableName


class Request(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An item of the table, as far as it is read; a field that was not given is not there."""

    id: str
    status: str
    account_id: str
    role: str
    """Name of the permission set."""
    start_time: str
    duration: str
    """Hours."""
    created_at: str
    updated_at: str
    username: str
    account_name: str = ""
    email: str | None = None
    approver: str | None = None
    end_time: str | None = None
    ticket_no: str | None = None
    justification: str | None = None


class AwsTeam:
    """A `GrantSource` that reads the requests of TEAM."""

    def __init__(self, settings: AwsTeamSettings) -> None:
        self._table = settings.table
        self._access = settings.access()

    @cached_property
    def _client(self) -> Any:
        return open_client("dynamodb", self._access)

    def check(self) -> str:
        """Read all of the table, and look for one request."""
        found = sum(1 for _ in self._scan())
        self.request("TEAM-none")
        return f"{found} requests that gave access"

    def grants(self, account: str) -> Sequence[Grant]:
        """Return the access that was given in an account; see `GrantSource`."""
        if not _ACCOUNT.fullmatch(account):
            return ()
        found = (self._request_of(item) for item in self._scan(account))
        return [_grant(one) for one in sorted(found, key=lambda one: (one.start_time, one.id))]

    def request(self, key: str) -> Ticket | None:
        """Return a request as it is now; see `GrantSource`."""
        found = _KEY.fullmatch(key)
        if found is None:
            return None
        with self._refusals("dynamodb:GetItem"):
            answer = self._client.get_item(
                TableName=self._table, Key={"id": {"S": found["id"]}}, ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None or item.get("status", {}).get("S") not in GAVE_ACCESS:
            return None
        return _ticket(self._request_of(item))

    def _scan(self, account: str | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield the items of requests that gave access, of one account if it is given."""
        words = {f":status{number}": {"S": one} for number, one in enumerate(GAVE_ACCESS)}
        asked: dict[str, Any] = {
            "FilterExpression": f"#status IN ({', '.join(words)})",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": words,
        }
        if account is not None:
            asked["FilterExpression"] += " AND accountId = :account"
            asked["ExpressionAttributeValues"] = {**words, ":account": {"S": account}}
        with self._refusals("dynamodb:Scan"):
            pages = self._client.get_paginator("scan")
            for page in pages.paginate(TableName=self._table, ConsistentRead=True, **asked):
                yield from page["Items"]

    def _refusals(self, action: str) -> Any:
        on = f"the table {self._table}"
        return refusals("reading the requests of TEAM", action=action, on=on, asker=GRANTS)

    def _request_of(self, item: Mapping[str, Any]) -> Request:
        """Read an item: of each attribute its text, which is all that is needed."""
        texts = {name: value["S"] for name, value in item.items() if "S" in value}
        try:
            return msgspec.convert(texts, Request)
        except msgspec.ValidationError as error:
            raise ProviderResponseError(
                f"reading the requests of TEAM: {texts.get('id', 'one')[:64]!r} is none: {error}",
                hint=f"check `table` of its {GRANTS.table}",
            ) from error


def _grant(request: Request) -> Grant:
    user = request.username.removeprefix(USERS)
    return Grant(
        request=_ticket(request),
        account=request.account_id,
        role=re.compile(rf"AWSReservedSSO_{re.escape(request.role)}_[0-9a-f]{{16}}"),
        grantees=tuple(dict.fromkeys(filter(None, (user, request.email)))),
        ticket_key=(request.ticket_no or "").strip() or None,
    )


def _ticket(request: Request) -> Ticket:
    """Return a request as a ticket; whoever is named as its approver said yes before the access began."""
    what = f"reading the request {request.id} of TEAM"
    began_at = moment(request.start_time, what=what)
    where = f"{request.account_name} ({request.account_id})" if request.account_name else request.account_id
    return Ticket(
        system=SYSTEM,
        key=f"TEAM-{request.id}",
        kind=TicketKind.CHANGE,
        title=f"{request.role} in {where}",
        status=request.status,
        url=None,
        requested_by=request.email or request.username.removeprefix(USERS),
        assignee=None,
        created_at=moment(request.created_at, what=what),
        updated_at=moment(request.updated_at, what=what),
        approvals=tuple(_approvals(request, began_at)),
        accounts=(request.account_id,),
        window_start=began_at,
        window_end=_end(request, began_at, what),
        text="\n".join(filter(None, (request.ticket_no, request.justification))),
        untold=UNTOLD,
    )


def _approvals(request: Request, began_at: datetime) -> Iterator[Approval]:
    if request.approver:
        yield Approval(by=request.approver, decision=ApprovalDecision.APPROVED, at=began_at)


def _end(request: Request, began_at: datetime, what: str) -> datetime:
    """Return when the access was taken away, or will be: what was revoked ends when that is noted."""
    if ended_at := optional_moment(request.end_time, what=what):
        return ended_at
    if request.status == "revoked":
        return moment(request.updated_at, what=what)
    if not re.fullmatch(r"\d{1,4}", request.duration, re.ASCII):
        raise ProviderResponseError(
            f"{what}: {request.duration[:20]!r} is no number of hours", hint="if it happens again, report it"
        )
    return began_at + timedelta(hours=int(request.duration))
