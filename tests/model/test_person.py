from dataclasses import replace

from drift.model.action import Action, CorrectedActor, Doer, Origin
from drift.model.person import People, Person, makers_of
from tests.builders import NOON, a_change, a_deployment, a_write, an_actor

ALICE = Person(name="alice@example.com", names=("alice", "Alice Example"))


def test_every_name_of_a_person_stands_for_one_whatever_its_case() -> None:
    people = People.known([ALICE])

    assert {people.person(name) for name in ("ALICE", "alice example", "Alice@Example.com")} == {
        "alice@example.com"
    }
    assert people.person("erin") == "erin"


def test_people_whom_two_directories_know_by_one_name_are_one_person() -> None:
    """
    Else whoever has an account in each could approve their own change.
    """
    cloud = Person(name="a.example@corp.example.com", names=("alice",))
    chat = Person(name="U01ALICE", names=("a.example@corp.example.com",))

    people = People.known([ALICE, cloud, chat])

    assert len({people.person(name) for one in (ALICE, cloud, chat) for name in (one.name, *one.names)}) == 1


def test_who_is_joined_only_by_the_last_directory_is_one_person_too() -> None:
    one, two = Person(name="one", names=("x",)), Person(name="two", names=("y",))

    people = People.known([one, two, Person(name="z", names=("x", "y"))])

    assert len({people.person(name) for name in ("one", "two", "x", "y", "z")}) == 1


def test_a_directory_never_joins_whom_the_configuration_tells_apart() -> None:
    erin = Person(name="erin@example.com", names=("erin",))
    mistaken = Person(name="u-1", names=("alice", "erin", "shared@example.com"))
    later = Person(name="u-2", names=("shared@example.com", "erin@example.com"))

    people = People.known([ALICE, erin], [mistaken, later])

    assert people.person("alice") == "alice@example.com"
    assert people.person("erin") == "erin@example.com"
    assert people.person("u-1") == people.person("shared@example.com") != people.person("u-3")


def test_directories_join_each_other_whatever_their_order() -> None:
    one = Person(name="alice@example.com", names=("u-1",))
    two = Person(name="alice", names=("u-2",))
    both = Person(name="x-3", names=("u-1", "u-2"))

    for others in ([one, two, both], [both, two, one], [two, one, both]):
        people = People.known([], others)
        assert people.count == 1


def test_a_digest_changes_with_who_is_who_and_with_nothing_else() -> None:
    erin = Person(name="erin@example.com", names=("erin",))

    assert People.known([ALICE, erin]).digest == People.known([erin, ALICE]).digest
    assert People.known([ALICE, erin]).digest != People.known([ALICE]).digest


def test_makers_are_the_actor_the_chain_and_whoever_wrote_the_code() -> None:
    change = a_change(
        a_write(
            actor=an_actor("deploy", principal="arn:aws:sts::1:assumed-role/deploy/run", chain=("role/x",))
        )
    )

    makers = makers_of(change, a_deployment(author="Alice Example"), People.known([ALICE]))

    assert makers >= {"deploy", "run", "x", "alice@example.com"}


def test_who_is_named_by_a_correction_made_it_beside_who_is_recorded() -> None:
    """
    Else correcting the record would make an approver of whoever made the change.
    """
    change = a_change()
    deed = CorrectedActor(actor="bob@example.com", reason="he shared my screen")
    by = Doer(name="alice@example.com", origin=Origin.CLI)
    acted = Action(key="1", ref=change.change_id, by=by, at=NOON, deed=deed)

    makers = makers_of(replace(change, actions=(acted,)), None, People())

    assert makers >= {"alice@example.com", "bob@example.com"}
