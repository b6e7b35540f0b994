"""A person's write, and the ticket of each system that covers it, or does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drift.model.event import ChangeEvent
from drift.model.judgement import Judgement
from drift.model.ticket import ApprovalDecision, Ticket, TicketKind
from drift.model.verdict import Disposition, Statement
from drift.pipeline import Pipeline
from drift.redacted_tickets import RedactedTickets
from drift.store.database import Database
from tests.builders import NOON, a_ticket, an_approval, an_event, minutes
from tests.contracts.test_ticket_source import ONLY_INCIDENTS, SYSTEMS
from tests.providers.tickets.server import Answer
from tests.providers.tickets.system import TicketSystem
from tests.scenarios.cloud import ALICE, Watch

SECOND = timedelta(seconds=1)
WRITTEN_AT = NOON + minutes(60)
APPROVING = [name for name in SYSTEMS if name not in ONLY_INCIDENTS and name != "recorded"]


@pytest.fixture(params=APPROVING)
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TicketSystem]:
    """Each system in which changes are approved, in turn."""
    with SYSTEMS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def watch(sqlite_database: Database) -> Watch:
    """A watch that began at noon."""
    made = Watch(database=sqlite_database)
    made.cycle(0)
    return made


def a_write(key: str) -> ChangeEvent:
    """What Alice did by hand an hour after noon, with the ticket in a tag of her session."""
    said = Statement(place="session tag", text=key)
    return an_event(at=WRITTEN_AT, principal=ALICE, statements=[said])


def judged(watch: Watch, system: TicketSystem, *, minute: float = 61) -> Judgement:
    """Run once with this ticket system; return how the only change stands."""
    watch.clock.time = NOON + minutes(minute)
    have = replace(watch.pipeline.have, ticket_sources={"tickets": RedactedTickets(system.source)})
    Pipeline(have=have).run_once()
    judgement = watch.change().judgement
    assert judgement is not None
    return judgement


def a_filed(system: TicketSystem, **fields: object) -> Ticket:
    ticket = replace(a_ticket(system.key(1)), requested_by=system.who("alice"))
    return replace(ticket, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("approved_at", "disposition"),
    [(WRITTEN_AT - SECOND, Disposition.AUTHORISED), (WRITTEN_AT + SECOND, Disposition.RETROACTIVE)],
    ids=["before", "after"],
)
def test_a_second_decides_whether_it_was_approved_before(
    watch: Watch, system: TicketSystem, approved_at: object, disposition: Disposition
) -> None:
    system.file(a_filed(system, approvals=(an_approval(system.who("erin"), at=approved_at),)))  # type: ignore[arg-type]
    watch.deliver(a_write(system.key(1)))

    judgement = judged(watch, system)

    assert judgement.decision.disposition is disposition
    assert judgement.match.ticket is not None
    assert judgement.match.ticket.text_sha256


def test_a_ticket_for_another_resource_covers_nothing(watch: Watch, system: TicketSystem) -> None:
    approval = an_approval(system.who("erin"), at=NOON)
    system.file(a_filed(system, approvals=(approval,), resources=("sg-0other",)))
    watch.deliver(a_write(system.key(1)))

    judgement = judged(watch, system)

    assert judgement.decision.disposition is not Disposition.AUTHORISED
    assert "is for other resources" in " ".join(judgement.match.reasons)


def test_whoever_declined_stops_it(watch: Watch, system: TicketSystem) -> None:
    said = (
        an_approval(system.who("erin"), at=NOON),
        an_approval(system.who("frank"), at=NOON + minutes(1), declined=True),
    )
    system.file(a_filed(system, approvals=said))
    watch.deliver(a_write(system.key(1)))

    judgement = judged(watch, system)

    assert judgement.decision.disposition is not Disposition.AUTHORISED
    assert [one.decision for one in said][1] is ApprovalDecision.DECLINED


def test_a_system_that_is_down_leaves_it_open_until_it_answers(watch: Watch, system: TicketSystem) -> None:
    """
    Nothing is held against anybody because nobody could be asked.
    """
    system.file(a_filed(system, approvals=(an_approval(system.who("erin"), at=NOON),)))
    watch.deliver(a_write(system.key(1)))
    assert system.server
    system.server.fault = lambda _: Answer(status=503, body={})

    during = judged(watch, system)
    system.server.fault = None
    after = judged(watch, system, minute=62)

    assert (during.decision.disposition, after.decision.disposition) == (
        Disposition.PENDING,
        Disposition.AUTHORISED,
    )


def test_an_incident_that_was_open_before_makes_it_an_emergency(watch: Watch, tmp_path: Path) -> None:
    with SYSTEMS["pagerduty-incidents"](tmp_path) as system:
        system.file(a_filed(system, kind=TicketKind.INCIDENT))
        watch.deliver(a_write(f"https://{system.key(1).replace('#', '/incidents/')}"))

        assert judged(watch, system).decision.disposition is Disposition.EMERGENCY


def test_a_deleted_ticket_is_told_as_deleted(watch: Watch, tmp_path: Path) -> None:
    with SYSTEMS["github-issues"](tmp_path) as system:
        system.file(a_filed(system))
        assert system.delete is not None
        system.delete(system.key(1))
        watch.deliver(a_write(system.key(1)))

        reasons = " ".join(judged(watch, system).match.reasons)

    assert "its ticket was deleted" in reasons
