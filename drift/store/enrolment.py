"""Since when each source and baseline is watched, and which parts of the estate alert."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from drift.model.change import Change
from drift.model.enrolment import Enrolled, Enrolment, EnrolmentRules, Mode, Scope, ScopeKind, Treatment
from drift.model.environment import Environment
from drift.store.addresses import declared_as
from drift.store.columns import as_key
from drift.store.schema import baseline, enrolment, source_account, watched
from drift.store.schema import change as change_table
from drift.store.upsert import insert_all_new, insert_new, insert_or_update

SOURCE, BASELINE, DISCOVERY = "source", "baseline", "discovery"
"""What is watched: a source of records, a baseline, and the listing of what exists, which has no name."""


def begin_watch(connection: Connection, kind: str, name: str, at: datetime) -> bool:
    """Note that something is watched from now on; tell whether it was not before."""
    return insert_new(connection, watched, {"kind": kind, "name": name, "since": at})


def unopened(connection: Connection, names: Iterable[str]) -> frozenset[str]:
    """Return which of these baselines were never compared completely."""
    return frozenset(names) - _opened(connection, BASELINE)


def is_discovery_opened(connection: Connection) -> bool:
    """Tell whether what exists was ever listed completely."""
    return bool(_opened(connection, DISCOVERY))


def open_register(connection: Connection, kind: str, name: str, at: datetime) -> None:
    """Note that something was compared completely for the first time: what is found from now on is new."""
    begin_watch(connection, kind, name, at)
    mine = (watched.c.kind == kind, watched.c.name == name, watched.c.opened_at.is_(None))
    connection.execute(update(watched).where(*mine).values(opened_at=at))


def note_accounts(connection: Connection, source: str, accounts: Iterable[str]) -> None:
    """Note that a source tells of these accounts; empty stands for none."""
    rows = [{"source": source, "account": account} for account in accounts]
    insert_all_new(connection, source_account, rows)


def accounts_seen(connection: Connection) -> list[str]:
    """Return every account that a source told of, in order."""
    query = select(source_account.c.account).where(source_account.c.account != "").distinct()
    return list(connection.execute(query.order_by(source_account.c.account)).scalars())


def baselines_seen(connection: Connection) -> list[tuple[str, str | None]]:
    """Return the path or URI of every state that was compared, with the name of its baseline, in order."""
    rows = connection.execute(select(baseline.c.baseline, baseline.c.name).order_by(baseline.c.baseline))
    return [(origin, name) for origin, name in rows]


def enrolment_now(connection: Connection, rules: EnrolmentRules) -> Enrolment:
    """Return how every part of the estate is treated."""
    since = (
        select(source_account.c.account, func.min(watched.c.since).label("since"))
        .join(watched, (watched.c.kind == SOURCE) & (watched.c.name == source_account.c.source))
        .group_by(source_account.c.account)
    )
    return Enrolment(
        default=rules.mode,
        scopes={one.scope: one for one in enrolled(connection)},
        watched_since={row.account: row.since for row in connection.execute(since)},
    )


def enrolled(connection: Connection, scope: Scope | None = None) -> list[Enrolled]:
    """Return how somebody wanted scopes to be treated, in order; of one scope only that."""
    query = select(enrolment).order_by(enrolment.c.scope)
    if scope is not None:
        query = query.where(enrolment.c.scope == as_key(str(scope)))
    return [
        Enrolled(
            scope=Scope(kind=ScopeKind(row.kind), name=row.name),
            mode=Mode(row.mode),
            since=row.since,
            by=row.by,
            ledger_seq=row.ledger_seq,
        )
        for row in connection.execute(query)
    ]


def keep_enrolled(connection: Connection, one: Enrolled) -> None:
    """Keep how a scope is to be treated."""
    changed = {"mode": one.mode, "since": one.since, "by": one.by, "ledger_seq": one.ledger_seq}
    fixed = {"scope": str(one.scope), "kind": one.scope.kind, "name": one.scope.name}
    insert_or_update(connection, enrolment, {**fixed, **changed}, changed)


def treatment_of(
    connection: Connection, change: Change, now: Enrolment, environment: Environment | None
) -> Treatment:
    """Return how a change is treated, which is made in an account of this environment.

    What people were told of once they are told of to its end: their message has to stay true.
    """
    account = change.first.event.call.account
    states = _states_of(connection, change) if now.has_states else ()
    found = now.treatment(account, environment.name if environment else None, states)
    if not found.alerts(change.ended_at) and _was_told(connection, change):
        return Treatment(watched_since=found.watched_since)
    return found


def _was_told(connection: Connection, one: Change) -> bool:
    query = select(change_table.c.judgement).where(change_table.c.change_id == one.change_id)
    judgement = connection.execute(query).scalar_one()
    return judgement is not None and judgement.decision.alert


def _states_of(connection: Connection, change: Change) -> Collection[str]:
    """Return the states that declare the resource of a change, and the names of their baselines."""
    call = change.first.event.call
    origins = {row.state for row in declared_as(connection, change.resource, call.account, call.region)}
    names = connection.execute(select(baseline.c.name).where(baseline.c.baseline.in_(origins))).scalars()
    return origins | {name for name in names if name}


def _opened(connection: Connection, kind: str) -> frozenset[str]:
    opened = (watched.c.kind == kind, watched.c.opened_at.is_not(None))
    return frozenset(connection.execute(select(watched.c.name).where(*opened)).scalars())
