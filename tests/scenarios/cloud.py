"""A cloud in memory that logs calls in its own format, and the program that watches it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import msgspec
from msgspec import structs

from drift.equipment import Equipment, Policy, Vault
from drift.errors import ProviderUnavailableError
from drift.ledger.entry import StoredEntry
from drift.ledger.keys import local_key
from drift.ledger.log import entries
from drift.model.alert import Alert
from drift.model.approval import ActionRules
from drift.model.attribution import AttributionRules
from drift.model.company import Company
from drift.model.coverage import CoverageRules, SourceRules
from drift.model.detection import DetectRules
from drift.model.enrolment import EnrolmentRules
from drift.model.event import ChangeEvent, Operation, Outcome, Phase, RawRecord, UnreadableRecord
from drift.model.evidence import ConfigRecord, EntryKind
from drift.model.person import Person
from drift.model.resource import Cloud
from drift.model.sign_in import SignIn, SignInTo
from drift.pipeline import Pipeline
from drift.ports import (
    AccessList,
    AccountTree,
    Anchor,
    Canary,
    CodeHost,
    Delivery,
    Directory,
    GrantSource,
    Meter,
    Notifier,
    OnCall,
    TicketSource,
    TrustSource,
    Watched,
)
from drift.stages.anchor import AnchorRules
from drift.stages.assess import AssessmentRules
from drift.stages.attribute import IdentityRules
from drift.stages.canary import CanaryRules
from drift.stages.classify import ChannelRules
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.stages.notify import DeliveryRules
from drift.stages.route import RoutingRules
from drift.stages.translate import Translators
from drift.store.alarms import alarms
from drift.store.changes import ChangeRow, changes
from drift.store.database import Database
from drift.store.tally import funnel_totals
from tests.builders import NOON, a_principal, an_event, minutes

ALICE = a_principal("alice@example.com")


def an_end(event: ChangeEvent, *, event_id: str, at: datetime, error: str | None = None) -> ChangeEvent:
    """How an operation ended: with the principal, without the program and the parameters."""
    call = structs.replace(event.call, tools=(), credentials=(), user_agent=None, source_ip=None)
    ended = an_event(event_id=event_id, at=at, error=error, summary="", resources=event.resources)
    return structs.replace(ended, call=call, operation=_part(event, Phase.END))


def a_beginning(
    event_id: str = "begin", *, at: datetime = NOON, operation: str = "op-1", **facts: Any
) -> ChangeEvent:
    """Who asked for what, in the console."""
    event = an_event(event_id=event_id, at=at, principal=ALICE, summary="", **facts)
    return structs.replace(event, operation=Operation(key=operation, phase=Phase.BEGIN))


def as_phase(event: ChangeEvent, phase: Phase, *, event_id: str, at: datetime) -> ChangeEvent:
    """Another record of the same operation that names the caller just as well."""
    return structs.replace(event, event_id=event_id, occurred_at=at, operation=_part(event, phase))


def a_detail(event: ChangeEvent, *, event_id: str = "detail", at: datetime, **facts: Any) -> ChangeEvent:
    """What another source knows of an operation."""
    detail = an_event(event_id=event_id, at=at, principal=ALICE, credential=None, summary="", **facts)
    call = structs.replace(detail.call, user_agent=None, source_ip=None)
    return structs.replace(detail, call=call, operation=_part(event, Phase.DETAIL))


def _part(event: ChangeEvent, phase: Phase) -> Operation:
    assert event.operation
    return Operation(key=event.operation.key, phase=phase)


class Format:
    """Understands records that are events written as JSON."""

    cloud = Cloud.AWS
    record_heads = (b'{"event_id"',)

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return nothing: there are no envelopes."""
        return None

    def may_open(self, body: bytes) -> bool:
        """Tell by the field that every opening has."""
        return b'"opener"' in body

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord | None:
        """Read the event, if it is one."""
        try:
            return structs.replace(msgspec.json.decode(raw.body, type=ChangeEvent), source=raw.source)
        except msgspec.DecodeError:
            return None

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Know one sign-in: that to the console."""
        caller = event.call.principal
        is_one = event.call.action == "ConsoleLogin" and caller is not None
        return SignIn(to=SignInTo.CONSOLE, role=caller.role, mfa=caller.mfa) if is_one and caller else None

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Say what was done."""
        verb = "failed to call" if event.outcome is Outcome.FAILURE else "called"
        return structs.replace(event, summary=f"{verb} {event.call.action}")


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        """Return the time that was set."""
        return self.time


class Board:
    """A notifier that shows messages, each as it was edited last."""

    def __init__(self) -> None:
        self.messages: dict[str, Alert] = {}

    def check(self) -> str:
        """Say that it is there."""
        return "a board"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Show a message, or edit it."""
        reference = replaces or f"message-{alert.client_id}"
        self.messages[reference] = alert
        return reference


class Log:
    """An audit log whose deliveries stay."""

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.lost: str | None = None
        """The name of one that is listed, and cannot be opened."""

    delay = timedelta()

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver every file; the program knows which of them it read."""
        for number in range(len(self.files)):
            yield self.again(f"{number}.json")

    def again(self, name: str) -> Delivery:
        """Deliver one of them once more."""
        number = name.removesuffix(".json")
        content = self.files[int(number)]

        def opened() -> BytesIO:
            if name == self.lost:
                raise ProviderUnavailableError(f"{name} is lost", hint="look for it")
            return BytesIO(content)

        return Delivery(name=name, version="1", cursor=number, open=opened)


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """The program, the cloud that it watches, and what became of it."""

    database: Database
    channels: ChannelRules = field(default_factory=ChannelRules)
    decision: DecisionRules = field(default_factory=DecisionRules)
    vault: Vault | None = None
    watched: tuple[Watched, ...] = ()
    attribution: AttributionRules = field(default_factory=AttributionRules)
    coverage: CoverageRules = field(default_factory=CoverageRules)
    source: SourceRules = field(default_factory=SourceRules)
    canaries: Mapping[str, Canary] = field(default_factory=dict)
    meters: tuple[Meter, ...] = ()
    canary: CanaryRules = field(default_factory=lambda: CanaryRules(every=minutes(60), within=minutes(20)))
    makes_witnesses: bool = False
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    anchor: AnchorRules = field(default_factory=lambda: AnchorRules(every=minutes(60)))
    enrolment: EnrolmentRules = field(default_factory=EnrolmentRules)
    routing: RoutingRules = field(default_factory=RoutingRules)
    boards: Mapping[str, Notifier] = field(default_factory=dict)
    """Further notifiers."""
    correlation: CorrelationRules = field(default_factory=CorrelationRules)
    actions: ActionRules = field(default_factory=ActionRules)
    ticket_sources: Mapping[str, TicketSource] = field(default_factory=dict)
    code_hosts: Mapping[str, CodeHost] = field(default_factory=dict)
    directories: Mapping[str, Directory] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    """Whom the configuration names, where directories are read."""
    on_call: Mapping[str, OnCall] = field(default_factory=dict)
    trust: Mapping[str, TrustSource] = field(default_factory=dict)
    account_trees: Mapping[str, AccountTree] = field(default_factory=dict)
    grant_sources: Mapping[str, GrantSource] = field(default_factory=dict)
    keeps_logs: frozenset[str] = frozenset()
    company: Company = field(default_factory=Company)
    access_lists: Mapping[str, AccessList] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    board: Board = field(default_factory=Board)
    channel: Notifier | None = None
    """A real channel in the place of the board."""
    delivery: DeliveryRules | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def pipeline(self) -> Pipeline:
        """The real program."""
        return Pipeline(
            have=Equipment(
                configuration=ConfigRecord(sha256="0" * 64, tool_version="1"),
                database=self.database,
                key=local_key("driftledger/example", bytes(32)),
                clock=self.clock,
                policy=Policy(
                    identities=IdentityRules(),
                    channels=self.channels,
                    correlation=self.correlation,
                    detection=DetectRules(),
                    decision=self.decision,
                    attribution=self.attribution,
                    coverage=self.coverage,
                    sources={"trail": self.source},
                    canaries=dict.fromkeys(self.canaries, self.canary),
                    enrolment=self.enrolment,
                    routing=self.routing,
                    actions=self.actions,
                    assessment=AssessmentRules(
                        actions=self.actions,
                        people=self.correlation.people,
                        freezes=self.decision.freezes,
                    ),
                    people=self.people,
                ),
                translators=Translators([Format()]),
                sources={"trail": self.log},
                watched=self.watched,
                ticket_sources=self.ticket_sources,
                code_hosts=self.code_hosts,
                notifiers={"board": self.channel or self.board, **self.boards},
                vault=self.vault,
                canaries=self.canaries,
                makes_witnesses=self.makes_witnesses,
                anchors=self.anchors,
                anchor_rules=dict.fromkeys(self.anchors, self.anchor),
                directories=self.directories,
                on_call=self.on_call,
                trust=self.trust,
                account_trees=self.account_trees,
                grant_sources=self.grant_sources,
                keeps_logs=self.keeps_logs,
                deliveries={"board": self.delivery} if self.delivery else {},
                meters=self.meters,
                company=self.company,
                access_lists=self.access_lists,
            )
        )

    def deliver(self, *events: ChangeEvent) -> None:
        """Deliver records in one file."""
        self.log.files.append(b"\n".join(msgspec.json.encode(event) for event in events))

    def cycle(self, minute: float = 0) -> None:
        """Run once, so many minutes after noon."""
        self.clock.time = NOON + minutes(minute)
        assert self.pipeline.run_once() == ()

    def problems(self, minute: float = 0) -> tuple[str, ...]:
        """Run once, so many minutes after noon; return what could not be done."""
        self.clock.time = NOON + minutes(minute)
        return self.pipeline.run_once()

    def told(self, *events: ChangeEvent, minute: float = 0) -> None:
        """Deliver records, and run once."""
        self.deliver(*events)
        self.cycle(minute)

    def changes(self) -> list[ChangeRow]:
        """Return every change, in order of its first write."""
        with self.database.reading() as connection:
            return list(changes(connection))

    def change(self) -> ChangeRow:
        """Return the only change."""
        [row] = self.changes()
        return row

    def alarms(self) -> list[str]:
        """Return what stands as an alarm."""
        with self.database.reading() as connection:
            return [f"{row.alarm.slug}: {row.alarm.subject}" for row in alarms(connection)]

    def bodies(self, kind: EntryKind) -> list[dict[str, Any]]:
        """Return what the entries of one kind say."""
        return [msgspec.json.decode(entry.body or b"") for entry in self.ledger(kind)]

    def counts(self) -> dict[str, int]:
        """Return what became of every record."""
        with self.database.reading() as connection:
            return {fate: records for fate, records in funnel_totals(connection).items() if records}

    def ledger(self, *kinds: EntryKind) -> list[StoredEntry]:
        """Return the entries of these kinds."""
        with self.database.reading() as connection:
            return [entry for entry in entries(connection) if entry.kind in kinds]

    def headlines(self) -> list[str]:
        """Return what the messages say now."""
        return [f"{one.headline} / {one.call_to_action}" for one in self.board.messages.values()]

    def hashes_in_evidence(self) -> set[str]:
        """Return the SHA-256 of every record that the ledger names as telling of a write."""
        found: set[str] = set()
        for entry in self.ledger(EntryKind.OBSERVATION, EntryKind.AMENDMENT):
            body = msgspec.json.decode(entry.body or b"")
            write = body.get("write", body)
            sources = [write["event"]["source"], *(part["source"] for part in write["parts"])]
            found |= {source["sha256"] for source in sources}
        return found

    def hashes_delivered(self) -> set[str]:
        """Return the SHA-256 of every record that was delivered."""
        return {
            hashlib.sha256(line).hexdigest() for content in self.log.files for line in content.split(b"\n")
        }
