"""What is sent to prove who we are is known in every way in which a refusal may quote it."""

import pytest

from providers.sent_secrets import sent_secrets, without
from providers.ticket_values import basic


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", "Bearer s3same"),
        ("Authorization", "Token token=s3same"),
        ("Authorization", basic("drift", "s3same")),
        ("PRIVATE-TOKEN", "s3same"),
    ],
)
def test_a_refusal_that_quotes_what_was_sent_is_passed_on_without_it(header: str, value: str) -> None:
    secrets = sent_secrets({"Accept": "application/json", header: value})

    said = without(f"{header}: {value} (s3same) is refused", secrets)

    assert "s3same" not in said
    assert value.rpartition(" ")[2] not in said
    assert said.endswith("is refused")


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}, {"Authorization": basic("drift", "")}])
def test_who_sends_no_secret_has_none_to_hide(headers: dict[str, str]) -> None:
    assert without("nothing is hidden of this", sent_secrets(headers)) == "nothing is hidden of this"
