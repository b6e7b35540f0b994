"""Which grant of access, or which deployment, a record opens for later calls."""

import re
from datetime import datetime, timedelta
from itertools import islice

from drift.model.event import OpenedSession
from drift.model.resource import Json
from drift.model.verdict import ActorKind, Confidence, Statement, Tool, ToolSign, Trust
from providers.gcp.calls import Known
from providers.gcp.effects import Method
from providers.gcp.identity import Caller, caller_of
from providers.gcp.record import Authentication
from providers.gcp.request import text_at, texts_at
from providers.gcp.resources import Kind
from providers.gcp.sessions import ANYWHERE, deployment_key, grant_key, is_above_projects
from providers.gcp.signals import Signals
from providers.gcp.touched import Subject

LONGEST_GRANT = timedelta(days=7)
"""No entitlement allows more."""

LONGEST_UNSAID = timedelta(hours=1)
"""How long a grant is taken for valid that does not say for how long it is."""

DEPLOYMENT_TAKES = timedelta(minutes=30)
MAX_LENGTH = 1000

ENDINGS = ("DenyGrant", "RevokeGrant", "WithdrawGrant")
AWAITED = "APPROVAL_AWAITED"

MAX_ROLES = 100
"""Of one grant that are looked at; an entitlement gives thirty at most."""

_ROLES = "privilegedAccess.gcpIamAccess.roleBindings.role"
_JUSTIFICATION = "justification.unstructuredJustification"
_SECONDS = re.compile(r"(\d{1,9})(?:\.\d+)?s?")
_DEPLOYED = ToolSign(
    tool=Tool.DEPLOYMENT_MANAGER,
    confidence=Confidence.MEDIUM,
    reason="Deployment Manager was asked for a deployment shortly before",
)


def opened_session(
    at: datetime | None, known: Known, method: Method, subject: Subject, signals: Signals
) -> OpenedSession | None:
    """Return the grant or deployment that a record opens, or `None` where it opens none."""
    kind = method.row.kind if method.row else None
    account, caller = known.call.account, known.caller
    if caller is None or account is None or at is None:
        return None
    if kind is Kind.GRANT:
        return _granted(at, account, method, caller, subject, signals)
    if kind is Kind.IAC and caller.principal.kind is not ActorKind.SERVICE:
        return OpenedSession(
            key=deployment_key(account),
            opener=caller.principal,
            via=None,
            role=None,
            tools=(_DEPLOYED,),
            expires_at=at + DEPLOYMENT_TAKES,
            is_renewable=True,
        )
    return None


def _granted(
    at: datetime, account: str, method: Method, caller: Caller, subject: Subject, signals: Signals
) -> OpenedSession | None:
    """Return the grant as it stands now: who asks says why, and the approval makes that count."""
    request, response = subject.contents.request, subject.contents.response
    name = method.name or ""
    asker = caller if name.endswith("CreateGrant") else _named(text_at(response, "requester"), signals)
    if asker is None:
        return None
    is_awaited = text_at(response, "state") == AWAITED
    trust = Trust.NAME if is_awaited else Trust.GRANT
    said = text_at(response, _JUSTIFICATION) or text_at(request, f"grant.{_JUSTIFICATION}")
    lasts = text_at(response, "requestedDuration") or text_at(request, "grant.requestedDuration")
    entitlement = (text_at(response, "name") or subject.name.text).partition("/grants/")[0]
    is_over = name.endswith(ENDINGS)
    return OpenedSession(
        key=grant_key(ANYWHERE if is_above_projects(account) else account, asker.principal.name),
        opener=asker.principal,
        via=None,
        role=entitlement or None,
        grants=() if is_over or is_awaited else _names_of(entitlement, response),
        statements=(Statement(place="justification", text=said[:MAX_LENGTH], trust=trust),) if said else (),
        expires_at=at if is_over else at + _duration(lasts),
        is_renewable=True,
    )


def _names_of(entitlement: str, response: Json) -> tuple[str, ...]:
    """Return how a grant may be called: by its entitlement, by the end of that, or by the roles it gives."""
    roles = islice(texts_at(response, _ROLES), MAX_ROLES)
    names = (entitlement, entitlement.rpartition("/")[2], *roles)
    return tuple(dict.fromkeys(name[:MAX_LENGTH] for name in names if name))


def _named(email: str | None, signals: Signals) -> Caller | None:
    return caller_of(Authentication(principal_email=email), signals)


def _duration(text: str | None) -> timedelta:
    found = _SECONDS.fullmatch(text or "")
    return min(timedelta(seconds=int(found[1])), LONGEST_GRANT) if found else LONGEST_UNSAID
