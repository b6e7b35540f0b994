"""Names stay out of messages where it is not sure whose they are, and nothing else does."""

import pytest

from drift.model.unnamed import UNNAMED, unsure_names, without
from drift.model.verdict import ActorKind, Confidence
from tests.builders import a_change, a_principal, a_write, an_actor, an_event


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("role/Deploy/bob", f"role/Deploy/{UNNAMED}"),
        ("nobody but BOB, who made it", f"nobody but {UNNAMED}, who made it"),
        ("bobby and bob-2 and kate.bob", "bobby and bob-2 and kate.bob"),
        ("bob. And bob", f"{UNNAMED}. And {UNNAMED}"),
        ("bob@example.com", UNNAMED),
    ],
)
def test_a_name_is_left_out_where_it_stands_as_a_word(text: str, expected: str) -> None:
    assert without(text, {"bob", "bob@example.com"}) == expected


def test_without_names_a_text_stays_as_it_is() -> None:
    assert without("bob", ()) == "bob"


@pytest.mark.parametrize(
    ("kind", "confidence", "names"),
    [
        (ActorKind.HUMAN, Confidence.HIGH, set()),
        (ActorKind.HUMAN, Confidence.MEDIUM, {"bob", "Bob Miller"}),
        (ActorKind.UNKNOWN, Confidence.LOW, {"bob"}),
        (ActorKind.MACHINE, Confidence.LOW, set()),
        (ActorKind.SERVICE, Confidence.LOW, set()),
    ],
)
def test_names_are_unsure_below_high_confidence_unless_no_person_bears_them(
    kind: ActorKind, confidence: Confidence, names: set[str]
) -> None:
    principal = a_principal("bob", role="Deploy", session_name="bob")
    actor = an_actor("Bob Miller", kind=kind, principal=principal.id, confidence=confidence)
    change = a_change(a_write(an_event(principal=principal), actor))

    assert unsure_names(change, lambda name: (name,)) == names


def test_a_role_is_no_name_of_a_person() -> None:
    principal = a_principal("Deploy", role="arn:aws:iam::111122223333:role/Deploy", session_name="bob")
    actor = an_actor("Deploy", principal=principal.id, confidence=Confidence.MEDIUM)
    change = a_change(a_write(an_event(principal=principal), actor))

    assert unsure_names(change, lambda name: (name,)) == {"bob"}
