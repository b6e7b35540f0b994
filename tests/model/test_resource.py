"""How resources are named."""

import pytest

from drift.model.resource import Resource

GROUP = "/subscriptions/11112222-3333-4444-5555-666677778888/resourceGroups/shop"


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("sg-0abc", "sg-0abc"),
        ("projects/example-prod/sinks/all", "projects/example-prod/sinks/all"),
        (f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-1", "…/virtualMachines/web-1"),
        (f"{GROUP}|logs", "…/resourceGroups/shop|logs"),
        ("arn:aws:sns:eu-west-1:111122223333:payment-events", "…:111122223333:payment-events"),
        (f"projects/example-prod/{'long-name-' * 5}", f"…/{'long-name-' * 5}"),
        ("a-name-without-any-path-that-is-very-long", "a-name-without-any-path-that-is-very-long"),
        ("/a-long-path-that-has-one-step-only", "/a-long-path-that-has-one-step-only"),
        ("//////////////////////////////////////", "…////////////////////////////////"),
    ],
)
def test_of_a_long_path_only_the_end_is_told(long: str, short: str) -> None:
    assert Resource(type=None, id=long).short_id == short
