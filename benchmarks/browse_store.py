"""A store with many changes, written by the store's own encoders: nothing is read and judged for it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import structs
from sqlalchemy import Connection, insert

from benchmarks.pack import CHANGE, WRITE
from drift.ledger.entry import NewEntry
from drift.ledger.log import append_all
from drift.model.action import Action, Doer, Origin, Waived
from drift.model.change import Change, Write
from drift.model.control_test import Assessed, ControlTest, Result
from drift.model.event import Fate
from drift.model.evidence import EntryKind
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind, FindingStatus, Standing
from drift.model.judgement import Judgement
from drift.model.resource import Resource
from drift.model.ticket import Coverage, Ticket, TicketKind, TicketMatch
from drift.model.verdict import ActorKind, Channel, Confidence, Decision, Disposition, Lane, Severity
from drift.store.actions import keep_action
from drift.store.covered import begin_places, keep_source_read
from drift.store.database import Database
from drift.store.enrolment import SOURCE, begin_watch
from drift.store.listed import keep_line
from drift.store.migrate import migrate
from drift.store.schema import change, change_session, change_write, emergency, finding, write
from drift.store.tally import Tally

FILLED_AT_ONCE = 10_000
WITH_ENTRIES = 20_000
"""The newest changes, of which the ledger has the entries too."""

FINDINGS = 30_000
RESOURCES = 40_000
WAIVERS = 300

FIRST = datetime(2025, 10, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=36)
"""So that a million are spread over fourteen months."""

ACCOUNTS = tuple(f"{number:012}" for number in range(40))
ACTORS = (
    *(f"arn:aws:sts::{number:012}:assumed-role/deploy" for number in range(5)),
    *(f"person{number}@example.com" for number in range(250)),
)
TYPES = tuple(f"aws_type_{number}" for number in range(60))

DISPOSITIONS = (
    *([Disposition.AUTHORISED] * 400),
    *([Disposition.EXPLAINED] * 50),
    *([Disposition.UNTICKETED] * 30),
    *([Disposition.RETROACTIVE] * 10),
    *([Disposition.EMERGENCY] * 9),
    Disposition.WAIVED,
)
CHANNELS = (
    *([Channel.PIPELINE] * 80),
    *([Channel.CONSOLE] * 8),
    *([Channel.MANUAL] * 6),
    *([Channel.SERVICE] * 5),
    Channel.AUTOMATION,
)
SEVERITIES = (*([Severity.LOW] * 700), *([Severity.MEDIUM] * 250), *([Severity.HIGH] * 49), Severity.CRITICAL)

TESTS = tuple(
    Assessed(test=test, result=Result.PASS, reason="the ticket was approved before by erin@example.com")
    for test in ControlTest
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """One change with all that is kept of it."""

    number: int
    change: Change
    judgement: Judgement

    @property
    def write(self) -> Write:
        """Its one write."""
        return self.change.first


def filled(path: Path, changes: int) -> Database:
    """Return a store with so many changes, the newest of which began just now."""
    database = Database(f"sqlite:///{path}")
    migrate(database)
    draw = random.Random(1)
    for first in range(0, changes, FILLED_AT_ONCE):
        some = [_made(draw, number, changes) for number in range(first, min(first + FILLED_AT_ONCE, changes))]
        with database.transaction() as connection:
            connection.exec_driver_sql("PRAGMA cache_size=-400000")
            _keep(connection, some, with_entries=first >= changes - WITH_ENTRIES)
    _keep_the_rest(database, draw, FIRST + changes * BETWEEN, changes)
    return database


def _made(draw: random.Random, number: int, changes: int) -> _Made:
    at = FIRST + number * BETWEEN
    # A few accounts, people and types have most of the changes.
    account = ACCOUNTS[min(int(draw.paretovariate(0.6)) - 1, len(ACCOUNTS) - 1)]
    actor = ACTORS[min(int(draw.paretovariate(0.5)) - 1, len(ACTORS) - 1)]
    type_ = TYPES[min(int(draw.paretovariate(0.5)) - 1, len(TYPES) - 1)]
    resource = Resource(type=type_, id=f"res-{draw.randrange(RESOURCES):06}")
    # What nobody knows was made long ago, and never since: the newest page of it lies far back.
    is_old = number < changes // 1000
    channel = Channel.UNKNOWN if is_old else draw.choice(CHANNELS)
    disposition = draw.choice(DISPOSITIONS)
    lane = Lane.EMERGENCY if disposition is Disposition.EMERGENCY else Lane.INFRASTRUCTURE
    event = structs.replace(
        WRITE.event,
        event_id=f"{number:032x}",
        occurred_at=at,
        call=structs.replace(WRITE.event.call, account=account),
        resources=(resource,),
    )
    one = structs.replace(
        WRITE,
        event=event,
        actor=structs.replace(
            WRITE.actor, name=actor, kind=ActorKind.HUMAN if "@" in actor else ActorKind.MACHINE
        ),
        classification=structs.replace(WRITE.classification, channel=channel, lane=lane),
    )
    made = Change(
        change_id=f"chg-{number:09}",
        session_id=f"ses-{number:09}",
        resource=resource,
        writes=(one,),
        revision=1,
    )
    return _Made(number=number, change=made, judgement=_judgement(draw, disposition, at, account))


def _judgement(draw: random.Random, disposition: Disposition, at: datetime, account: str) -> Judgement:
    has_ticket = disposition in (Disposition.AUTHORISED, Disposition.RETROACTIVE)
    ticket = _ticket(f"OPS-{draw.randrange(200_000)}", at) if has_ticket else None
    is_asking = disposition in (Disposition.UNTICKETED, Disposition.RETROACTIVE)
    return Judgement(
        match=TicketMatch(
            coverage=Coverage.APPROVED_BEFORE if ticket else Coverage.NONE,
            method="session name" if ticket else None,
            confidence=Confidence.HIGH,
            reasons=CHANGE.reasons,
            ticket=ticket,
            approved_at=at if ticket else None,
            approver="erin@example.com" if ticket else None,
        ),
        standing=Standing(address=f"module.network.aws_security_group.web[{draw.randrange(4000)}]"),
        decision=Decision(
            disposition=disposition,
            severity=draw.choice(SEVERITIES),
            alert=is_asking,
            environment="production" if int(account) % 3 else "staging",
            reasons=CHANGE.reasons,
        ),
        tests=TESTS,
    )


def _ticket(key: str, at: datetime) -> Ticket:
    return Ticket(
        system="jira",
        key=key,
        kind=TicketKind.CHANGE,
        title="Open the port for the new load balancer",
        status="In Progress",
        url=f"https://example.atlassian.net/browse/{key}",
        requested_by="alice@example.com",
        assignee=None,
        created_at=at - timedelta(hours=3),
        updated_at=at,
        approvals=(),
        resources=("sg-0a1b2c3d4e5f67890",),
    )


def _keep(connection: Connection, some: list[_Made], *, with_entries: bool) -> None:
    seqs = _recorded(connection, some) if with_entries else {}
    connection.execute(insert(change_session), [_session_row(one) for one in some])
    connection.execute(insert(write), [_write_row(one, seqs) for one in some])
    connection.execute(insert(change), [_change_row(one, seqs) for one in some])
    links = [{"change_id": one.change.change_id, "write_key": one.write.event.key} for one in some]
    connection.execute(insert(change_write), links)
    noted = [
        {"change_id": one.change.change_id, "began_at": one.change.began_at, "noted_at": one.change.began_at}
        | {"closed_at": None if one.number % 500 == 0 else one.change.began_at}
        for one in some
        if one.change.is_emergency
    ]
    if noted:
        connection.execute(insert(emergency), noted)
    for one in some:
        keep_line(connection, one.change, one.judgement)


def _recorded(connection: Connection, some: list[_Made]) -> dict[str, int]:
    """Record the writes and how the changes stand; return the entries by what they are about."""
    entries = [entry for one in some for entry in _entries(one)]
    return {entry.ref: entry.seq for entry in append_all(connection, entries)}


def _entries(one: _Made) -> Iterator[NewEntry]:
    at, body = one.change.began_at, replace(CHANGE, change_id=one.change.change_id)
    key = one.write.event.key
    yield NewEntry(kind=EntryKind.OBSERVATION, ref=key, body=one.write, recorded_at=at)
    yield NewEntry(kind=EntryKind.DISPOSITION, ref=one.change.change_id, body=body, recorded_at=at)


def _session_row(one: _Made) -> dict[str, Any]:
    call = one.write.event.call
    times = {"began_at": one.change.began_at, "ended_at": one.change.ended_at}
    return {
        "session_id": one.change.session_id,
        "actor": one.write.actor.name,
        "account": call.account,
        **times,
    }


def _write_row(one: _Made, seqs: dict[str, int]) -> dict[str, Any]:
    key = one.write.event.key
    return {"key": key, "occurred_at": one.change.began_at, "ledger_seq": seqs.get(key, 0), "body": one.write}


def _change_row(one: _Made, seqs: dict[str, int]) -> dict[str, Any]:
    made, decision = one.change, one.judgement.decision
    return {
        "change_id": made.change_id,
        "session_id": made.session_id,
        "resource_type": made.resource.type,
        "resource_id": made.resource.id,
        "resource_key": made.resource.id.lower(),
        "began_at": made.began_at,
        "ended_at": made.ended_at,
        "to_judge": False,
        "disposition": decision.disposition,
        "severity": decision.severity,
        "judgement": one.judgement,
        "revision": 1,
        "judged_revision": 1,
        "ledger_seq": seqs.get(made.change_id, 0),
    }


def _keep_the_rest(database: Database, draw: random.Random, now: datetime, changes: int) -> None:
    tally = Tally("trail")
    for account in ACCOUNTS:
        call = structs.replace(WRITE.event.call, account=account)
        tally.count(structs.replace(WRITE.event, occurred_at=now, call=call), Fate.CHANGE)
    with database.transaction() as connection:
        tally.keep(connection)
        begin_watch(connection, SOURCE, "trail", FIRST)
        keep_source_read(connection, "trail", now, now)
        begin_places(connection, "trail", FIRST)
        rows = [_finding_row(draw, number, changes) for number in range(min(FINDINGS, changes))]
        connection.execute(insert(finding), rows)
        for number in range(WAIVERS):
            deed = Waived(reason="until the move", owner="dave", expires_at=now + timedelta(days=number - 50))
            by = Doer(name=draw.choice(ACTORS), origin=Origin.CLI)
            ref = f"f-{number * 7:06}"
            keep_action(connection, Action(key=f"w-{number}", ref=ref, by=by, at=now, deed=deed), 0)


def _finding_row(draw: random.Random, number: int, changes: int) -> dict[str, Any]:
    """Return a finding: of ten, one is in the opening register, one stands, and the others are resolved."""
    one, at = _finding(draw, number, changes), FIRST + draw.randrange(changes) * BETWEEN
    status = (FindingStatus.PRE_EXISTING, FindingStatus.OPEN, *([FindingStatus.RESOLVED] * 8))[number % 10]
    is_resolved, is_registered = status is FindingStatus.RESOLVED, status is FindingStatus.PRE_EXISTING
    return {
        "finding_id": one.finding_id,
        "status": status,
        "kind": one.kind,
        "severity": one.severity,
        "resource_id": one.resource_id,
        "first_seen_at": at,
        "last_seen_at": at,
        "resolved_at": at + timedelta(days=1) if is_resolved else None,
        "ledger_seq": 0,
        "body": one,
        "owner": "dave" if is_registered else None,
        "due_at": at + timedelta(days=30) if is_registered else None,
        "account": one.account,
        "type": one.type,
        "baseline": one.baseline,
        "address": one.address,
    }


def _finding(draw: random.Random, number: int, changes: int) -> DriftFinding:
    keys = tuple(f"aws:{draw.randrange(changes):032x}" for _ in range(2))
    drift = AttributeDrift(path="ingress", declared=[], live=[{"from_port": 22}], explained_by=keys)
    return DriftFinding(
        finding_id=f"f-{number:06}",
        kind=draw.choice(tuple(FindingKind)[:3]),
        address=f"module.network.aws_security_group.web[{number}]",
        type=draw.choice(TYPES),
        resource_id=f"res-{draw.randrange(RESOURCES):06}",
        account=draw.choice(ACCOUNTS),
        region="eu-west-1",
        severity=draw.choice(SEVERITIES),
        attributes=(drift,),
        explained_by=keys,
        baseline="prod",
    )
