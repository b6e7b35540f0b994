import pytest

from providers.terraform.code.parse_json import parse_json
from providers.terraform.code.syntax import Block, ListOf, Literal, ObjectOf, Reference, Template

FILE = b"""{
  "//": "a comment",
  "resource": {
    "aws_sqs_queue": {
      "orders": {
        "name": "${var.name}-queue",
        "fifo_queue": true,
        "tags": {"team": "a", "//": "kept: it is a key"},
        "lifecycle": {"ignore_changes": ["tags", "policy"]}
      },
      "others": [{"name": "x"}]
    }
  },
  "terraform": {"backend": {"s3": {"key": "a"}}, "required_providers": {"aws": {"source": "hashicorp/aws"}}},
  "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "west"}]}
}
"""


def blocks() -> dict[tuple[str, ...], Block]:
    return {(one.type, *one.labels): one for one in parse_json(FILE).body.blocks}


def test_resources_have_their_address_and_line() -> None:
    found = blocks()

    assert found["resource", "aws_sqs_queue", "orders"].line == 5
    assert found["resource", "aws_sqs_queue", "others"].line == 11


def test_texts_are_templates_and_all_else_is_what_it_is() -> None:
    orders = blocks()["resource", "aws_sqs_queue", "orders"]

    assert orders.attribute("name") == Template((Reference(("var", "name")), Literal("-queue")))
    assert orders.attribute("fifo_queue") == Literal(value=True)
    assert isinstance(orders.attribute("tags"), ObjectOf)


def test_what_the_program_asks_for_by_name_is_a_block() -> None:
    found = blocks()

    (lifecycle,) = found["resource", "aws_sqs_queue", "orders"].of_type("lifecycle")
    assert lifecycle.attribute("ignore_changes") == ListOf((Literal("tags"), Literal("policy")))
    (backend,) = found[("terraform",)].of_type("backend")
    assert (backend.labels, backend.text("key")) == (("s3",), "a")
    assert [one.text("region") for one in parse_json(FILE).body.of_type("provider")] == ["eu-west-1", None]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{", "not valid JSON"),
        (b'{"a": hunter2}', "not valid JSON"),
        (b"[]", "not valid: its outermost value is no object"),
        (b"\xff", "not valid UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_what_cannot_be_read_says_so_without_words_of_the_file(content: bytes, error: str) -> None:
    assert parse_json(content).error == error
