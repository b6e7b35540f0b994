"""`drift baseline`: what each form of a state declares, and what is said of what cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Drift
from tests.providers.terraform.builders import (
    a_module,
    a_resource,
    a_state,
    an_instance,
    an_old_resource,
    an_old_state,
)
from tests.providers.terraform.opentofu import PASSPHRASE, with_passphrase

KEYS = [
    *("address", "type", "resource_id", "provider", "account", "region"),
    *("serial", "lineage", "source", "ignored"),
]
ATTRIBUTES = {"id": "queue-url", "arn": "arn:aws:sqs:eu-west-1:111122223333:orders"}
CODE = 'resource "aws_sqs_queue" "orders" {\n  count = 2\n  lifecycle { ignore_changes = [tags] }\n}\n'
LINE = {
    "address": "aws_sqs_queue.orders[0]",
    "type": "aws_sqs_queue",
    "resource_id": "queue-url",
    "provider": "hashicorp/aws",
    "account": "111122223333",
    "region": "eu-west-1",
    "serial": 7,
    "lineage": "0b8e4d4b-6d1c-4a86-a3c1-5d3f2f4f0a11",
    "source": "main.tf:1",
    "ignored": ["tags"],
}
TODAYS = a_state(a_resource(an_instance(ATTRIBUTES, index_key=0)))
OLD = an_old_state(a_module(aws_sqs_queue__orders__0=an_old_resource(ATTRIBUTES)))

CONFIG = """
[[baseline]]
name = "network"
type = "terraform-state"
live = "recorded"
state = "terraform.tfstate"
passphrase_env = "TOFU_PASSPHRASE"

[[live]]
name = "recorded"
type = "recorded"
path = "live.json"
"""


def lines(printed: str) -> list[Any]:
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.parametrize(("state", "provider"), [(TODAYS, "hashicorp/aws"), (OLD, "-/aws")])
def test_each_instance_is_a_line_with_every_key(
    drift: Drift, tmp_path: Path, state: bytes, provider: str
) -> None:
    (tmp_path / "terraform.tfstate").write_bytes(state)
    (tmp_path / "main.tf").write_text(CODE)

    ran = drift("baseline", "--json", "--state", str(tmp_path / "terraform.tfstate"))

    assert ran.code == 0
    assert [list(line) for line in lines(ran.out)] == [KEYS]
    assert lines(ran.out) == [LINE | {"provider": provider}]
    assert ran.err == "1 resource instances, 0 unreadable\n"


def test_an_encrypted_state_is_listed_like_any_other(
    drift: Drift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps(with_passphrase(TODAYS)))
    (tmp_path / "main.tf").write_text(CODE)
    with (tmp_path / "config.toml").open("a") as file:
        file.write(CONFIG)
    monkeypatch.setenv("TOFU_PASSPHRASE", PASSPHRASE)

    ran = drift("baseline", "--json")

    assert (ran.code, lines(ran.out)) == (0, [LINE])
    assert PASSPHRASE not in ran.out + ran.err


def test_an_encrypted_state_that_only_a_command_names_says_where_its_passphrase_belongs(
    drift: Drift, tmp_path: Path
) -> None:
    (tmp_path / "terraform.tfstate").write_text(json.dumps(with_passphrase(TODAYS)))

    ran = drift("baseline", "--state", str(tmp_path / "terraform.tfstate"))

    assert (ran.code, ran.out) == (2, "")
    assert "terraform.tfstate is encrypted by OpenTofu, and its passphrase is not at hand" in ran.err
    assert "passphrase_env" in ran.err


def test_instances_that_cannot_be_understood_are_named_and_counted(drift: Drift, tmp_path: Path) -> None:
    odd = an_instance({"id": "a", "text": "HERE"}, index_key=1)
    state = a_state(a_resource(an_instance(ATTRIBUTES, index_key=0), odd, {"attributes": None}))
    (tmp_path / "terraform.tfstate").write_bytes(state.replace(b'"HERE"', b"1e999"))

    ran = drift("baseline", "--json", "--state", str(tmp_path / "terraform.tfstate"))

    assert ran.code == 0
    assert [line["address"] for line in lines(ran.out)] == ["aws_sqs_queue.orders[0]"]
    assert ran.err.splitlines() == [
        "unreadable: aws_sqs_queue.orders[1]: it holds a number that is out of range",
        "unreadable: aws_sqs_queue.orders: it has no attributes",
        "1 resource instances, 2 unreadable",
    ]


def test_a_state_that_cannot_be_read_hides_no_other(drift: Drift, tmp_path: Path) -> None:
    (tmp_path / "cut.tfstate").write_bytes(TODAYS[:-9])
    (tmp_path / "whole.tfstate").write_bytes(TODAYS)

    states = [str(tmp_path / name) for name in ("cut.tfstate", "whole.tfstate", "none.tfstate")]
    ran = drift("baseline", "--json", *(word for state in states for word in ("--state", state)))

    assert ran.code == 2
    assert len(lines(ran.out)) == 1
    said = ran.err.splitlines()[-1]
    assert "cut.tfstate is damaged" in said
    assert "no state at" in said


HOSTILE = {
    "corrupt": (TODAYS.replace(b'"instances"', b'instances"'), "is damaged"),
    "truncated": (TODAYS[: len(TODAYS) // 2], "is damaged"),
    "empty": (b"", "is empty"),
    "binary": (b"\x1f\x8b\x08\x00" * 100, "is damaged"),
    "UTF-16": (TODAYS.decode().encode("utf-16"), "is damaged"),
    "nested": (b'{"version": 4, "outputs": ' + b"[" * 1_000_000, "nested too deeply"),
    "nested and closed": (
        b'{"version": 4, "check_results": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        "deeply",
    ),
    "two states": (TODAYS + TODAYS, "something follows the end"),
    "of a plan": (b'{"format_version": "1.2", "values": {}}', "terraform show -json"),
    "of another version": (a_state(version=5, terraform_version="9" * 100_000), "of version 5"),
    "with a version out of range": (TODAYS.replace(b'"version": 4', b'"version": 1e999'), "is damaged"),
    "with control characters": (a_state(version=2, terraform_version="\x1b[2J\n\u202e"), "of version 2"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_state_is_refused_in_one_line(drift: Drift, tmp_path: Path, kind: str) -> None:
    content, said = HOSTILE[kind]
    (tmp_path / "terraform.tfstate").write_bytes(content)

    ran = drift("baseline", "--json", "--state", str(tmp_path / "terraform.tfstate"))

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err
    assert len(ran.err) < 1000
    assert ran.err.rstrip("\n").isprintable()


STRANGE: dict[str, tuple[bytes, int]] = {
    "byte order mark": (b"\xef\xbb\xbf" + TODAYS, 0),
    "one address twice": (a_state(a_resource(), a_resource()), 1),
    "half a surrogate pair": (
        a_state(a_resource(an_instance({"a": "HERE"}))).replace(b"HERE", rb"\udc00"),
        0,
    ),
    "a number beyond float": (
        a_state(a_resource(an_instance({"a": "HERE"}))).replace(b'"HERE"', b"-1e400"),
        1,
    ),
    "a number of many digits": (a_state(a_resource(an_instance({"a": 10**300}))), 0),
    "a null byte in an id": (a_state(a_resource(an_instance({"id": "a\0b"}))), 0),
    "a key that moves the cursor": (a_state(a_resource(an_instance(index_key="\x1b[2J\u202e"))), 0),
    "a key of many characters": (a_state(a_resource(an_instance(index_key="x" * 100_000))), 0),
    "a deep attribute": (
        a_state(a_resource(an_instance({"a": []}))).replace(b"[]", b"[" * 900 + b"]" * 900),
        1,
    ),
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_strange_is_listed_or_named(
    drift: Drift, tmp_path: Path, kind: str, options: list[str]
) -> None:
    content, unreadable = STRANGE[kind]
    (tmp_path / "terraform.tfstate").write_bytes(content)

    ran = drift("baseline", *options, "--state", str(tmp_path / "terraform.tfstate"))

    assert ran.code == 0
    assert ran.err.splitlines()[-1].endswith(f"{unreadable} unreadable")
    assert len(ran.err.splitlines()) == 1 + unreadable
    assert all(line.isprintable() for line in (*ran.lines, *ran.err.splitlines()))
    if options:
        assert all(list(line) == KEYS for line in lines(ran.out))
