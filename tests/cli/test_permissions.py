"""`drift permissions`, as its users call it."""

import json
from pathlib import Path

import pytest

from tests.cli.processes import drift

ONE = '[[live]]\nname = "{name}"\ntype = "aws"\ntypes = ["{type}"]\n'
QUEUES, GROUPS = (
    ONE.format(name="queues", type="aws_sqs_queue"),
    ONE.format(name="groups", type="aws_security_group"),
)
RECORDED = '[[live]]\nname = "recorded"\ntype = "recorded"\npath = "live.json"\n'


def actions_in(printed: str) -> list[str]:
    return [action for one in json.loads(printed)["Statement"] for action in one["Action"]]


def test_it_prints_the_policy_for_the_types_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(QUEUES)

    done = drift(tmp_path, "permissions", "aws")

    assert (done.code, done.err) == (0, "")
    actions = actions_in(done.out)
    assert "sqs:ListQueues" in actions
    assert not [one for one in actions if one.startswith("ec2:")]


def test_without_a_configuration_it_is_for_all_types_in_several_documents(
    tmp_path: Path,
) -> None:
    done = drift(tmp_path, "permissions", "aws")

    assert done.code == 0
    documents = done.out.count('"Version"')
    assert documents > 1
    assert done.err == f"drift: {documents} documents, since one would be too large: grant all\n"


def test_of_several_readers_one_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(QUEUES + GROUPS)

    done = drift(tmp_path, "permissions", "aws", "--live", "groups")

    assert "ec2:DescribeSecurityGroups" in actions_in(done.out)
    assert "sqs:ListQueues" not in actions_in(done.out)


@pytest.mark.parametrize(
    ("config", "arguments", "said"),
    [
        ("", [], "Missing argument"),
        ("", ["mars"], "'mars'"),
        (QUEUES + GROUPS, ["aws"], "add --live with one of: queues, groups"),
        (QUEUES, ["aws", "--live", "none"], "there are: queues"),
        (RECORDED, ["aws"], 'write a [[live]] table with type = "aws"'),
    ],
    ids=["nothing", "rubbish", "several", "an unknown one", "none of AWS"],
)
def test_what_it_cannot_print_it_says_in_one_line(
    config: str, arguments: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(config)

    done = drift(tmp_path, "permissions", *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert said in done.err
