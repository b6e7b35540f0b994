"""What people may do about a change, what it leaves behind, and why it is refused."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from drift.desk import Desk
from drift.errors import ProviderError, ProviderUnavailableError, RefusedError
from drift.ledger.log import entries, size_of
from drift.model.action import (
    Acknowledged,
    Approved,
    CorrectedActor,
    DeclaredEmergency,
    Deed,
    Disowned,
    FollowUp,
    LinkedTicket,
    Reviewed,
)
from drift.model.approval import ActionRules
from drift.model.change import Change
from drift.model.evidence import ActionRecord, EntryKind
from drift.model.finding import FindingStatus
from drift.model.person import People, Person
from drift.model.ticket import Ticket
from drift.model.verdict import Disposition
from drift.redacted import redact_ticket
from drift.store.alarms import alarms
from drift.store.changes import changes, sessions_to_judge
from drift.store.database import Database
from drift.store.findings import findings
from tests.acting import ERIN, a_doer, a_request, a_waiver
from tests.builders import NOON, a_finding, a_judgement, a_ticket, minutes
from tests.world import World

ALICE = "alice@example.com"
LATER = NOON + minutes(20)
EMERGENCY = DeclaredEmergency(justification="The site was down for everybody.", incident="INC-1")
PEOPLE = People.known([Person(name=ALICE, names=("alice-gh", "Alice Example"))])


class Tickets:
    """A ticket system that holds these."""

    def __init__(self, *held: Ticket, is_down: bool = False) -> None:
        self.held = held
        self.is_down = is_down

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Find them by their keys."""
        if self.is_down:
            raise ProviderUnavailableError("Jira answers 503", hint="try again later")
        return [one for one in self.held if any(one.is_called(key) for key in keys)]


@pytest.fixture
def world(sqlite_database: Database) -> World:
    return World(database=sqlite_database)


@pytest.fixture
def change(world: World) -> Change:
    """Alice's change, unticketed."""
    return world.happened(by=ALICE, judged=a_judgement())


def desk(
    world: World,
    *tickets: Ticket,
    is_down: bool = False,
    approvers: tuple[str, ...] = (ERIN, "alice-gh"),
    projects: frozenset[str] = frozenset(),
) -> Desk:
    return Desk(
        database=world.database,
        rules=ActionRules(approvers=approvers),
        people=PEOPLE,
        projects=projects,
        notifiers=("oncall",),
        ticket_sources={"jira": Tickets(*tickets, is_down=is_down)},
    )


def evidence(world: World, kind: EntryKind = EntryKind.ACTION) -> list[ActionRecord]:
    with world.database.reading() as connection:
        found = [entry for entry in entries(connection) if entry.kind is kind]
    return [msgspec.json.decode(one.body or b"", type=ActionRecord) for one in found]


def size(world: World) -> int:
    with world.database.reading() as connection:
        return size_of(connection)


def to_judge(world: World) -> list[str]:
    with world.database.reading() as connection:
        return sessions_to_judge(connection, NOON + timedelta(days=900))


# What it leaves behind


@pytest.mark.parametrize(
    "deed",
    [
        EMERGENCY,
        Approved(),
        a_waiver(),
        Acknowledged(reason="I look into it"),
        CorrectedActor(actor="bob@example.com", reason="he shared my screen"),
    ],
    ids=lambda deed: type(deed).__name__,
)
def test_an_action_is_in_the_evidence_and_has_the_change_judged_again(
    world: World, change: Change, deed: Deed
) -> None:
    assert to_judge(world) == []

    done = desk(world).take(a_request(deed, change.change_id, key="click-1"), LATER)

    [record] = evidence(world)
    assert (record.deed, record.by, record.at, record.key) == (deed, a_doer(), LATER, "click-1")
    assert done.is_new
    assert to_judge(world) == [change.session_id]
    with world.database.reading() as connection:
        [row] = changes(connection)
    assert [one.deed for one in row.change.actions] == [deed]


def test_a_click_that_comes_again_changes_nothing(world: World, change: Change) -> None:
    first = desk(world).take(a_request(EMERGENCY, change.change_id, key="click-1"), LATER)
    before = size(world)

    again = desk(world).take(a_request(EMERGENCY, change.change_id, key="click-1"), LATER + minutes(5))

    assert (again.is_new, again.ledger_seq, again.action) == (False, first.ledger_seq, first.action)
    assert size(world) == before


def test_who_says_the_same_twice_changes_nothing(world: World, change: Change) -> None:
    desk(world).take(a_request(EMERGENCY, change.change_id), LATER)

    again = desk(world).take(a_request(EMERGENCY, change.change_id), LATER + minutes(5))

    assert not again.is_new
    assert len(evidence(world)) == 1


def test_a_correction_may_be_corrected_and_corrected_back(world: World, change: Change) -> None:
    for actor in ("bob@example.com", "carol@example.com", "bob@example.com"):
        deed = CorrectedActor(actor=actor, reason="we looked again")
        assert desk(world).take(a_request(deed, change.change_id), LATER).is_new

    assert len(evidence(world)) == 3


def test_an_action_while_a_change_is_judged_has_it_judged_once_more(world: World, change: Change) -> None:
    """
    The daemon had read the change before; what it concludes knows nothing of the click.
    """
    desk(world).take(a_request(Approved(), change.change_id), LATER)

    world.judged(change, a_judgement(Disposition.RETROACTIVE))

    assert to_judge(world) == [change.session_id]


# Who may


@pytest.mark.parametrize("name", [ALICE, "ALICE@example.com", "alice-gh", "Alice Example"])
@pytest.mark.parametrize("deed", [Approved(), a_waiver()], ids=["approve", "waive"])
def test_nobody_approves_or_waives_what_they_made_under_any_name(
    world: World, change: Change, name: str, deed: Deed
) -> None:
    with pytest.raises(RefusedError, match="made this change, and nobody may") as refused:
        desk(world).take(a_request(deed, change.change_id, by=name), LATER)

    assert refused.value.hint == f"ask {ERIN}"
    assert evidence(world) == []


def test_who_is_no_approver_is_told_whom_to_ask(world: World, change: Change) -> None:
    with pytest.raises(RefusedError, match="mallory is not among those who may approve") as refused:
        desk(world).take(a_request(Approved(), change.change_id, by="mallory"), LATER)

    assert refused.value.hint == f"ask {ERIN}"


def test_without_approvers_nobody_may_approve_and_the_next_step_is_named(
    world: World, change: Change
) -> None:
    with pytest.raises(RefusedError) as refused:
        desk(world, approvers=()).take(a_request(Approved(), change.change_id), LATER)

    assert "[approvals] approvers" in refused.value.hint


def test_nobody_waives_a_finding_that_their_own_write_made(world: World, change: Change) -> None:
    key = change.first.event.key
    world.compared(replace(a_finding("f-1"), explained_by=(key,)), at=LATER)

    with pytest.raises(RefusedError, match="nobody may waive their own"):
        desk(world).take(a_request(a_waiver(), "f-1", by=ALICE), LATER)

    assert desk(world).take(a_request(a_waiver(), "f-1"), LATER).is_new


def test_only_who_is_recorded_can_say_that_it_was_not_they(world: World, change: Change) -> None:
    with pytest.raises(RefusedError, match="is not recorded under bob") as refused:
        desk(world).take(a_request(Disowned(), change.change_id, by="bob"), LATER)

    assert "drift correct" in refused.value.hint


def test_not_me_is_an_alarm_until_an_approver_acknowledges_it(world: World, change: Change) -> None:
    at_desk = desk(world)
    at_desk.take(a_request(Disowned(), change.change_id, by="alice-gh"), LATER)
    stands = _alarms(world)
    at_desk.take(a_request(Acknowledged(reason="seen"), change.change_id, by=ALICE), LATER)
    still = _alarms(world)

    at_desk.take(a_request(Acknowledged(reason="keys revoked"), change.change_id), LATER)

    assert stands == still == [f"possible-compromise: {change.change_id}"]
    assert _alarms(world) == []


# What is refused


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (DeclaredEmergency(justification="urgent"), "the justification says too little"),
        (DeclaredEmergency(justification="   "), "the justification says too little"),
        (Acknowledged(reason=" "), "the reason is empty"),
        (CorrectedActor(actor="", reason="x"), "the actor is empty"),
        (a_waiver(expires_at=LATER), "would have ended at 2026-11-16 12:20 UTC already"),
        (a_waiver(expires_at=LATER + timedelta(days=400)), "would last for more than 366 days"),
        (a_waiver(reason=""), "the reason is empty"),
        (Reviewed(notes="We looked at it.", then=FollowUp.NOTHING), "was no emergency"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(
    world: World, change: Change, deed: Deed, said: str
) -> None:
    with pytest.raises(RefusedError, match=said):
        desk(world).take(a_request(deed, change.change_id), LATER)

    assert evidence(world) == []


def test_a_follow_up_needs_an_owner(world: World, change: Change) -> None:
    world.judged(change, a_judgement(Disposition.EMERGENCY))
    deed = Reviewed(notes="We looked at it.", then=FollowUp.REVERT)

    with pytest.raises(RefusedError, match="without an owner"):
        desk(world).take(a_request(deed, change.change_id), LATER)


@pytest.mark.parametrize("deed", [EMERGENCY, Approved()], ids=["emergency", "approve"])
def test_what_nobody_decided_needs_no_answer(world: World, deed: Deed) -> None:
    change = world.happened(judged=a_judgement(Disposition.EXPLAINED))

    with pytest.raises(RefusedError, match="is explained: it needs no"):
        desk(world).take(a_request(deed, change.change_id), LATER)


def test_an_action_about_nothing_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match='there is no change or finding "chg-9"'):
        desk(world).take(a_request(Approved(), "chg-9"), LATER)


def test_a_finding_is_not_approved(world: World) -> None:
    world.compared(a_finding("f-1"))

    with pytest.raises(RefusedError, match="f-1 is a finding"):
        desk(world).take(a_request(Approved(), "f-1"), LATER)


# Links


def test_a_linked_ticket_is_kept_as_it_was_with_its_hash(world: World, change: Change) -> None:
    ticket = a_ticket("OPS-7")

    done = desk(world, ticket).link(change.change_id, "OPS-7", a_doer(ALICE), key="1", now=LATER)

    assert done.is_new
    [record] = evidence(world)
    clean = redact_ticket(ticket)
    assert record.deed == LinkedTicket(ticket=clean, sha256=clean.sha256)


def test_a_ticket_is_linked_once_whoever_links_it(world: World, change: Change) -> None:
    at_desk = desk(world, a_ticket("OPS-7"))
    at_desk.link(change.change_id, "OPS-7", a_doer(ALICE), key="1", now=LATER)

    again = at_desk.link(change.change_id, "OPS-7", a_doer(ERIN), key="2", now=LATER)

    assert (again.is_new, again.action.by.name) == (False, ALICE)


def test_a_ticket_that_was_moved_is_linked_by_the_key_that_people_still_write(
    world: World, change: Change
) -> None:
    moved = replace(a_ticket("OPS-7"), former_keys=("OLD-1",))

    done = desk(world, moved).link(change.change_id, "OLD-1", a_doer(ALICE), key="1", now=LATER)

    assert isinstance(done.action.deed, LinkedTicket)
    assert done.action.deed.ticket.key == "OPS-7"


def test_a_ticket_that_does_not_exist_is_refused(world: World, change: Change) -> None:
    with pytest.raises(RefusedError, match="there is no ticket OPS-8"):
        desk(world, a_ticket("OPS-7")).link(change.change_id, "OPS-8", a_doer(), key="1", now=LATER)


def test_a_system_that_is_down_is_not_taken_for_one_without_the_ticket(world: World, change: Change) -> None:
    with pytest.raises(ProviderError, match="Jira answers 503"):
        desk(world, is_down=True).link(change.change_id, "OPS-7", a_doer(), key="1", now=LATER)


def test_a_ticket_of_a_wrong_project_is_refused(world: World, change: Change) -> None:
    ticket = replace(a_ticket("HR-1"), project="HR")

    with pytest.raises(RefusedError, match="of the project HR, whose tickets do not count") as refused:
        desk(world, ticket, projects=frozenset({"OPS"})).link(
            change.change_id, "HR-1", a_doer(), key="1", now=LATER
        )

    assert refused.value.hint == "link one of OPS"


# Findings


def test_an_acknowledged_finding_says_so(world: World) -> None:
    world.compared(a_finding("f-1"))

    desk(world).take(a_request(Acknowledged(reason="until the move"), "f-1"), LATER)

    with world.database.reading() as connection:
        [row] = findings(connection)
    assert row.status is FindingStatus.ACKNOWLEDGED


def _alarms(world: World) -> list[str]:
    with world.database.reading() as connection:
        return [f"{row.alarm.slug}: {row.alarm.subject}" for row in alarms(connection)]


# What must not stay


def test_a_secret_that_somebody_writes_is_never_kept(world: World, change: Change) -> None:
    secret = "AKIAIOSFODNN7EXAMPLE"
    said = DeclaredEmergency(justification=f"I replaced password=hunter2horse and {secret} at once.")
    ticket = replace(a_ticket("OPS-7"), text="the key is password=hunter2horse")

    desk(world).take(a_request(said, change.change_id), LATER)
    desk(world, ticket).link(change.change_id, "OPS-7", a_doer(), key="1", now=LATER)

    with world.database.reading() as connection:
        kept = b"".join(entry.body or b"" for entry in entries(connection))
    assert b"hunter2horse" not in kept
    assert b"OPS-7" in kept
