"""A store that is filled as the pipeline fills it, stage by stage, without clouds and policies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.errors import ProviderUnavailableError
from drift.ledger.checkpoint import seal
from drift.ledger.keys import local_key
from drift.model.alert import Alert
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.change import Change, ChangeSession, Write
from drift.model.coverage import SourceRules
from drift.model.enrolment import Opening
from drift.model.event import Fate, Source, UnreadableRecord
from drift.model.evidence import Checkpoint
from drift.model.finding import Comparison, DriftFinding, NotCompared
from drift.model.judgement import Judged, Judgement
from drift.model.naming import NamingRules
from drift.model.resource import Absent, NotReadReason, Resource
from drift.model.survey import Held, Survey
from drift.model.verdict import Channel
from drift.stages.compose import compose
from drift.stages.group import group
from drift.stages.notify import notify
from drift.stages.record import (
    record_comparison,
    record_coverage,
    record_declared,
    record_gap,
    record_judgement,
    record_outage,
    record_tallies,
    record_write,
)
from drift.store import outbox
from drift.store.database import Database
from drift.store.lookup import changes_with
from drift.store.tally import Tally
from tests.builders import NOON, SECURITY_GROUP, a_classification, a_judgement, a_write, an_actor, an_event

KEY = local_key("driftledger/example", bytes(32))


class Channels:
    """A notifier that accepts everything, or nothing."""

    def __init__(self, *, is_down: bool = False) -> None:
        self.is_down = is_down

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Accept the message."""
        if self.is_down:
            raise ProviderUnavailableError("Slack does not answer", hint="try again later")
        return f"message-{alert.client_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What happened, was judged, compared and told, each in one call."""

    database: Database
    source: str = "trail"

    def happened(
        self,
        *summaries: str,
        by: str = "alice@example.com",
        at: datetime = NOON,
        resource: Resource = SECURITY_GROUP,
        channel: Channel = Channel.CONSOLE,
        writes: Iterable[Write] = (),
        judged: Judgement | None = None,
    ) -> Change:
        """One change: a write a minute for each summary, or these writes; judged if a judgement is given."""
        done = tuple(writes) or tuple(
            a_write(
                an_event(
                    event_id=f"{by} {at:%d %H:%M} {resource.id} {number}",
                    at=at + timedelta(minutes=number),
                    summary=summary,
                    resources=(resource,),
                ),
                an_actor(by),
                a_classification(channel=channel),
            )
            for number, summary in enumerate(summaries or ("opened tcp/22 to 0.0.0.0/0",))
        )
        tally = Tally(self.source)
        with self.database.transaction() as connection:
            for write in done:
                fate = record_write(connection, self.source, write, at)
                assert fate is Fate.CHANGE
                group(connection, write)
                tally.count(write.event, fate)
            tally.keep(connection)
            row, *_ = changes_with(connection, [done[0].event.key])
        if judged:
            self.judged(row.change, judged)
        return row.change

    def judged(
        self, change: Change, judgement: Judgement | None = None, *, at: datetime | None = None
    ) -> Judged:
        """What was concluded about a change."""
        with self.database.transaction() as connection:
            return record_judgement(connection, change, judgement or a_judgement(), at or change.ended_at)

    def told(self, judged: Judged, *, at: datetime, is_down: bool = False) -> None:
        """Somebody was told of a change, or could not be."""
        session = ChangeSession(session_id=judged.change.session_id, changes=(judged.change,))
        alert = compose(session, [judged], due_at=lambda _: at + timedelta(hours=4), now=at)
        with self.database.transaction() as connection:
            outbox.queue(connection, ["oncall"], alert, at)
        notify(self.database, {"oncall": Channels(is_down=is_down)}, at)

    def compared(
        self,
        *findings: DriftFinding,
        at: datetime = NOON,
        declared: int = 1,
        not_compared: int = 0,
        opening: Opening = Opening(),  # noqa: B008 - frozen
    ) -> None:
        """Everything declared was compared, and this was found."""
        resources = tuple(_declared(number) for number in range(declared))
        seen = Survey(
            held=(
                Held(
                    declaration=_declaration(resources),
                    readings=tuple(Absent(address=one.address) for one in resources),
                ),
            ),
            others=(),
            discovered=(),
            failures=(),
        )
        unread = tuple(_not_compared(one) for one in resources[:not_compared])
        comparison = Comparison(
            findings=findings,
            not_compared=unread,
            declared=declared,
            compared=declared - not_compared,
        )
        with self.database.transaction() as connection:
            record_declared(connection, seen, comparison, NamingRules(), at)
            since = at - timedelta(days=7)
            record_comparison(connection, seen, comparison, at, judged_since=since, opening=opening)

    def unreadable(self, *, at: datetime = NOON) -> None:
        """A record could not be read."""
        where = Source(file="trail/a.json.gz", index=3, sha256="0" * 64)
        with self.database.transaction() as connection:
            record_gap(connection, self.source, UnreadableRecord(error="half a line", source=where), at)

    def cannot_be_read(self, *, at: datetime = NOON) -> None:
        """The source does not answer."""
        error = ProviderUnavailableError("the bucket does not answer", hint="try again later")
        with self.database.transaction() as connection:
            record_outage(connection, self.source, error, at)

    def read(self, *, up_to: datetime) -> None:
        """The source was read to its end, so that all is covered from its oldest record on."""
        with self.database.transaction() as connection:
            record_coverage(connection, self.source, up_to, SourceRules(), up_to)

    def sealed(self, *, at: datetime = NOON) -> Checkpoint | None:
        """The ledger was sealed."""
        with self.database.transaction() as connection:
            record_tallies(connection, at)
            return seal(connection, KEY, at)


def _declared(number: int) -> DeclaredResource:
    return DeclaredResource(
        address=f"aws_security_group.declared[{number}]",
        type="aws_security_group",
        resource_id=f"sg-declared-{number}",
        provider="hashicorp/aws",
        account=None,
        region=None,
        attributes={},
    )


def _declaration(resources: tuple[DeclaredResource, ...]) -> Declaration:
    return Declaration(
        name="prod", origin="prod.tfstate", lineage=None, serial=1, sha256="0" * 64, resources=resources
    )


def _not_compared(resource: DeclaredResource) -> NotCompared:
    return NotCompared(
        baseline="prod",
        address=resource.address,
        type=resource.type,
        resource_id=resource.resource_id,
        reason=NotReadReason.UNREADABLE,
        error="access denied",
        state="prod.tfstate",
    )
