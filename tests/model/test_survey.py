"""What of a survey belongs to a finding."""

from dataclasses import replace

from drift.model.finding import FindingKind
from drift.model.resource import Found
from drift.model.survey import Held, Survey
from tests.builders import a_finding
from tests.stages.detect_builders import a_declaration, a_declared, a_live


def a_survey() -> Survey:
    """Two queues, the second of which its reader brought to a newer schema."""
    resources = (
        a_declared({"a": 1}, address="q.one"),
        a_declared({"b": "2"}, address="q.two", resource_id="two"),
    )
    readings = (
        Found(address="q.one", resource=a_live({"a": 9})),
        Found(address="q.two", resource=a_live({"b": 8}), declared={"b": 2}),
    )
    held = Held(declaration=a_declaration(*resources, name="prod"), readings=readings)
    return Survey(held=(held,), others=(), discovered=())


def test_the_attributes_of_a_finding_are_those_of_every_form_of_its_resource() -> None:
    """
    What one form hides under a secret's name may stand openly in another.
    """
    one, two = (replace(a_finding(), address=address) for address in ("q.one", "q.two"))

    assert a_survey().attributes_of(one) == ({"a": 1}, {"a": 9})
    assert a_survey().attributes_of(two) == ({"b": "2"}, {"b": 2}, {"b": 8})


def test_of_many_resources_the_first_gives_the_example() -> None:
    noise = replace(
        a_finding(),
        kind=FindingKind.SUSPECTED_NOISE,
        address=None,
        baseline=None,
        stands_for=("q.one", "q.two"),
    )

    assert a_survey().attributes_of(noise) == ({"a": 1}, {"a": 9})
    assert a_survey().covers(noise)
