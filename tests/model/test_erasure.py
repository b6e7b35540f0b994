"""Every spelling of a person's names, and nobody else's."""

import pytest

from drift.model.erasure import Forgotten

PERSON = Forgotten.called(["Alice@Example.com", "alice", "Žofie", "U01ABC", "al"], "erased-1")


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("arn:aws:sts::1:assumed-role/Admin/alice@example.com", "arn:aws:sts::1:assumed-role/Admin/erased-1"),
        ("by ALICE.", "by erased-1."),
        ("told <@u01abc>", "told <@erased-1>"),
        ("told U01ABC, žofie", "told erased-1, erased-1"),
        ("https://example.com/u/alice%40example.com", "https://example.com/u/erased-1"),
        (r"{\"name\": \"\u017eofie\"}", r"{\"name\": \"erased-1\"}"),
        ("malice, alice-smith, alice@elsewhere.example, alice.smith", None),
        ("an al of all", None),
    ],
)
def test_a_name_is_replaced_wherever_it_stands_and_no_other(text: str, without: str | None) -> None:
    assert PERSON.out_of(text) == (without or text)
    assert PERSON.is_in(text) is (PERSON.out_of(text) != text)


def test_where_a_call_came_from_goes_with_the_name_also_out_of_sentences() -> None:
    said = {"call": {"source_ip": "192.0.2.7", "user_agent": "aws-cli"}, "text": ["alice from 192.0.2.7"]}

    assert PERSON.out_of_json(said) == {
        "call": {"source_ip": None, "user_agent": None},
        "text": ["erased-1 from erased-1"],
    }


def test_what_stands_for_an_address_where_a_cloud_called_itself_is_no_persons() -> None:
    said = {"source_ip": "console", "tool": "console", "name": "alice"}

    assert PERSON.out_of_json(said) == {"source_ip": None, "tool": "console", "name": "erased-1"}


def test_keys_of_json_are_texts_too() -> None:
    assert PERSON.out_of_json({"alice": {"alice@example.com": 1}}) == {"erased-1": {"erased-1": 1}}
