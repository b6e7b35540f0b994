"""What would have alerted? One message a day while a part of the estate is only observed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from drift.ledger.log import size_of
from drift.model.action import corrections
from drift.model.alert import Alert, notice_of
from drift.model.enrolment import Enrolment, EnrolmentRules, Mode
from drift.model.environment import Environment
from drift.model.verdict import ActorKind, Confidence, Disposition, Severity
from drift.store import meta, outbox
from drift.store.changes import ChangeRow
from drift.store.enrolment import accounts_seen, enrolment_now
from drift.store.findings import FindingRow
from drift.store.observed import Observed, observed_since
from drift.terminal import shown

EVERY = timedelta(days=1)

_KEY = "digest"

_SESSION = "digest-"
"""Begins what stands in place of a change session in the messages and their evidence."""

_ACCOUNTS_NAMED = 3

_LONGEST = 200


class _Last(msgspec.Struct, frozen=True, kw_only=True):
    """The digest before this one."""

    due_at: datetime
    """They stay a whole number of days apart, however late each was made."""
    size: int
    """Of the ledger: what was judged later stands in the next one."""


def queue_digest(
    connection: Connection,
    notifiers: Iterable[str],
    rules: EnrolmentRules,
    environments: Sequence[Environment],
    now: datetime,
) -> None:
    """Queue the digest if it is due: a day after the last, the first once anything was judged or found.

    Where nothing is only observed there is none. One that could not be sent yet gives way to the next.
    """
    last = _last(connection)
    if last is not None and now - last.due_at < EVERY:
        return
    accounts = _only_observed(enrolment_now(connection, rules), accounts_seen(connection), environments)
    observed = observed_since(connection, last.size if last else 0)
    if accounts is None or (last is None and observed.is_nothing):
        return
    outbox.give_way(connection, _SESSION)
    since = None if last is None else last.due_at
    outbox.queue(connection, notifiers, compose_digest(observed, accounts, since, now), now)
    due_at = now if last is None else now - (now - last.due_at) % EVERY
    kept = _Last(due_at=due_at, size=size_of(connection))
    meta.write(connection, _KEY, msgspec.json.encode(kept).decode())


def compose_digest(
    observed: Observed, accounts: Sequence[str], since: datetime | None, now: datetime
) -> Alert:
    """Return the message about what was only observed, in these accounts."""
    withheld, register = sum(observed.withheld.values()), sum(observed.register.values())
    would = _counted(withheld, "change") if withheld else "nothing"
    before = f"; {_counted(register, 'finding')} from before the watch" if register else ""
    headline = f"Digest of the day: {would} would have alerted{before}"
    action = f"Nothing is urgent. To be alerted from now on: drift enrol {_to_enrol(accounts)}"
    return notice_of(
        session_id=f"{_SESSION}{now:%Y%m%dT%H%M%SZ}",
        headline=headline,
        call_to_action=action,
        paragraphs=_paragraphs(observed, accounts, since),
        began_at=since or now,
        now=now,
    )


def _paragraphs(observed: Observed, accounts: Sequence[str], since: datetime | None) -> Iterator[str]:
    judged = dict(observed.judged)
    made_before = judged.pop(Disposition.BEFORE_ENROLMENT, 0)
    span = f"since {since:%a %d %b %H:%M} UTC" if since else "so far"
    kinds = f" ({_by_number(judged)})" if judged else ""
    yield f"Judged {span}: {_counted(sum(judged.values()), 'change')}{kinds}."
    if observed.withheld:
        yield f"Would have alerted: {_by_severity(observed.withheld)}. The most severe:"
        yield from map(_change, observed.worst_withheld)
    if made_before:
        yield f"Made before the watch began: {_counted(made_before, 'change')}, which never alert."
    if observed.register:
        due = f", the first due on {observed.first_due_at:%a %d %b %Y}" if observed.first_due_at else ""
        before = _by_severity(observed.register)
        yield f"Opening register, what differed before the watch began: {before}{due}. The most severe:"
        yield from map(_finding, observed.worst_registered)
    yield f"New drift {span}: {_counted(observed.new_drift, 'finding')}."
    yield "Told at once all the same: tampering with the watch, the root user, emergency access."
    yield f"Only observed: {_named(accounts)}. See drift enrol --list, drift changes and drift findings."


def _only_observed(
    now: Enrolment, accounts: Sequence[str], environments: Sequence[Environment]
) -> list[str] | None:
    """Return the accounts that are only observed; `None` where nothing is."""
    found = []
    for account in accounts:
        environment = next((one.name for one in environments if one.claims(account)), None)
        if now.treatment(account, environment).mode is Mode.OBSERVE:
            found.append(account)
    if not accounts and now.treatment(None).mode is Mode.OBSERVE:
        return []
    return found or None


def _to_enrol(accounts: Sequence[str]) -> str:
    return f"account:{shown(accounts[0], _LONGEST)}" if len(accounts) == 1 else "everything"


def _named(accounts: Sequence[str]) -> str:
    if not accounts:
        return "everything"
    more = len(accounts) - _ACCOUNTS_NAMED
    names = ", ".join(shown(one, _LONGEST) for one in accounts[:_ACCOUNTS_NAMED])
    return f"{_counted(len(accounts), 'account')}, {names}{f' and {more:,} more' if more > 0 else ''}"


def _change(row: ChangeRow) -> str:
    change, judgement = row.change, row.judgement
    address = judgement.standing.address if judgement else None
    severity = judgement.decision.severity if judgement else Severity.LOW
    what = f"{_who(row)} {change.first.event.summary} ({address or change.resource.short_id})"
    return f"• {severity}: {shown(what, _LONGEST)}, {change.change_id}"


def _who(row: ChangeRow) -> str:
    """Name a person only where it is sure: nobody is accused by a machine."""
    if corrected := corrections(row.change.actions):
        return f"{corrected[-1]} (by correction)"
    actor = row.change.actor
    is_no_person = actor.kind in (ActorKind.MACHINE, ActorKind.SERVICE)
    return actor.name if is_no_person or actor.confidence is Confidence.HIGH else "somebody"


def _finding(row: FindingRow) -> str:
    finding = row.finding
    name = finding.address or f"{finding.type} {finding.resource_id or ''}".rstrip()
    owner = f", {row.owner}" if row.owner else ""
    return f"• {finding.severity}: {shown(f'{name} ({finding.kind}){owner}', _LONGEST)}, {finding.finding_id}"


def _by_severity(numbers: Mapping[Severity, int]) -> str:
    """List counts, the most severe first."""
    return ", ".join(f"{numbers[one]:,} {one}" for one in Severity if numbers.get(one))


def _by_number(numbers: Mapping[Disposition, int]) -> str:
    """List counts, the largest first."""
    ordered = sorted(numbers.items(), key=lambda one: -one[1])
    return ", ".join(f"{number:,} {name}" for name, number in ordered)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _last(connection: Connection) -> _Last | None:
    kept = meta.read(connection, _KEY)
    return None if kept is None else msgspec.json.decode(kept, type=_Last)
