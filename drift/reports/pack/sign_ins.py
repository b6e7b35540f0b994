"""Who signed in to consoles, from which changes are made by hand: in which role, with which second factor."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from drift.model.event import Outcome
from drift.model.evidence import EntryKind
from drift.model.sign_in import SignInRecord
from drift.reports.month import month_at
from drift.reports.pack.listing import IS_PRODUCTION_BY, Fields, Listing, Shape
from drift.reports.pack.view import Recorded, View
from drift.reports.population import Row

COLUMNS = (
    *("at", "to", "outcome", "cloud", "account", "environment", "is_production", "region"),
    *("person", "kind", "principal", "role", "mfa", "source_ip", "source", "event", "event_sha256"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)
MONTH_COLUMNS = (
    *("month", "cloud", "account", "environment", "is_production", "to", "person", "role", "mfa"),
    *("sign_ins", "failed"),
)

NOT_RECORDED = "not recorded"

_WHAT_IS_TOLD = (
    "AWS tells of sign-ins to its console and access portal, and of roles taken on there.",
    "AWS does not tell the second factor of people from another identity provider, and Google of nobody.",
    "Azure's portal is told of where Entra's sign-in logs are delivered, else nobody is listed.",
    "Google's console is told of where Workspace's login audit is delivered, else nobody is listed.",
    "A session of the command line is no sign-in to a console.",
    IS_PRODUCTION_BY,
)


@dataclass(frozen=True, slots=True, order=True)
class _Who:
    """Sign-ins that are counted together, in the order in which they are listed."""

    month: str
    cloud: str
    account: str
    person: str
    to: str
    role: str
    mfa: str


def sign_ins(view: View) -> Iterator[Listing]:
    """Yield every sign-in of the period, and how many there were in each month."""
    yield Listing(
        path="13_access/sign_ins",
        title="Sign-ins to consoles",
        lists="Each sign-in to a console, a role or a portal that was made in the period, or tried, as"
        " entries of the kind `sign_in` tell it, in the order of the ledger.",
        columns=COLUMNS,
        rows=(_row(view, one) for one in _of_period(view)),
        shapes=(Shape.JSON_LINES, Shape.TABLE, Shape.WORKBOOK),
        limits=_WHAT_IS_TOLD,
        totals=("cloud", "outcome", "mfa"),
        dated_by="at",
    )
    yield Listing(
        path="13_access/sign_ins_by_month",
        title="Sign-ins by month",
        lists="How many of these sign-ins there were in each month of UTC, by account, person, role and"
        " second factor.",
        columns=MONTH_COLUMNS,
        rows=_months(view),
        limits=_WHAT_IS_TOLD,
    )


def _of_period(view: View) -> Iterator[Recorded[SignInRecord]]:
    for one in view.entries(EntryKind.SIGN_IN, SignInRecord):
        if view.request.period.holds(one.body.at):
            yield one


def _row(view: View, one: Recorded[SignInRecord]) -> Fields:
    return {
        **Row(entry=one.entry).fields,
        "mfa": _factor(one.body),
        **_environment(view, one.body.account),
    }


def _factor(body: SignInRecord) -> str:
    return NOT_RECORDED if body.mfa is None else "yes" if body.mfa else "no"


def _environment(view: View, account: str | None) -> Fields:
    """Return the environment of an account, and whether it is production; of no account neither is known.

    What no environment claims is taken for production.
    """
    if account is None:
        return {}
    found = next((one for one in view.request.environments if one.claims(account)), None)
    return {
        "environment": found.name if found else None,
        "is_production": found.is_production if found else True,
    }


def _months(view: View) -> Iterator[Fields]:
    made, failed = Counter[_Who](), Counter[_Who]()
    for one in _of_period(view):
        who = _who(one.body)
        made[who] += 1
        failed[who] += one.body.outcome is Outcome.FAILURE
    for who in sorted(made):
        yield {
            "month": who.month,
            "cloud": who.cloud,
            "account": who.account,
            **_environment(view, who.account or None),
            "to": who.to,
            "person": who.person,
            "role": who.role,
            "mfa": who.mfa,
            "sign_ins": made[who] - failed[who],
            "failed": failed[who],
        }


def _who(body: SignInRecord) -> _Who:
    return _Who(
        month=str(month_at(body.at)) if body.at else "",
        cloud=body.cloud.value,
        account=body.account or "",
        to=body.to.value,
        person=body.person,
        role=body.role or "",
        mfa=_factor(body),
    )
