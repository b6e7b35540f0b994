"""Whole stories of access that was given for a time: what is done with it, and what is not."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.control_test import ControlTest, Result
from drift.model.event import ChangeEvent
from drift.model.evidence import EntryKind
from drift.model.judgement import Judgement
from drift.model.verdict import ActorKind, Disposition
from drift.recheck import Asking, recheck
from drift.stages.correlate import CorrelationRules
from drift.store.database import Database
from tests.acting import ERIN
from tests.builders import ACCOUNT, NOON, SECURITY_GROUP, a_principal, a_ticket, an_approval, an_event
from tests.contracts.test_ticket_source import TicketSystem
from tests.contracts.test_ticket_source import recorded as recorded_tickets
from tests.providers.grants.aws_team import aws_team
from tests.providers.grants.system import Given, Granter
from tests.scenarios.cloud import Watch

HOUR = timedelta(hours=1)
DAY = 24 * 60
ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
T1, T2, T3, T4, T5, T6, T7, T8 = ControlTest


@pytest.fixture(scope="module")
def opened() -> Iterator[Granter]:
    with aws_team() as team:
        yield team


@pytest.fixture
def team(opened: Granter) -> Iterator[Granter]:
    yield opened
    opened.mend()


@pytest.fixture
def tickets(tmp_path: Path) -> Iterator[TicketSystem]:
    with recorded_tickets(tmp_path) as system:
        yield system


@pytest.fixture
def watch(sqlite_database: Database, team: Granter, tickets: TicketSystem) -> Watch:
    """Alice has another account."""
    return Watch(
        database=sqlite_database,
        correlation=CorrelationRules(
            aliases={"a.smith@example.com": "alice@example.com", "alice@example.com": "alice@example.com"}
        ),
        grant_sources={"team": team.source},
        ticket_sources={"jira": tickets.source},
    )


def give(team: Granter, **facts: object) -> None:
    """Erin lets alice be an administrator from half past eleven to half past one."""
    said = {
        "account": ACCOUNT,
        "asked_at": NOON - HOUR,
        "begins_at": NOON - HOUR / 2,
        "status": team.given,
        **facts,
    }
    team.give(Given(**said))  # type: ignore[arg-type]


def a_write(*, at: datetime = NOON, role: str = ROLE, name: str = "alice@example.com") -> ChangeEvent:
    """She opens a port as administrator."""
    return an_event(at=at, principal=a_principal(name, role=role, session_name=name))


def judged(watch: Watch) -> Judgement:
    found = watch.change().judgement
    assert found
    return found


def told(watch: Watch, write: ChangeEvent) -> Judgement:
    watch.told(write, minute=5)
    watch.cycle(DAY)
    return judged(watch)


def test_what_is_done_with_access_that_somebody_else_approved_is_authorised(
    watch: Watch, team: Granter
) -> None:
    give(team)

    found = told(watch, a_write())

    assert found.decision.disposition is Disposition.AUTHORISED
    assert (found.match.method, found.match.approver) == ("the record of a grant", ERIN)
    passed = {one.test for one in found.tests if one.result is Result.PASS}
    assert {T1, T2, T4, T5, T6} <= passed
    said = watch.bodies(EntryKind.DISPOSITION)[-1]
    assert (said["ticket"], said["ticket_system"]) == (team.key(1), "aws-team")


def test_she_may_have_asked_under_another_of_her_names(watch: Watch, team: Granter) -> None:
    give(team, to="A.Smith@example.com")

    assert told(watch, a_write()).decision.disposition is Disposition.AUTHORISED


@pytest.mark.parametrize("approver", ["alice@example.com", "a.smith@example.com"])
def test_access_that_she_approved_herself_under_any_name_covers_nothing(
    watch: Watch, team: Granter, approver: str
) -> None:
    give(team, by=approver)

    found = told(watch, a_write())

    assert found.decision.disposition is Disposition.UNTICKETED
    assert f"approved by nobody but {approver}, who made the change" in found.match.reasons[-1]


def test_access_that_nobody_had_to_approve_covers_nothing(watch: Watch, team: Granter) -> None:
    give(team, by=None)

    found = told(watch, a_write())

    assert found.decision.disposition is Disposition.UNTICKETED
    assert found.match.reasons[-1] == f"nobody approved {team.key(1)}"


@pytest.mark.parametrize("at", [NOON - HOUR * 0.75, NOON + HOUR * 1.75], ids=["before", "after"])
def test_what_is_done_before_its_time_or_after_is_not_covered(
    watch: Watch, team: Granter, at: datetime
) -> None:
    give(team)

    found = told(watch, a_write(at=at))

    assert found.decision.disposition is Disposition.UNTICKETED
    assert found.match.reasons[-1] == f"the change lies outside the window of {team.key(1)}"


def test_a_session_that_outlives_what_was_revoked_covers_nothing(watch: Watch, team: Granter) -> None:
    give(team, status=team.over, ended_at=NOON - HOUR / 4)

    assert told(watch, a_write()).decision.disposition is Disposition.UNTICKETED


@pytest.mark.parametrize(
    "facts",
    [{"account": "444455556666"}, {"role": "ReadOnly"}, {"to": "bob@example.com"}, {"status": "rejected"}],
    ids=["another account", "another permission set", "another person", "rejected"],
)
def test_access_to_something_else_covers_nothing(watch: Watch, team: Granter, facts: dict[str, str]) -> None:
    give(team, **facts)

    found = told(watch, a_write())

    assert found.decision.disposition is Disposition.UNTICKETED
    assert found.match.ticket is None


def test_the_ticket_that_the_request_names_counts_where_nobody_approved_the_access(
    watch: Watch, team: Granter, tickets: TicketSystem
) -> None:
    tickets.file(a_ticket("OPS-7", approvals=[an_approval(at=NOON - HOUR)], resources=[SECURITY_GROUP.id]))
    give(team, by=None, ticket="OPS-7")

    found = told(watch, a_write())

    assert found.decision.disposition is Disposition.AUTHORISED
    assert (found.match.method, found.match.ticket and found.match.ticket.key) == (
        "the ticket that a grant names",
        "OPS-7",
    )


def test_once_the_access_has_ended_its_ticket_counts_no_more(
    watch: Watch, team: Granter, tickets: TicketSystem
) -> None:
    tickets.file(a_ticket("OPS-7", approvals=[an_approval(at=NOON - HOUR)]))
    give(team, ticket="OPS-7", status=team.over, ended_at=NOON - HOUR / 4)

    assert told(watch, a_write()).decision.disposition is Disposition.UNTICKETED


def test_while_the_record_is_down_nothing_fails_and_it_is_judged_again(watch: Watch, team: Granter) -> None:
    give(team)
    team.break_down()
    watch.deliver(a_write())
    [problem] = watch.problems(5)
    assert "the record of grants could not be asked" in problem
    assert [one.result for one in judged(watch).tests if one.test is T4] == [Result.NOT_EVALUABLE]

    team.mend()
    give(team)
    watch.cycle(10)

    assert judged(watch).decision.disposition is Disposition.AUTHORISED


def test_a_machine_is_given_nothing_so_that_nobody_is_asked(watch: Watch, team: Granter) -> None:
    team.break_down()
    machine = a_principal("nightly-job", kind=ActorKind.MACHINE, role=f"arn:aws:iam::{ACCOUNT}:role/nightly")

    found = told(watch, an_event(principal=machine))

    assert found.decision.disposition is Disposition.UNTICKETED


def test_a_secret_in_a_justification_is_kept_nowhere(watch: Watch, team: Granter) -> None:
    give(
        team,
        because="password=hunter2secret",
    )

    ticket = told(watch, a_write()).match.ticket

    assert ticket
    assert "hunter2secret" not in ticket.text


def test_a_request_is_asked_for_again_when_evidence_is_handed_out(watch: Watch, team: Granter) -> None:
    give(team)
    told(watch, a_write())
    give(team, status=team.over, ended_at=NOON + HOUR)
    asking = Asking(grants={"team": team.source})

    found = recheck(watch.database, [watch.change().change.change_id], asking, NOON + HOUR)

    [one] = found.rechecked
    assert one.recheck.now
    assert one.recheck.now.status == team.over
    assert any("status" in line for line in one.recheck.differs)


def test_an_outage_is_no_reason_to_say_that_a_request_is_gone(watch: Watch, team: Granter) -> None:
    give(team)
    told(watch, a_write())
    team.break_down()

    with pytest.raises(ProviderUnavailableError):
        team.source.request(team.key(1))
    found = recheck(
        watch.database, [watch.change().change.change_id], Asking(grants={"team": team.source}), NOON
    )

    assert found.rechecked[0].recheck.not_asked
