"""Everything that is held about one person, under every name."""

from dataclasses import replace
from datetime import timedelta

from drift.ledger.log import append
from drift.model.event import Outcome
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.model.resource import Cloud
from drift.model.sign_in import SignInRecord, SignInTo
from drift.model.verdict import ActorKind
from drift.reports.browse.held_about import held_about, names_of_person
from drift.reports.browse.places import Count
from drift.reports.population import Period
from drift.store.actions import keep_action
from drift.store.database import Database
from drift.store.people import keep_people
from tests.acting import a_waiver, an_action
from tests.builders import NOON, a_judgement, a_match
from tests.world import World

HOUR = timedelta(hours=1)
ALICE = Person(name="alice@example.com", names=("alice-hub", "U0ALICE"))

SIGNED_IN = SignInRecord(
    at=NOON,
    to=SignInTo.CONSOLE,
    outcome=Outcome.SUCCESS,
    cloud=Cloud.AWS,
    account=None,
    region=None,
    person="Alice@example.com",
    kind=ActorKind.HUMAN,
    principal=None,
    role=None,
    mfa=True,
    source_ip=None,
    source="trail",
    event="aws:1",
    event_sha256="0" * 64,
)


def test_everything_is_found_under_every_name(database: Database) -> None:
    world = World(database=database)
    names = names_of_person("ALICE-hub", People.known([ALICE]))
    approved = a_judgement(match=replace(a_match(), approver="Alice-Hub", approved_at=NOON))
    theirs = world.happened(by="alice@example.com", judged=a_judgement())
    world.happened(by="bob@example.com", at=NOON + HOUR, judged=approved)
    for person in ("Alice@example.com", "bob@example.com"):
        with database.transaction() as connection:
            one = replace(SIGNED_IN, person=person)
            append(connection, kind=EntryKind.SIGN_IN, ref=one.event, body=one, recorded_at=NOON)
            keep_action(connection, an_action(a_waiver(), by=person), 1)
    with database.transaction() as connection:
        keep_people(connection, "okta", [ALICE, Person(name="bob@example.com")], NOON, NOON - HOUR)

    with database.reading() as connection:
        held = held_about(connection, names)
        later = held_about(connection, names, within=Period(since=NOON + 2 * HOUR))

    assert held.names == ("alice-hub", "alice@example.com", "u0alice")
    assert [row.change_id for row in held.made.first] == [theirs.change_id]
    assert (held.made.count, held.approved.count) == (Count(number=1), Count(number=1))
    assert [row.actor for row in held.approved.first] == ["bob@example.com"]
    assert [one.by.name for one in held.actions] == ["Alice@example.com"]
    assert (held.actions_count, held.sign_ins.count) == (Count(number=1), Count(number=1))
    assert held.sign_ins.found == (SIGNED_IN,)
    assert held.directory == (ALICE,)
    assert held.reviews == ()
    assert (later.made.first, later.made.count) == ((), Count(number=0))


def test_of_somebody_unknown_nothing_is_held(database: Database) -> None:
    with database.reading() as connection:
        held = held_about(connection, names_of_person("Zoe", People()))

    assert held.names == ("zoe",)
    assert (held.made.first, held.actions, held.directory, held.sign_ins.found) == ((), (), (), ())
